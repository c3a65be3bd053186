/** What a node can be. A table is one Parquet value; a series is the union of all its versions; dynamic is computed. */
export type FileType = 'directory' | 'file' | 'table' | 'series' | 'symlink' | 'dynamic';

/**
 * One version of one node. Immutable: a change makes the next version. Backends may extend it with where the bytes are.
 */
export interface Node {
  /** UUID; the same for all versions of a node, and kept by a rename. */
  readonly id: string;
  readonly type: FileType;
  /** From 1, per node, without gaps. */
  readonly version: number;
  /** Bytes of content; for a directory the number of its entries; for a symlink the bytes of its target. */
  readonly sizeBytes: number;
  /** Microseconds since 1970 UTC. */
  readonly modifiedUs: number;
  /** Lower-case hex SHA-256 of the content. For a directory a hash of names, types and hashes below it. */
  readonly sha256: string;
  /** User metadata. Empty when none. */
  readonly attributes: Readonly<Record<string, string>>;
}

export interface Entry {
  readonly name: string;
  readonly node: Node;
}

/** Content of a file: all at once, or as a stream of chunks. */
export type Content = Uint8Array | AsyncIterable<Uint8Array>;

/** A directory as it was reached: the nodes from the root to it, both inclusive. */
export type DirectoryPath = readonly [Node, ...Node[]];

/** What a put stores under a name. */
export type NewNode =
  | { readonly type: 'directory'; readonly attributes?: Readonly<Record<string, string>> }
  | { readonly type: 'symlink'; readonly target: string }
  | {
      readonly type: 'file' | 'table' | 'series' | 'dynamic';
      readonly content: Content;
      readonly attributes?: Readonly<Record<string, string>>;
    };

/**
 * Where TinyFS keeps its nodes. Names are single components, already checked; resolution, symlinks and globs are above.
 * Implementations pass test/contracts/backend.ts.
 */
export interface Backend {
  /** False for an old version, or a pond opened for reading: every change fails `read-only`. */
  readonly writable: boolean;
  /** The root directory as it is now. */
  root(): Promise<Node>;
  /** The entry's node, or undefined. Cost does not depend on the width of the directory. */
  lookup(directory: Node, name: string): Promise<Node | undefined>;
  /** All entries, in byte order of their UTF-8 names. Never reads content. */
  list(directory: Node): Promise<readonly Entry[]>;
  /** The content of a file, table, series or dynamic node (this version's alone), bytes start to end (exclusive). */
  read(node: Node, range?: { readonly start: number; readonly end: number }): AsyncIterable<Uint8Array>;
  /** The target text of a symlink. */
  readlink(node: Node): Promise<string>;
  /** All versions of a node, newest first, the given one and those before it. */
  versions(node: Node): AsyncIterable<Node>;

  /**
   * Stores a node under a name. A missing name gets a new node of version 1. An existing one of the same type gets its
   * next version (for a directory: new attributes); of another type fails `already-exists`. On return it is durable.
   */
  put(directory: DirectoryPath, name: string, node: NewNode): Promise<Node>;
  /** Puts attributes on an existing node as its next version, content unchanged. */
  setAttributes(directory: DirectoryPath, name: string, attributes: Readonly<Record<string, string>>): Promise<Node>;
  /** Removes an entry and, for a directory, all below it. Missing fails `not-found`. */
  remove(directory: DirectoryPath, name: string): Promise<void>;
  /**
   * Moves an entry, keeping its id and versions; an entry at the target is replaced. The caller has checked for cycles.
   */
  rename(from: DirectoryPath, name: string, to: DirectoryPath, newName: string): Promise<void>;
  /**
   * Copies an entry, with all below a directory, as new nodes of version 1. No bytes of content are read or written.
   */
  copy(node: Node, to: DirectoryPath, newName: string): Promise<Node>;
  /** Runs `work`; the changes made in it become durable together, with one flush. */
  batch<T>(work: () => Promise<T>): Promise<T>;
}
