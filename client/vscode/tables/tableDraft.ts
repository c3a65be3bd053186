/** Edits of a table that are not saved, as a file keeps them until they are: plain data. */
import { parseJson } from '../../../server/src/base/json.ts';
import { isRecord } from '../../../server/src/base/record.ts';
import { type KeyedEdit, type RowEdit } from '../webviews/grid/rowEdits.ts';

/** An edit that can be undone: the rows as they are after it, and the changes that revert it. */
export interface EditStep {
  readonly label: string;
  readonly rows: readonly KeyedEdit[];
  readonly reverse: readonly KeyedEdit[];
}

/** All edits since the last save, the oldest first, and the content of the file that they are based on. */
export interface Draft {
  readonly base: string;
  readonly steps: readonly EditStep[];
}

/** A draft in a file, with the number of the write. */
export interface NumberedDraft extends Draft {
  readonly sequence: number;
}

const formatVersion = 1;

/** Returns the bytes of a draft. */
export function draftBytes(draft: NumberedDraft): Uint8Array {
  return Buffer.from(JSON.stringify({ version: formatVersion, ...draft }));
}

/** Parses the bytes of a draft; undefined for a file that was cut off, damaged, or written by another version. */
export function parseDraft(bytes: Uint8Array): NumberedDraft | undefined {
  const read = parseJson(bytes);
  if (!isRecord(read) || read['version'] !== formatVersion) return undefined;
  const { sequence, base, steps } = read;
  if (typeof sequence !== 'number' || typeof base !== 'string' || !Array.isArray(steps)) return undefined;
  const parsed = all(steps, stepOf);
  return parsed && { sequence, base, steps: parsed };
}

function stepOf(read: unknown): EditStep | undefined {
  if (!isRecord(read) || typeof read['label'] !== 'string') return undefined;
  const [rows, reverse] = [read['rows'], read['reverse']].map((edits) => all(edits, keyedEditOf));
  return rows && reverse && { label: read['label'], rows, reverse };
}

function keyedEditOf(read: unknown): KeyedEdit | undefined {
  const [key, edit] = pairOf(read);
  if (typeof key !== 'string' && typeof key !== 'number') return undefined;
  if (edit === null) return [key, null];
  const parsed = rowEditOf(edit);
  return parsed && [key, parsed];
}

function rowEditOf(read: unknown): RowEdit | undefined {
  if (!isRecord(read)) return undefined;
  const { isDeleted, before, order } = read;
  const values = all(read['values'], valueOf);
  const isNumber = (value: unknown): value is number | undefined => value === undefined || typeof value === 'number';
  if (values === undefined || !isNumber(before) || !isNumber(order)) return undefined;
  if (isDeleted !== undefined && isDeleted !== true) return undefined;
  return {
    values,
    ...(isDeleted && { isDeleted }),
    ...(before !== undefined && { before }),
    ...(order !== undefined && { order }),
  };
}

function valueOf(read: unknown): readonly [column: string, value: string | null] | undefined {
  const [column, value] = pairOf(read);
  if (typeof column !== 'string' || (value !== null && typeof value !== 'string')) return undefined;
  return [column, value];
}

/** The two items of an array; none for anything else. */
function pairOf(read: unknown): readonly unknown[] {
  return Array.isArray(read) && read.length === 2 ? read : [];
}

/** All items of an array, parsed; undefined for anything else, and when one of them cannot be parsed. */
function all<T>(read: unknown, parse: (item: unknown) => T | undefined): readonly T[] | undefined {
  if (!Array.isArray(read)) return undefined;
  const parsed = read.map(parse);
  return parsed.every((item) => item !== undefined) ? parsed : undefined;
}
