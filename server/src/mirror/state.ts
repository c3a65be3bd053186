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

/** One line for each path, so that a person can read it. */
function stateText({ ancestors, ...head }: MirrorState): string {
  const lines = [JSON.stringify({ format, ...head })];
  for (const [path, ancestor] of ancestors) lines.push(JSON.stringify({ path, ...ancestor }));
  return `${lines.join('\n')}\n`;
}

function parseState(text: string): MirrorState | undefined {
  const lines = text.split('\n');
  // A text that was cut ends within a line.
  if (lines.pop() !== '') return undefined;
  const [head, ...items] = lines.map(parseLine);
  if (head?.['format'] !== format) return undefined;
  const { token, folder, path, ignore, comparedMs } = head;
  if (!isText(token) || !isText(folder) || !isText(path) || typeof comparedMs !== 'number') return undefined;
  if (!Array.isArray(ignore) || !ignore.every(isText)) return undefined;
  const ancestors = new Map<string, Ancestor>();
  for (const item of items) {
    const at = item?.['path'];
    const ancestor = item === undefined ? undefined : ancestorOf(item);
    if (!isPath(at) || ancestor === undefined) return undefined;
    ancestors.set(at, ancestor);
  }
  return { token, folder, path, ignore, comparedMs, ancestors };
}

type Fields = Readonly<Record<string, unknown>>;

function parseLine(line: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

function ancestorOf({
  pondPath,
  pond,
  folder,
  seen,
  nodeId,
  state,
  tree,
  commit,
  offered,
}: Fields): Ancestor | undefined {
  const host = state === undefined ? undefined : hostState(state);
  const optional = [pond, folder, seen, tree].every((value) => value === undefined || isText(value));
  if (!isPath(pondPath) || !isText(nodeId) || !optional || (state !== undefined && host === undefined))
    return undefined;
  if (typeof commit !== 'number' || !Number.isSafeInteger(commit) || commit < 0) return undefined;
  if (offered !== undefined && offered !== null && !isText(offered)) return undefined;
  return {
    ...{ pondPath, nodeId, commit, state: host },
    ...{ pond: textOf(pond), folder: textOf(folder), seen: textOf(seen) },
    ...(isText(tree) ? { tree } : {}),
    ...(offered === undefined ? {} : { offered }),
  };
}

function hostState(value: unknown): HostItemState | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { sizeBytes, modifiedNs, inode, mode }: Fields = { ...value };
  const areDigits = [modifiedNs, inode].every((text) => isText(text) && /^-?\d{1,20}$/.test(text));
  if (!areDigits || !isText(modifiedNs) || !isText(inode)) return undefined;
  if (!isSize(sizeBytes) || !isSize(mode) || mode > 0o777) return undefined;
  return { sizeBytes, modifiedNs, inode, mode };
}

const isText = (value: unknown): value is string => typeof value === 'string';
const textOf = (value: unknown): string | undefined => (isText(value) ? value : undefined);
const isSize = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;

/** True for a relative path that stays inside; '' is the directory itself. */
function isPath(value: unknown): value is string {
  if (!isText(value)) return false;
  return value === '' || value.split('/').every((name) => !['', '.', '..'].includes(name) && !name.includes('\0'));
}
