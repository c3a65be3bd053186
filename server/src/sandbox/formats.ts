import { literalList } from '../duckdb/sql.ts';
import { type FileType } from '../tinyfs/backend.ts';

/** How DuckDB reads a file: a reader and its options. Files of one reading can be read by one call. */
export interface Reading {
  readonly reader: 'read_parquet' | 'read_csv' | 'read_json';
  /** Option text behind the list of files, such as ", delim = '\t'"; often empty. */
  readonly options: string;
  /** How its bytes are compressed; undefined when they are not. */
  readonly compression?: 'gzip' | 'zstd';
  /** The file is Arrow IPC and is converted to Parquet first. */
  readonly isArrow: boolean;
}

/** Changes when the reading of files changes: what is kept of text files names it. */
export const readingVersion = 2;

/**
 * Options of read_json, each with its value, that let it look at all of a file: from a sample it would round numbers to
 * the types of the first ones and leave out keys that come later, and it would make one column of many keys.
 */
export const wholeJsonOptions: ReadonlyMap<string, string> = new Map([
  ['sample_size', '-1'],
  ['maximum_sample_files', '-1'],
  ['map_inference_threshold', '-1'],
]);

const wholeJson = [...wholeJsonOptions].map(([name, value]) => `, ${name} = ${value}`).join('');

const parquet: Reading = { reader: 'read_parquet', options: '', isArrow: false };
const arrow: Reading = { reader: 'read_parquet', options: '', isArrow: true };
const csv = (options: string): Reading => ({ reader: 'read_csv', options, isArrow: false });
const json = (options: string): Reading => ({ reader: 'read_json', options: wholeJson + options, isArrow: false });

/** By extension. A file may be called after what every object has, `x.constructor`. */
const readings = new Map<string, Reading>([
  ['parquet', parquet],
  ['csv', csv('')],
  ['txt', csv('')],
  ['tsv', csv(", delim = '\t'")],
  ['json', json('')],
  ['ndjson', json(", format = 'newline_delimited'")],
  ['jsonl', json(", format = 'newline_delimited'")],
  ['arrow', arrow],
  ['arrows', arrow],
  ['feather', arrow],
  ['ipc', arrow],
]);

/** Extensions of files that a query reads, as words. */
export const queryableExtensions = [...[...readings.keys()].map((extension) => `.${extension}`), '.csv.gz'].join(' ');

/** How a node is read: by its type, then by the extension of its name, in any case. Undefined when it is no table. */
export function readingOf(type: FileType, name: string): Reading | undefined {
  if (type === 'table' || type === 'series') return parquet;
  if (type !== 'file') return undefined;
  const match = /\.([^./]+?)(\.gz|\.zst)?$/.exec(name.toLowerCase());
  const reading = readings.get(match?.[1] ?? '');
  if (match?.[2] === undefined || reading === undefined) return reading;
  if (reading.reader === 'read_parquet') return undefined;
  // The files stand under names without extension, so DuckDB cannot tell by itself that they are compressed.
  return { ...reading, compression: match[2] === '.gz' ? 'gzip' : 'zstd' };
}

/**
 * The SQL that reads host files that are not CSV as one table, columns matched by name; at least one file. How CSV is
 * read depends on what is in the files: see viewSql.
 */
export function readSql({ reader, options, compression }: Reading, hostPaths: readonly string[]): string {
  // Asked for always, this would make DuckDB look at each file twice for nothing when there is only one.
  const union = hostPaths.length > 1 ? ', union_by_name = true' : '';
  const compressed = compression === undefined ? '' : `, compression = '${compression}'`;
  return `SELECT * FROM ${reader}(${literalList(hostPaths)}${options}${compressed}${union})`;
}
