import { joinSql, literal, literalList, sql, type SqlText } from '../duckdb/sql.ts';
import { type FileType } from '../tinyfs/backend.ts';
import { type ConvertedFormat } from './conversion.ts';

/** A DuckDB reader and its options. One call can read all files of one reading. */
export interface Reading {
  readonly reader: 'read_parquet' | 'read_csv' | 'read_json';
  /** Option text after the list of files, such as ", delim = '\t'"; often empty. */
  readonly options: SqlText;
  /** Delimiter of CSV by the extension of the name; found in the file when undefined. */
  readonly delimiter?: string;
  /** Compression of the bytes; undefined for uncompressed files. */
  readonly compression?: 'gzip' | 'zstd';
  /** The format that is converted to Parquet first; undefined for what DuckDB reads. */
  readonly converted?: ConvertedFormat;
  /** Name of the sheet of a workbook; undefined for its only one. */
  readonly sheet?: string;
}

/** Increment when the reading of files changes: cached results about text files are keyed by it. */
export const readingVersion = 18;

/**
 * Options of read_json, each with its SQL after a comma, that make it scan the whole file: from a sample it would round
 * numbers to the types of the first ones, drop keys that come later, and merge many keys into one column.
 */
export const wholeJsonOptions: ReadonlyMap<string, SqlText> = new Map([
  ['sample_size', sql`, sample_size = -1`],
  ['maximum_sample_files', sql`, maximum_sample_files = -1`],
  ['map_inference_threshold', sql`, map_inference_threshold = -1`],
]);

const wholeJson = joinSql([...wholeJsonOptions.values()], sql``);

/** The reading of Parquet files. */
export const parquetReading: Reading = { reader: 'read_parquet', options: sql`` };
const arrow: Reading = { ...parquetReading, converted: 'arrow' };
const csv: Reading = { reader: 'read_csv', options: sql`` };
const json = (options: SqlText): Reading => ({
  reader: 'read_json',
  options: sql`${wholeJson}${options}`,
});

const jsonLines = json(sql`, format = 'newline_delimited'`);

/** True for the reading of files of one JSON value in each line. */
export function isJsonLines({ reader, options, compression }: Reading): boolean {
  return reader === jsonLines.reader && options === jsonLines.options && compression === undefined;
}

/** Readings by extension. A Map, as an extension may be a name that every object has, as in `x.constructor`. */
const readings = new Map<string, Reading>([
  ['parquet', parquetReading],
  ['csv', csv],
  ['txt', csv],
  ['tsv', { ...csv, delimiter: '\t' }],
  ['json', json(sql``)],
  ['geojson', json(sql``)],
  ['ndjson', jsonLines],
  ['jsonl', jsonLines],
  ['arrow', arrow],
  ['arrows', arrow],
  ['feather', arrow],
  ['ipc', arrow],
  ['xlsx', { ...parquetReading, converted: 'xlsx' }],
]);

/** Extensions of files that a query reads, separated by spaces. */
export const queryableExtensions = [...[...readings.keys()].map((extension) => `.${extension}`), '.csv.gz'].join(' ');

/**
 * The reading of a node: by its type, then by the extension of its name, in any case. A file with a stated format is CSV
 * when its extension says nothing else. Undefined when it is not a table.
 */
export function readingOf(type: FileType, name: string, hasFormat = false): Reading | undefined {
  if (type === 'table' || type === 'series') return parquetReading;
  if (type !== 'file') return undefined;
  const match = /(?:\.([^./]+?))?(\.gz|\.zst)?$/.exec(name.toLowerCase());
  const reading = readings.get(match?.[1] ?? '') ?? (hasFormat ? csv : undefined);
  if (match?.[2] === undefined || reading === undefined) return reading;
  if (reading.reader === 'read_parquet') return undefined;
  // The host files have names without extension, so DuckDB cannot detect the compression itself.
  return { ...reading, compression: match[2] === '.gz' ? 'gzip' : 'zstd' };
}

/** Formats that reader functions read files as, whatever their extensions. */
export type ReadAs = 'csv' | 'json' | 'ndjson' | 'parquet' | 'text' | 'blob';

/**
 * The reading of a file as a reader function reads it; its name states the compression of a text. For a file that is
 * read whole, as a text or bytes, that of Parquet: its bytes as they are.
 */
export function readingAs(as: ReadAs, name: string): Reading {
  if (as === 'parquet' || as === 'text' || as === 'blob') return parquetReading;
  const compression = /\.(?:gz|zst)$/i.exec(name)?.[0] ?? '';
  return readingOf('file', `x.${as}${compression}`) ?? csv;
}

/**
 * The call of the reader of host files other than CSV as one table, columns matched by name; at least one file. `more`
 * are further options after a comma. The reading of text depends on the content of the files: see viewSql.
 */
export function readerSql(reading: Reading, hostPaths: readonly string[], more: SqlText = sql``): SqlText {
  const { reader, options, compression } = reading;
  // With a single file, this option would make DuckDB scan it twice for nothing. Over JSON it would make DuckDB ignore
  // keys that are not among the first objects of a file.
  const union = hostPaths.length > 1 && reader !== 'read_json' ? sql`, union_by_name = true` : sql``;
  const compressed = compression === undefined ? sql`` : sql`, compression = ${literal(compression)}`;
  return sql`${readers[reader]}(${literalList(hostPaths)}${options}${compressed}${union}${more})`;
}

const readers: Readonly<Record<Reading['reader'], SqlText>> = {
  read_parquet: sql`read_parquet`,
  read_csv: sql`read_csv`,
  read_json: sql`read_json`,
};
