import { PondError } from '../base/error.ts';
import { type Backend, type Content, type DirectoryPath, type NewNode } from './backend.ts';
import { type NodePath } from './nodePath.ts';
import { splitPath } from './path.ts';
import { missingError, resolveExisting, resolvePath } from './resolve.ts';

export type ContentType = 'file' | 'table' | 'series';

export interface FileOptions {
  /** Default 'file'. */
  readonly type?: ContentType;
  readonly attributes?: Readonly<Record<string, string>>;
}

export interface WriteOptions extends FileOptions {
  /** False: a missing file fails `not-found`. Default true. */
  readonly create?: boolean;
  /** False: an existing file fails `already-exists`. Default true. */
  readonly overwrite?: boolean;
}

/** Fails `read-only` when the file system cannot be written. */
export function requireWritable(backend: Backend, path: string): void {
  if (!backend.writable) throw new PondError('read-only', `${path} cannot be changed here`, { path });
}

/** Returns the error for an existing entry at the path of a new one. */
export function existsError(at: NodePath): PondError {
  return new PondError('already-exists', `a ${at.node.type} is at ${at.path} already`, { path: at.path });
}

/** Returns the directory and name of a node's entry. Fails `invalid-path` for the root, which is not an entry. */
export function entryOf(at: NodePath): { readonly directory: DirectoryPath; readonly name: string } {
  const parent = at.parent();
  if (parent === undefined) {
    throw new PondError('invalid-path', 'the root is not an entry of a directory', { path: at.path });
  }
  return { directory: parent.chain, name: at.basename };
}

/** Stores a new node at an unused path. */
export async function createNode(backend: Backend, start: NodePath, path: string, node: NewNode): Promise<NodePath> {
  requireWritable(backend, path);
  if (node.type === 'symlink') checkTarget(node.target);
  const resolution = await resolvePath(backend, start, path, false);
  if (resolution.kind === 'found') throw existsError(resolution.at);
  const { parent, name, rest } = resolution;
  if (rest.length > 0) throw missingError(resolution);
  return parent.child(name, await backend.put(parent.chain, name, node));
}

/** See WorkingDirectory.writeFile. */
export async function writeFile(
  backend: Backend,
  start: NodePath,
  path: string,
  content: Content,
  options: WriteOptions,
): Promise<NodePath> {
  requireWritable(backend, path);
  const { create = true, overwrite = true, attributes } = options;
  const resolution = await resolvePath(backend, start, path, true);
  if (resolution.kind === 'missing') {
    const { parent, name, rest } = resolution;
    if (rest.length > 0 || !create) throw missingError(resolution);
    const node = { type: options.type ?? 'file', content, ...(attributes && { attributes }) };
    return parent.child(name, await backend.put(parent.chain, name, node));
  }
  const { at } = resolution;
  const type = contentType(at);
  if (!overwrite || (options.type ?? type) !== type) throw existsError(at);
  const { directory, name } = entryOf(at);
  return at.withNode(await backend.put(directory, name, { type, content, ...(attributes && { attributes }) }));
}

/** Makes a directory; with `parents` also the missing parents, all or none. */
export async function createDirectory(
  backend: Backend,
  start: NodePath,
  path: string,
  parents: boolean,
): Promise<NodePath> {
  if (!parents) return createNode(backend, start, path, { type: 'directory' });
  requireWritable(backend, path);
  return backend.batch(async () => {
    for (;;) {
      const resolution = await resolvePath(backend, start, path, true);
      if (resolution.kind === 'found') return existingDirectory(resolution.at);
      const { parent, name } = resolution;
      await backend.put(parent.chain, name, { type: 'directory' });
    }
  });
}

/** See WorkingDirectory.setAttributes. */
export async function setAttributes(
  backend: Backend,
  start: NodePath,
  path: string,
  attributes: Readonly<Record<string, string>>,
): Promise<NodePath> {
  requireWritable(backend, path);
  const at = await resolveExisting(backend, start, path, true);
  const { directory, name } = entryOf(at);
  return at.withNode(await backend.setAttributes(directory, name, attributes));
}

function existingDirectory(at: NodePath): NodePath {
  if (!at.isDirectory) throw existsError(at);
  return at;
}

function contentType(at: NodePath): ContentType {
  const { type } = at.node;
  if (type === 'directory') {
    throw new PondError('is-a-directory', `expected a file at ${at.path}, got a directory`, { path: at.path });
  }
  // Links have been followed: the remaining types have content.
  return type === 'symlink' ? 'file' : type;
}

function checkTarget(target: string): void {
  if (target === '') throw new PondError('invalid-path', 'the target of a link is empty', { path: target });
  splitPath(target);
}
