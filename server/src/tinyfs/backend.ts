/** Types of nodes. A table is one Parquet value; a series is the union of all its versions. */
export const fileTypes = ['directory', 'file', 'table', 'series', 'symlink'] as const;
export type FileType = (typeof fileTypes)[number];

/** One version of one node. Immutable: a change makes the next version. Backends may add the location of the bytes. */
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

/** Bytes of content; offsets are 0-based, `end` is exclusive. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** Path of a directory as traversed: the nodes from the root to it, both inclusive. */
export type DirectoryPath = readonly [Node, ...Node[]];

/** The node that a put stores under a name. */
export type NewNode =
  | { readonly type: 'directory'; readonly attributes?: Readonly<Record<string, string>> }
  | { readonly type: 'symlink'; readonly target: string }
  | {
      readonly type: 'file' | 'table' | 'series';
      readonly content: Content;
      readonly attributes?: Readonly<Record<string, string>>;
    };

/**
 * Storage of TinyFS nodes. Names are single components, already checked; resolution, symlinks and globs are layers
 * above. Implementations pass test/contracts/backend.ts.
 */
export interface Backend {
  /** False for an old version, or a pond opened for reading: every change fails `read-only`. */
  readonly writable: boolean;
  /** Returns the root directory as it is now. */
  root(): Promise<Node>;
  /** Returns the entry's node, or undefined. The cost does not depend on the width of the directory. */
  lookup(directory: Node, name: string): Promise<Node | undefined>;
  /** Returns all entries, in byte order of their UTF-8 names. Never reads content. */
  list(directory: Node): Promise<readonly Entry[]>;
  /** Yields the content of a file, table or series (only this version), or the bytes of a range of it. */
  read(node: Node, range?: ByteRange): AsyncIterable<Uint8Array>;
  /** Returns the target text of a symlink. */
  readlink(node: Node): Promise<string>;
  /** Yields the versions of a node, latest first, from the given one back. */
  versions(node: Node): AsyncIterable<Node>;

  /**
   * Stores a node under a name. A missing name gets a new node of version 1. An existing node of the same type gets its
   * next version (for a directory: new attributes); one of another type fails `already-exists`. Durable on return.
   */
  put(directory: DirectoryPath, name: string, node: NewNode): Promise<Node>;
  /** Sets the attributes of an existing node as its next version, content unchanged. */
  setAttributes(directory: DirectoryPath, name: string, attributes: Readonly<Record<string, string>>): Promise<Node>;
  /** Removes an entry and, for a directory, everything below it. A missing one fails `not-found`. */
  remove(directory: DirectoryPath, name: string): Promise<void>;
  /**
   * Moves an entry, keeping its id and versions; an entry at the target is replaced. The caller has checked for cycles.
   */
  rename(from: DirectoryPath, name: string, to: DirectoryPath, newName: string): Promise<void>;
  /**
   * Copies an entry, with everything below a directory, as new nodes of version 1. No bytes of content are read or
   * written.
   */
  copy(node: Node, to: DirectoryPath, newName: string): Promise<Node>;
  /** Runs `work`; its changes become durable together, with one flush. */
  batch<T>(work: () => Promise<T>): Promise<T>;
}
