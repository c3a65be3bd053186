/** The last common state of a mirror: `_pond/mirrors/<id>`, local to this copy of the pond. */
import { PondError } from '../base/error.ts';
import { type Disk } from '../storage/disk.ts';
import { makeDirectoryDurable, replaceFile } from '../storage/durable.ts';
import { type HostItemState } from '../storage/hostFolder.ts';
import { type Ancestor, type Items } from './types.ts';

const directory = '_pond/mirrors';
const format = 1;

/** State of a mirror after a round. */
export interface MirrorState {
  /** Text that the folder's marker repeats: a state and a folder that do not belong together have different ones. */
  readonly token: string;
  /** The folder, as the document names it. */
  readonly folder: string;
  readonly path: string;
  readonly ignore: readonly string[];
  /** When the round began, milliseconds since 1970 UTC. */
  readonly comparedMs: number;
  /** By path in the folder. */
  readonly ancestors: Items<Ancestor>;
}

/**
 * Reads the state of the mirror with that id. Undefined before the first round. Fails `pond-damaged` for a file that is
 * not a state: a mirror that took it for a lost one would bring back what was deleted.
 */
export function readState(disk: Disk, id: string): MirrorState | undefined {
  const path = pathOf(id);
  const bytes = disk.readFile(path);
  if (bytes === undefined) return undefined;
  const state = parseState(Buffer.from(bytes).toString());
  if (state !== undefined) return state;
  throw new PondError('pond-damaged', `${path} is not the state of a mirror`, {
    path,
    hint: "'pond mirror NAME --start-over' compares both sides as in a first round, and deletes nothing.",
  });
}

/** Writes the state durably. */
export function writeState(disk: Disk, id: string, state: MirrorState): void {
  makeDirectoryDurable(disk, directory);
  replaceFile(disk, pathOf(id), Buffer.from(stateText(state)));
}

/** Removes the state: the next round is a first one. Returns false when there is none. */
export function forgetState(disk: Disk, id: string): boolean {
  if (disk.stat(pathOf(id)) === undefined) return false;
  disk.remove(pathOf(id));
  disk.syncDirectory(directory);
  return true;
}

function pathOf(id: string): string {
  return `${directory}/${id}`;
}

/** An ancestor as a list, which takes a third of the space and of the time of an object with names. */
type Row = readonly [path: string, ...unknown[]];

/** One line for each path, so that a person can read it. */
function stateText({ ancestors, ...head }: MirrorState): string {
  const rows = [...ancestors].map((entry) => JSON.stringify(rowOf(...entry)));
  return `{"head":${JSON.stringify({ format, ...head })},"items":[\n${rows.join(',\n')}\n]}\n`;
}

function rowOf(path: string, ancestor: Ancestor): Row {
  const { pondPath, pond, folder, seen, nodeId, state, tree, commit, offered } = ancestor;
  const host = state === undefined ? null : [state.sizeBytes, state.modifiedMs, state.inode, state.mode];
  // What is equal to another field is left out.
  const values = [pond, folder === pond ? undefined : (folder ?? ''), seen === folder ? undefined : (seen ?? '')];
  const names = [pondPath === path ? undefined : pondPath, nodeId, commit, tree];
  const optional = [...values, ...names].map((value) => value ?? null);
  return [path, host, ...optional, ...(offered === undefined ? [] : [offered])];
}

function parseState(text: string): MirrorState | undefined {
  const { head, items }: Fields = objectIn(text);
  if (typeof head !== 'object' || head === null || !Array.isArray(items)) return undefined;
  const { format: found, token, folder, path, ignore, comparedMs }: Fields = { ...head };
  if (found !== format || !isText(token) || !isText(folder) || !isText(path)) return undefined;
  if (typeof comparedMs !== 'number' || !Array.isArray(ignore) || !ignore.every(isText)) return undefined;
  const ancestors = new Map<string, Ancestor>();
  for (const item of items as readonly unknown[]) {
    const row = listIn(item);
    const ancestor = ancestorOf(row);
    if (!isPath(row[0]) || ancestor === undefined) return undefined;
    ancestors.set(row[0], ancestor);
  }
  return { token, folder, path, ignore, comparedMs, ancestors };
}

type Fields = Readonly<Record<string, unknown>>;

function objectIn(text: string): Fields {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

/** Returns the ancestor of a row; undefined for anything but what rowOf makes. */
function ancestorOf([path, host, ...row]: readonly unknown[]): Ancestor | undefined {
  const [pond, folder, seen, pondPath, nodeId, commit, tree, offered] = row;
  const state = host === null ? undefined : stateIn(host);
  if ((host !== null && state === undefined) || !isText(nodeId) || !isSize(commit)) return undefined;
  const at = pondPath === null ? path : pondPath;
  if (!isPath(at) || ![pond, folder, seen, tree].every((value) => value === null || isText(value))) return undefined;
  if (offered !== undefined && offered !== null && !isText(offered)) return undefined;
  const pondValue = isText(pond) ? pond : undefined;
  const folderValue = isText(folder) ? textOrNone(folder) : pondValue;
  const seenValue = isText(seen) ? textOrNone(seen) : folderValue;
  const values = { pondPath: at, nodeId, commit, state, pond: pondValue, folder: folderValue, seen: seenValue };
  if (isText(tree)) return offered === undefined ? { ...values, tree } : { ...values, tree, offered };
  return offered === undefined ? values : { ...values, offered };
}

function listIn(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as readonly unknown[]) : [];
}

const textOrNone = (text: string): string | undefined => (text === '' ? undefined : text);

function stateIn(host: unknown): HostItemState | undefined {
  const [sizeBytes, modifiedMs, inode, mode] = listIn(host);
  if (!isSize(sizeBytes) || !isSize(mode) || mode > 0o777) return undefined;
  if (typeof modifiedMs !== 'number' || typeof inode !== 'number') return undefined;
  return { sizeBytes, modifiedMs, inode, mode };
}

const isText = (value: unknown): value is string => typeof value === 'string';
const isSize = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;

const escaping = /(^|\/)(\.{0,2})(\/|$)|\0/;

/** True for a relative path that stays inside; '' is the directory itself. */
function isPath(value: unknown): value is string {
  return isText(value) && (value === '' || !escaping.test(value));
}
