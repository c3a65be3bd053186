/** Entries of directories in a pond of 2025, as its directory files and the batches of its backups hold them. */
import { isName } from '../tinyfs/path.ts';
import { damagedSource } from './checkedContent.ts';
import { parquetRows } from './parquetRows.ts';

/** Types by their code on disk. */
const typeOfCode = ['', 'tree', 'table', 'series', 'data', 'syntree', 'symlink'] as const;

/** Type of an entry; a syntree is a row of a document that is shown as a directory. */
export type PocEntryType = Exclude<(typeof typeOfCode)[number], ''>;

/** Code of each type on disk and in hashes. */
export function codeOf(type: PocEntryType): number {
  return typeOfCode.indexOf(type);
}

/** Extension of the host files of each type that has files. */
export const extensions: Readonly<Record<Exclude<PocEntryType, 'tree' | 'symlink'>, string>> = {
  table: 'parquet',
  series: 'parquet',
  data: 'data',
  syntree: 'synth',
};

/** An entry: one version of one name. */
export interface PocEntry {
  /** Name in a directory file, path in a batch. */
  readonly prefix: string;
  readonly number: number;
  readonly sizeBytes: number;
  readonly type: PocEntryType;
  /** Lower-case hex; zeros for a symlink. */
  readonly sha256: string;
  /** Text of a symlink; small content in a batch. */
  readonly contents: Uint8Array | undefined;
}

/** Number of columns: prefix, number, size, ftype, sha256, contents. */
const columnCount = 6;

/** Returns the entries of a directory file or batch; columns count by position. Fails `pond-damaged`. */
export async function pocEntries(bytes: Uint8Array, path: string): Promise<readonly PocEntry[]> {
  const { columns, rows } = await parquetRows(bytes, path);
  if (columns.length < columnCount) {
    throw damagedSource(path, `it has ${columns.length} columns, expected ${columnCount}`);
  }
  return rows.map((row, index) => {
    const entry = entryOf(columns.map((column) => row[column]));
    if (typeof entry === 'string') throw damagedSource(path, `row ${index + 1} has no valid ${entry}`);
    return entry;
  });
}

/** Returns the entry of a row; the name of the first invalid column otherwise. */
function entryOf([prefix, number, size, ftype, hash, contents]: readonly unknown[]): PocEntry | string {
  const type = typeof ftype === 'number' ? typeOfCode[ftype] : undefined;
  if (typeof prefix !== 'string' || prefix === '') return 'prefix';
  if (typeof number !== 'number' || number < 0) return 'number';
  if (typeof size !== 'bigint' || size < 0n || size > BigInt(Number.MAX_SAFE_INTEGER)) return 'size';
  if (type === undefined || type === '') return 'ftype';
  if (!(hash instanceof Uint8Array) || hash.length !== 32) return 'sha256';
  if (contents !== null && contents !== undefined && !(contents instanceof Uint8Array)) return 'contents';
  return {
    ...{ prefix, number, type, sizeBytes: Number(size), sha256: Buffer.from(hash).toString('hex') },
    contents: contents ?? undefined,
  };
}

/** Returns why a pond cannot hold a path of the source; undefined when it can. */
export function pathProblem(path: string): string | undefined {
  const names = path.split('/').slice(1);
  if (names.length > namesMax) return `it is more than ${namesMax} directories deep`;
  return names.every(isName) ? undefined : 'a name in it is not valid in a pond';
}

const namesMax = 250;
