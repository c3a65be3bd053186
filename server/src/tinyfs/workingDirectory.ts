import { isPondError, PondError } from '../base/error.ts';
import { type Backend, type ByteRange, type Content, type Node } from './backend.ts';
import {
  createDirectory,
  createNode,
  type FileOptions,
  setAttributes,
  writeFile,
  type WriteOptions,
} from './change.ts';
import { contentAt, entriesAt, entryAt, targetAt, versionsAt } from './entries.ts';
import { copyEntry, removeEntry, renameEntry, type TransferOptions } from './move.ts';
import { type NodePath, rootPath } from './nodePath.ts';
import { joinPath } from './path.ts';
import { missingError, notDirectoryError, resolveExisting, resolvePath, unreachableCodes } from './resolve.ts';
import { visit, type Visited, type VisitOptions, walk } from './visit.ts';

/**
 * A directory that paths start from. It is a path, not a node: each call looks up the current node, so that it shows
 * every change, and a directory recreated at its path is the same working directory.
 *
 * Paths: rules in resolve.ts; '', '.' and, for the root, '/' are the directory itself. All calls fail `not-a-directory`
 * for a path through another node, `path-escapes`, `invalid-path`, `symlink-loop`, and `not-found` for a dangling link.
 * Changes fail `read-only` when the file system cannot be written. A check and the change after it are two steps:
 * callers that race for one path must synchronize.
 */
export class WorkingDirectory {
  readonly backend: Backend;
  /** Absolute, without links. */
  readonly path: string;
  readonly #names: readonly string[];

  constructor(backend: Backend, names: readonly string[]) {
    this.backend = backend;
    this.path = joinPath('/', ...names);
    this.#names = names;
  }

  /** Returns the node at the path, or undefined. A dangling link fails `not-found`, unless not followed. */
  async get(path: string, { followLinks = true } = {}): Promise<NodePath | undefined> {
    const resolution = await resolvePath(this.backend, await this.#here(), path, followLinks);
    return resolution.kind === 'found' ? resolution.at : undefined;
  }

  /** True when `get` finds a node. Never fails for a path that leads nowhere, whatever the reason. */
  async exists(path: string): Promise<boolean> {
    try {
      return (await this.get(path)) !== undefined;
    } catch (error) {
      if (isPondError(error) && unreachableCodes.has(error.code)) return false;
      throw error;
    }
  }

  /** Returns the entries of a directory in byte order of their names. Fails `not-found`. */
  async list(path = '.'): Promise<NodePath[]> {
    const directory = await this.#directory(path);
    return (await entriesAt(this.backend, directory)).map(({ name, node }) => directory.child(name, node));
  }

  /** Returns the working directory at the path. Fails `not-found`. */
  async openDirectory(path: string): Promise<WorkingDirectory> {
    return workingDirectory(this.backend, await this.#directory(path));
  }

  /** Returns the whole content of a file. Fails `not-found`, `is-a-directory`. */
  async readFile(path: string): Promise<Uint8Array> {
    const chunks: Uint8Array[] = [];
    for await (const chunk of this.readStream(path)) chunks.push(chunk);
    const [only = new Uint8Array(0)] = chunks;
    return chunks.length <= 1 ? only : new Uint8Array(Buffer.concat(chunks));
  }

  /**
   * Yields the content of a file in chunks, or the bytes of a range of it. Fails like readFile, at the first chunk.
   */
  async *readStream(path: string, range?: ByteRange): AsyncIterable<Uint8Array> {
    const at = await this.#existing(path);
    if (at.isDirectory) {
      throw new PondError('is-a-directory', `expected a file at ${at.path}, got a directory`, { path: at.path });
    }
    yield* contentAt(this.backend, at, range);
  }

  /** Returns the target of a link, as given. Fails `not-found`, `not-a-symlink`. */
  async readlink(path: string): Promise<string> {
    const at = await resolveExisting(this.backend, await this.#here(), path, false);
    if (at.node.type === 'symlink') return targetAt(this.backend, at);
    throw new PondError('not-a-symlink', `expected a link at ${at.path}, got a ${at.node.type}`, { path: at.path });
  }

  /** Yields all versions of the node at the path, latest first. Fails `not-found`, at the first. */
  async *versions(path: string): AsyncIterable<Node> {
    yield* versionsAt(this.backend, await this.#existing(path));
  }

  /** Stores a new file. Fails `already-exists`, and `not-found` when its directory is missing. */
  async createFile(path: string, content: Content, { type = 'file', attributes }: FileOptions = {}): Promise<NodePath> {
    const node = { type, content, ...(attributes && { attributes }) };
    return createNode(this.backend, await this.#here(), path, node);
  }

  /**
   * Stores the next version of a file, or a new one; a link at the end is followed to its file. Omitted type and
   * attributes keep those of an existing file. Fails `is-a-directory`, `already-exists` for overwrite false and for
   * another type, `not-found` for create false and when its directory is missing.
   */
  async writeFile(path: string, content: Content, options: WriteOptions = {}): Promise<NodePath> {
    return writeFile(this.backend, await this.#here(), path, content, options);
  }

  /**
   * Makes a directory. With `parents` also the missing parents, and an existing directory is fine. Fails
   * `already-exists`, and `not-found` when its own directory is missing.
   */
  async createDirectory(path: string, { parents = false } = {}): Promise<WorkingDirectory> {
    return workingDirectory(this.backend, await createDirectory(this.backend, await this.#here(), path, parents));
  }

  /**
   * Makes a link; the target need not exist. Fails `already-exists`, `not-found`, and `invalid-path` for the target.
   */
  async createSymlink(path: string, target: string): Promise<NodePath> {
    return createNode(this.backend, await this.#here(), path, { type: 'symlink', target });
  }

  /**
   * Replaces the attributes of the node at the path, as its next version. Fails `not-found`; `invalid-path` for the
   * root.
   */
  async setAttributes(path: string, attributes: Readonly<Record<string, string>>): Promise<NodePath> {
    return setAttributes(this.backend, await this.#here(), path, attributes);
  }

  /**
   * Removes an entry; a link itself, not its target. Fails `not-found`, `directory-not-empty` unless recursive, and
   * `invalid-path` for this directory.
   */
  async remove(path: string, { recursive = false } = {}): Promise<void> {
    await removeEntry(this.backend, await this.#here(), path, recursive);
  }

  /**
   * Moves an entry with its id and versions; links at either end are not followed. Moving onto itself does nothing.
   * Fails `not-found`, `already-exists` unless overwrite, and then `not-a-directory` or `is-a-directory` where only one
   * of the two is a directory, `directory-not-empty` for the one replaced; `invalid-path` into its own subtree.
   */
  async rename(from: string, to: string, options: Omit<TransferOptions, 'recursive'> = {}): Promise<void> {
    await renameEntry(this.backend, await this.#here(), from, to, options);
  }

  /**
   * Copies a file, or with `recursive` a directory and its contents, as new nodes. A link at `from` is followed, those
   * in a directory are copied as links; an entry at `to` is replaced, a link too. Fails like rename, and
   * `is-a-directory` for a directory unless recursive.
   */
  async copy(from: string, to: string, options: TransferOptions = {}): Promise<NodePath> {
    return copyEntry(this.backend, await this.#here(), from, to, options);
  }

  /**
   * Yields the matches of a glob pattern, with captures: order and links as in visit.ts. Fails `invalid-path`,
   * `visit-loop`.
   */
  async *visit(pattern: string, options: VisitOptions = {}): AsyncIterable<Visited> {
    yield* visit(this.backend, await this.#here(), pattern, options);
  }

  /**
   * Yields everything below a directory, each directory before its contents, in byte order of names. Follows no links.
   * Fails like list.
   */
  async *walk(path = '.', options: VisitOptions = {}): AsyncIterable<NodePath> {
    yield* walk(this.backend, await this.#directory(path), options);
  }

  /** Returns this directory as it is now. */
  async #here(): Promise<NodePath> {
    let at = rootPath(await this.backend.root());
    for (const name of this.#names) {
      if (!at.isDirectory) throw notDirectoryError(at);
      const node = await entryAt(this.backend, at, name);
      if (node === undefined) throw missingError({ parent: at, name });
      at = at.child(name, node);
    }
    if (!at.isDirectory) throw notDirectoryError(at);
    return at;
  }

  async #existing(path: string): Promise<NodePath> {
    return resolveExisting(this.backend, await this.#here(), path, true);
  }

  async #directory(path: string): Promise<NodePath> {
    const at = await this.#existing(path);
    if (!at.isDirectory) throw notDirectoryError(at);
    return at;
  }
}

function workingDirectory(backend: Backend, at: NodePath): WorkingDirectory {
  return new WorkingDirectory(
    backend,
    at.path.split('/').filter((name) => name !== ''),
  );
}
