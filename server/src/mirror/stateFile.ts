/** The files with the state of a mirror: what is in them, and how it is parsed. Anyone may have written them. */
import { fieldsOf, itemsOf, parseJsonText } from '../base/json.ts';
import { type HostItemState } from '../storage/hostFolder.ts';
import { type Ancestor, type Items } from './types.ts';

const format = 2;
/** Format without a file of changes. */
const wholeFormat = 1;

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
  /** The file with all paths; undefined for a state that is not stored, or was by an older version. */
  readonly base?: StateBase | undefined;
}

/** A file with all paths, as a file of changes refers to it. */
export interface StateBase {
  /** UUID of the file. */
  readonly id: string;
  /** Paths that differ from it. */
  readonly changed: ReadonlySet<string>;
}

/** An ancestor as a list, which takes a third of the space and of the time of an object with names. */
type Row = readonly [path: string, ...unknown[]];

/** Text of a file with all paths, a line for each, so that a person can read it. */
export function stateText({ ancestors, base: _, ...head }: MirrorState, base: string): string {
  const rows = [...ancestors].map((entry) => JSON.stringify(rowOf(...entry)));
  return fileText({ format, base, ...head }, rows);
}

/** Text of a file of changes: a line for each path that changed; one that is gone has its name alone. */
export function changesText(
  { ancestors, base: _, ...head }: MirrorState,
  base: string,
  changed: ReadonlySet<string>,
): string {
  const rows = [...changed].map((path) => {
    const ancestor = ancestors.get(path);
    return JSON.stringify(ancestor === undefined ? [path] : rowOf(path, ancestor));
  });
  return fileText({ format, base, ...head }, rows);
}

function fileText(head: object, rows: readonly string[]): string {
  return `{"head":${JSON.stringify(head)},"items":[\n${rows.join(',\n')}\n]}\n`;
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

/** Returns the state in a file with all paths; undefined for any other text. */
export function parseState(text: string): MirrorState | undefined {
  const file = parseFile(text);
  if (file === undefined) return undefined;
  const { head, base, items } = file;
  const ancestors = new Map<string, Ancestor>();
  for (const row of items) {
    const ancestor = ancestorOf(row);
    if (!isPath(row[0]) || ancestor === undefined) return undefined;
    ancestors.set(row[0], ancestor);
  }
  return { ...head, ancestors, base: base === undefined ? undefined : { id: base, changed: new Set() } };
}

/** Returns the state with changes; as it is for changes of another file; undefined for a text that has none. */
export function withChanges(state: MirrorState, text: string): MirrorState | undefined {
  const file = parseFile(text);
  if (file?.base === undefined) return undefined;
  const { head, base, items } = file;
  if (base !== state.base?.id) return state;
  const ancestors = new Map(state.ancestors);
  const changed = new Set<string>();
  for (const row of items) {
    const [path] = row;
    const ancestor = row.length === 1 ? undefined : ancestorOf(row);
    if (!isPath(path) || (row.length > 1 && ancestor === undefined)) return undefined;
    if (ancestor === undefined) ancestors.delete(path);
    else ancestors.set(path, ancestor);
    changed.add(path);
  }
  return { ...head, ancestors, base: { id: base, changed } };
}

/** A file of states before its rows are read. */
interface StateFile {
  readonly head: Omit<MirrorState, 'ancestors' | 'base'>;
  readonly base: string | undefined;
  readonly items: readonly (readonly unknown[])[];
}

function parseFile(text: string): StateFile | undefined {
  const { head, items } = fieldsOf(parseJsonText(text));
  if (!Array.isArray(items)) return undefined;
  const { format: found, base, token, folder, path, ignore, comparedMs } = fieldsOf(head);
  const isKnown = found === format ? isText(base) : found === wholeFormat;
  if (!isKnown || !isText(token) || !isText(folder) || !isText(path)) return undefined;
  if (typeof comparedMs !== 'number' || !Array.isArray(ignore) || !ignore.every(isText)) return undefined;
  return {
    head: { token, folder, path, ignore, comparedMs },
    base: found === format && isText(base) ? base : undefined,
    items: items.map(itemsOf),
  };
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

const textOrNone = (text: string): string | undefined => (text === '' ? undefined : text);

function stateIn(host: unknown): HostItemState | undefined {
  const [sizeBytes, modifiedMs, inode, mode] = itemsOf(host);
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
