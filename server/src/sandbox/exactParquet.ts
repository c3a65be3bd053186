import { basename, dirname } from 'node:path';
import { sha256Of } from '../base/sha256.ts';
import { PondError } from '../base/error.ts';
import { LruCache } from '../base/lruCache.ts';
import { openAnyParquet, type ParquetFile, type ParquetSource } from '../parquet/file.ts';
import { type InexactColumn, inexactColumn } from '../parquet/inexact.ts';
import { createUserCache } from '../storage/cache.ts';
import { type OpenDisk } from '../storage/disk.ts';
import { whileUnchanged } from '../storage/unchangedFiles.ts';
import { type FileType } from '../tinyfs/backend.ts';
import { type DurationColumn } from './conversion.ts';
import { durationsOf, hasOtherForm } from './durations.ts';
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

/** A column whose values would be read as others; those of durations lose their unit. */
interface RefusedColumn {
  readonly name: string;
  readonly reason: InexactColumn['reason'] | 'durations';
}

const reasons: Readonly<Record<RefusedColumn['reason'], { readonly what: string; readonly hint: string }>> = {
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
  durations: {
    what: 'has durations inside of lists or structures, whose unit would be lost',
    hint: 'Write the durations as a column of their own, or as numbers with the unit in the name.',
  },
  encrypted: { what: 'is encrypted', hint: 'Write the file without encryption.' },
};

/** Minimum size of content about which the result is kept, bytes: it is found as fast in smaller content. */
const savedBytesMin = 256 * 1024;

/** Columns of a file that are not read as they are. */
interface Found {
  readonly refused?: RefusedColumn;
  /** The durations of a file that is converted; undefined for one that is read in place. */
  readonly converted: readonly DurationColumn[] | undefined;
}

const nothing: Found = { converted: undefined };

/** Results of this process by the keys of contents. */
const found = new LruCache<string, Found>({ max: 2_000 });

/**
 * Returns the durations of a Parquet file that is converted: DuckDB reads durations as integers without a unit, and names
 * with other forms of characters as other names. Undefined for most files, and for any other format. A content is looked at
 * once. Fails `invalid-content`, with the column, for values that DuckDB would change silently.
 */
export async function requireExactParquet(
  file: ParquetInput,
  openDisk: OpenDisk,
): Promise<readonly DurationColumn[] | undefined> {
  if (!isForeign(file)) return undefined;
  const { refused, converted } =
    file.key === undefined ? await find(file, openDisk) : await known(file, file.key, openDisk);
  // A table was checked when it was written.
  if (refused === undefined || file.type !== 'file') return converted;
  const { what, hint } = reasons[refused.reason];
  const { pondPath: path } = file;
  throw new PondError('invalid-content', `${path} cannot be read: column "${refused.name}" ${what}`, { path, hint });
}

/** True for Parquet that anyone may have written. Versions of a series were written by a build. */
const isForeign = ({ type, reading }: ParquetInput): boolean =>
  type !== 'series' && reading?.reader === 'read_parquet' && reading.converted === undefined;

async function known(file: ParquetInput, key: string, openDisk: OpenDisk): Promise<Found> {
  const cached = found.get(key);
  if (cached !== undefined) return cached;
  const cache = createUserCache(openDisk);
  const name = sha256Of(`exact parquet ${readingVersion} ${key}`);
  const text = file.sizeBytes < savedBytesMin ? undefined : cache.readText(name);
  if (text === savedExact) return found.set(key, nothing);
  const result = await whileUnchanged([file], () => find(file, openDisk));
  const isExact = result.refused === undefined && result.converted === undefined;
  if (isExact && file.sizeBytes >= savedBytesMin) cache.writeText(name, savedExact);
  return found.set(key, result);
}

/** The text that is kept for a content that is read in place. */
const savedExact = 'exact';

/** Finds nothing in a file that is not Parquet or is wholly encrypted, which DuckDB reports. */
async function find({ hostPath, sizeBytes, pondPath }: ParquetInput, openDisk: OpenDisk): Promise<Found> {
  const disk = openDisk(dirname(hostPath));
  const read = (start: number, end: number): Uint8Array =>
    disk.readRange(basename(hostPath), start, end) ?? new Uint8Array();
  const file = opened({ path: pondPath, sizeBytes, read });
  if (file === undefined) return nothing;
  const { columns, nested } = durationsOf(file);
  const refused: RefusedColumn | undefined =
    (await inexactColumn(file)) ?? (nested === undefined ? undefined : { name: nested, reason: 'durations' });
  const isConverted = columns.length > 0 || hasOtherForm(file);
  return { converted: isConverted ? columns : undefined, ...(refused && { refused }) };
}

function opened(source: ParquetSource): ParquetFile | undefined {
  try {
    return openAnyParquet(source);
  } catch {
    return undefined;
  }
}
