/** The folder's side: every file by its stat; a file is read where that differs from the last state. */
import { createHash } from 'node:crypto';
import { sha256Of } from '../base/sha256.ts';
import { isPondError } from '../base/error.ts';
import { type HostFolder, type HostItem, type HostItemState, isWorkName } from '../storage/hostFolder.ts';
import { joinPath, parentOf } from '../storage/diskPath.ts';
import { type LeftPaths } from './problems.ts';
import { isOwnName, markerName, type MirrorScope, pondNameProblem } from './scope.ts';
import { type Ancestor, directoryValue, fileValue, type FolderItem, type Items, linkValue } from './types.ts';

/** A file is read once it has not changed for this time. */
export const settledMs = 2_000;

/** Services of a scan. */
interface FolderScan {
  readonly folder: HostFolder;
  readonly scope: MirrorScope;
  readonly ancestors: Items<Ancestor>;
  /** When the round began that made the ancestors: a file that changed right before may have changed again unseen. */
  readonly comparedMs: number;
  readonly left: LeftPaths;
  readonly now: () => number;
  /** Waits, or fails `cancelled`. */
  readonly wait: (ms: number) => Promise<void>;
  readonly yieldToEventLoop: () => Promise<void>;
}

interface FileToRead {
  readonly path: string;
  readonly state: HostItemState;
}

/** Returns the items of the folder. What cannot be compared is held. */
export async function scanFolder(scan: FolderScan): Promise<Map<string, FolderItem>> {
  const items = new Map<string, FolderItem>();
  const toRead: FileToRead[] = [];
  await scanDirectory(scan, '', items, toRead);
  await waitForWriters(scan, toRead);
  for (const file of toRead) {
    await scan.yieldToEventLoop();
    if (scan.left.holds(file.path)) continue;
    const item = await readItem(scan, file);
    if (item !== undefined) items.set(file.path, item);
  }
  return items;
}

/** Adds the items of a directory; true when one of them is mirrored, or none is there at all. */
async function scanDirectory(
  scan: FolderScan,
  directory: string,
  items: Map<string, FolderItem>,
  toRead: FileToRead[],
): Promise<boolean> {
  const { scope, left } = scan;
  await scan.yieldToEventLoop();
  const found = listed(scan, directory);
  if (found === undefined) return true;
  if (directory !== '' && found.some(({ name }) => name === markerName)) {
    left.hold(directory, 'it is the folder of another mirror');
    return true;
  }
  let mirrored = 0;
  for (const item of found) {
    const path = joinPath(directory, item.name);
    if (isOwnName(item.name)) {
      removeLeftover(scan, path, item);
      continue;
    }
    const names = path.split('/');
    if (scope.ignores(names) || (item.kind !== 'directory' && !scope.selects(names))) continue;
    mirrored += 1;
    const problem = item.kind === 'other' ? item.reason : pondNameProblem(item.name);
    if (problem !== undefined) left.hold(path, problem);
    else if (item.kind === 'directory') {
      const isMirrored = await scanDirectory(scan, path, items, toRead);
      if (isMirrored && scope.hasDirectories) items.set(path, { value: directoryValue, state: item.state });
    } else if (item.kind === 'link') addLink(scan, path, item.state, items);
    else if (item.kind === 'file') addFile(scan, { path, state: item.state }, items, toRead);
  }
  return mirrored > 0 || found.length === 0;
}

function listed({ folder, left }: FolderScan, directory: string): readonly HostItem[] | undefined {
  try {
    return folder.list(directory);
  } catch (error) {
    if (!isPondError(error) || directory === '') throw error;
    left.hold(directory, error.message, true);
    return undefined;
  }
}

/** Removes a file that a killed round was writing. */
function removeLeftover({ folder, now }: FolderScan, path: string, item: HostItem): void {
  if (item.kind === 'other' || item.kind === 'directory' || !isWorkName(item.name)) return;
  // A younger one may be that of another process.
  if (now() - item.state.modifiedMs > 60 * 60 * 1000) folder.remove(path);
}

function addLink(scan: FolderScan, path: string, state: HostItemState, items: Map<string, FolderItem>): void {
  const target = scan.folder.readLink(path);
  if (staysInside(path, target)) items.set(path, { value: linkValue(sha256Of(target)), state });
  else scan.left.hold(path, 'it is a link that leads out of the folder');
}

/** True for the target of a link that is relative, and stays below the mirrored directory. */
export function staysInside(path: string, target: string): boolean {
  if (target === '' || target.startsWith('/') || /[\\\0]|^[A-Za-z]:/.test(target)) return false;
  const names = parentOf(path)
    .split('/')
    .filter((name) => name !== '');
  for (const name of target.split('/')) {
    if (name === '..' && names.pop() === undefined) return false;
    if (name !== '..' && name !== '.' && name !== '') names.push(name);
  }
  return !names.some(isOwnName);
}

function addFile(scan: FolderScan, file: FileToRead, items: Map<string, FolderItem>, toRead: FileToRead[]): void {
  const before = scan.ancestors.get(file.path);
  const isSame = before?.state !== undefined && isSameState(before.state, file.state);
  const isSettled = file.state.modifiedMs < scan.comparedMs - settledMs;
  if (isSame && isSettled && before.seen !== undefined) items.set(file.path, { value: before.seen, state: file.state });
  else toRead.push(file);
}

/** Waits until the files to read have not changed for a while; those that do change are held. */
async function waitForWriters(scan: FolderScan, files: readonly FileToRead[]): Promise<void> {
  const { folder, left, now } = scan;
  const isFresh = ({ path, state }: FileToRead): boolean => {
    const before = scan.ancestors.get(path)?.state;
    return Math.abs(now() - state.modifiedMs) < settledMs && !(before !== undefined && isSameState(before, state));
  };
  const fresh = files.filter(isFresh);
  if (fresh.length === 0) return;
  const waits = fresh.map(({ state }) => state.modifiedMs + settledMs - now());
  await scan.wait(Math.max(0, Math.min(settledMs, Math.max(...waits))));
  for (const { path, state } of fresh) {
    const item = folder.stat(path);
    const isSame = item?.kind === 'file' && isSameState(item.state, state);
    if (!isSame) left.hold(path, 'it is being written; the next round takes it');
  }
}

async function readItem(scan: FolderScan, { path, state }: FileToRead): Promise<FolderItem | undefined> {
  const { folder, left } = scan;
  try {
    const hash = createHash('sha256');
    for await (const chunk of folder.read(path)) {
      await scan.yieldToEventLoop();
      hash.update(chunk);
    }
    const after = folder.stat(path);
    if (after?.kind === 'file' && isSameState(after.state, state))
      return { value: fileValue(hash.digest('hex')), state };
    left.hold(path, 'it changed while it was read; the next round takes it');
  } catch (error) {
    if (!isPondError(error) || error.code === 'cancelled') throw error;
    left.hold(path, error.message, true);
  }
  return undefined;
}

/** True when an item was not touched between two looks. */
export function isSameState(a: HostItemState, b: HostItemState): boolean {
  return a.sizeBytes === b.sizeBytes && a.modifiedMs === b.modifiedMs && a.inode === b.inode;
}
