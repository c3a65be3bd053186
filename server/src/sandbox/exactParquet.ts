import { basename, dirname } from 'node:path';
import { sha256Of } from '../base/sha256.ts';
import { PondError } from '../base/error.ts';
import { LruCache } from '../base/lruCache.ts';
import { type InexactColumn, inexactColumn } from '../parquet/inexact.ts';
import { createUserCache } from '../storage/cache.ts';
import { type OpenDisk } from '../storage/disk.ts';
import { whileUnchanged } from '../storage/unchangedFiles.ts';
import { type FileType } from '../tinyfs/backend.ts';
import { type Reading, readingVersion } from './formats.ts';

/** A file whose values DuckDB reads. */
interface ParquetInput {
  readonly hostPath: string;
  readonly sizeBytes: number;
  /** Equal for equal content, and for no other; undefined when unknown. */
  readonly key?: string;
  /** Absolute pond path, for messages. */
  readonly pondPath: string;
  readonly type: FileType;
  /** Undefined for a file that is not a table. */
  readonly reading: Reading | undefined;
}

const reasons: Readonly<Record<InexactColumn['reason'], { readonly what: string; readonly hint: string }>> = {
  nanoseconds: {
    what: 'has times with nanoseconds, which would be cut off: they have a time zone, are in UTC, or of the type INT96',
    hint: 'Write the column in microseconds, or as times without a time zone.',
  },
  unchecked: {
    what: 'has times in nanoseconds with a time zone, or of the type INT96, in an encoding that cannot be checked',
    hint: 'Write the column in microseconds, or with the default encoding.',
  },
  digits: {
    what: 'has decimals of more than 38 digits, which would become other numbers',
    hint: 'Write the column as text, or as decimals of at most 38 digits.',
  },
  encoding: {
    what: 'is not of floating-point numbers and has the encoding BYTE_STREAM_SPLIT, which is not read',
    hint: 'Write the column with the default encoding.',
  },
  encrypted: { what: 'is encrypted', hint: 'Write the file without encryption.' },
};

/** Minimum size of content about which the result is kept, bytes: it is found as fast in smaller content. */
const savedBytesMin = 256 * 1024;

/** Results of this process by the keys of contents. */
const found = new LruCache<string, { readonly column: InexactColumn | undefined }>({ max: 2_000 });

/**
 * Passes for a Parquet file whose values DuckDB reads as they are, and for any other file. Fails `invalid-content`, with
 * the column, for times and decimals that it would change silently. A content is looked at once.
 */
export async function requireExactParquet(file: ParquetInput, openDisk: OpenDisk): Promise<void> {
  if (!isForeign(file)) return;
  const column = file.key === undefined ? await find(file, openDisk) : await known(file, file.key, openDisk);
  if (column === undefined) return;
  const { what, hint } = reasons[column.reason];
  const { pondPath: path } = file;
  throw new PondError('invalid-content', `${path} cannot be read: column "${column.name}" ${what}`, { path, hint });
}

/** True for Parquet that anyone may have written; series and tables were checked when they were written. */
const isForeign = ({ type, reading }: ParquetInput): boolean =>
  type === 'file' && reading?.reader === 'read_parquet' && reading.converted === undefined;

async function known(file: ParquetInput, key: string, openDisk: OpenDisk): Promise<InexactColumn | undefined> {
  const cached = found.get(key);
  if (cached !== undefined) return cached.column;
  const cache = createUserCache(openDisk);
  const name = sha256Of(`exact parquet ${readingVersion} ${key}`);
  const text = file.sizeBytes < savedBytesMin ? undefined : cache.readText(name);
  const column = text === savedExact ? undefined : await whileUnchanged([file], () => find(file, openDisk));
  if (text === undefined && column === undefined && file.sizeBytes >= savedBytesMin) cache.writeText(name, savedExact);
  return found.set(key, { column }).column;
}

/** The text that is kept for a content without such a column. */
const savedExact = 'exact';

async function find(
  { hostPath, sizeBytes, pondPath }: ParquetInput,
  openDisk: OpenDisk,
): Promise<InexactColumn | undefined> {
  const disk = openDisk(dirname(hostPath));
  const read = (start: number, end: number): Uint8Array =>
    disk.readRange(basename(hostPath), start, end) ?? new Uint8Array();
  return await inexactColumn({ path: pondPath, sizeBytes, read });
}
