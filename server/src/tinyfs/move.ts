import { plural } from '../base/plural.ts';
import { PondError } from '../base/error.ts';
import { type Backend } from './backend.ts';
import { entryOf, existsError, requireWritable } from './change.ts';
import { type NodePath } from './nodePath.ts';
import { joinPath } from './path.ts';
import { missingError, type Resolution, resolveExisting, resolvePath } from './resolve.ts';

export interface TransferOptions {
  /** Replaces an entry at the target. Default false. */
  readonly overwrite?: boolean;
  /** Includes a directory with its contents. Default false. */
  readonly recursive?: boolean;
}

/** See WorkingDirectory.remove. */
export async function removeEntry(backend: Backend, start: NodePath, path: string, recursive: boolean): Promise<void> {
  requireWritable(backend, path);
  const at = await resolveExisting(backend, start, path, false);
  refuseStart(start, at);
  if (!recursive) refuseFull(at);
  const { directory, name } = entryOf(at);
  await backend.remove(directory, name);
}

/** See WorkingDirectory.rename. */
export async function renameEntry(
  backend: Backend,
  start: NodePath,
  fromPath: string,
  toPath: string,
  { overwrite = false }: TransferOptions,
): Promise<void> {
  requireWritable(backend, fromPath);
  const from = await resolveExisting(backend, start, fromPath, false);
  refuseStart(start, from);
  const to = await resolvePath(backend, start, toPath, false);
  if (to.kind === 'found' && to.at.path === from.path) return;
  const target = targetFor(from, to, overwrite);
  const source = entryOf(from);
  await backend.rename(source.directory, source.name, target.directory.chain, target.name);
}

/** See WorkingDirectory.copy. */
export async function copyEntry(
  backend: Backend,
  start: NodePath,
  fromPath: string,
  toPath: string,
  { overwrite = false, recursive = false }: TransferOptions,
): Promise<NodePath> {
  requireWritable(backend, toPath);
  const from = await resolveExisting(backend, start, fromPath, true);
  if (from.isDirectory && !recursive) {
    throw new PondError('is-a-directory', `expected a file at ${from.path}, got a directory`, { path: from.path });
  }
  const to = await resolvePath(backend, start, toPath, false);
  if (overwrite && to.kind === 'found' && to.at.path === from.path) return from;
  const { directory, name, replaces } = targetFor(from, to, overwrite);
  const copy = await backend.batch(async () => {
    if (replaces) await backend.remove(directory.chain, name);
    return backend.copy(from.node, directory.chain, name);
  });
  return directory.child(name, copy);
}

interface Target {
  readonly directory: NodePath;
  readonly name: string;
  readonly replaces: boolean;
}

/** Returns the target of an entry after checking that the entry may go there. */
function targetFor(from: NodePath, to: Resolution, overwrite: boolean): Target {
  if (to.kind === 'missing') {
    if (to.rest.length > 0) throw missingError(to);
    refuseOwnSubtree(from, to.parent, joinPath(to.parent.path, to.name));
    return { directory: to.parent, name: to.name, replaces: false };
  }
  const directory = to.at.parent();
  if (!overwrite || directory === undefined) throw existsError(to.at);
  refuseOwnSubtree(from, directory, to.at.path);
  refuseOtherKind(from, to.at);
  refuseFull(to.at);
  return { directory, name: to.at.basename, replaces: true };
}

function refuseStart(start: NodePath, at: NodePath): void {
  if (at.path !== start.path) return;
  const message =
    at.path === '/'
      ? 'the root cannot be moved or removed'
      : `a working directory cannot move or remove itself: ${at.path}`;
  throw new PondError('invalid-path', message, { path: at.path });
}

function refuseOwnSubtree(from: NodePath, directory: NodePath, target: string): void {
  if (!from.isDirectory || !directory.isWithin(from)) return;
  const message = `${from.path} cannot go into itself, to ${target}`;
  throw new PondError('invalid-path', message, { path: directory.path });
}

function refuseOtherKind(from: NodePath, to: NodePath): void {
  if (from.isDirectory === to.isDirectory) return;
  const code = from.isDirectory ? 'not-a-directory' : 'is-a-directory';
  throw new PondError(code, `a ${from.node.type} cannot replace the ${to.node.type} ${to.path}`, { path: to.path });
}

function refuseFull(at: NodePath): void {
  if (!at.isDirectory || at.node.sizeBytes === 0) return;
  throw new PondError('directory-not-empty', `${at.path} has ${plural(at.node.sizeBytes, 'entry')}`, { path: at.path });
}
