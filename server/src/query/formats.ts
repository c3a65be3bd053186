import { literalList } from '../duckdb/sql.ts';
import { type FileType } from '../tinyfs/backend.ts';

/** How DuckDB reads a file: a reader and its options. Files of one reading can be read by one call. */
export interface Reading {
  readonly reader: 'read_parquet' | 'read_csv' | 'read_json';
  /** Option text behind the list of files, such as ", delim = '\t'"; often empty. */
  readonly options: string;
  /** The file is Arrow IPC and is converted to Parquet first. */
  readonly isArrow: boolean;
}

const parquet: Reading = { reader: 'read_parquet', options: '', isArrow: false };
const arrow: Reading = { reader: 'read_parquet', options: '', isArrow: true };
const csv = (options: string): Reading => ({ reader: 'read_csv', options, isArrow: false });
const json = (options: string): Reading => ({ reader: 'read_json', options, isArrow: false });

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
  return { ...reading, options: `${reading.options}, compression = '${match[2] === '.gz' ? 'gzip' : 'zstd'}'` };
}

/** The SQL that reads host files as one table, columns matched by name; at least one file. */
export function readSql(reading: Reading, hostPaths: readonly string[]): string {
  // Asked for always, this would make DuckDB look at each file twice for nothing when there is only one.
  const union = hostPaths.length > 1 ? ', union_by_name = true' : '';
  const uncompressed =
    reading.reader === 'read_csv' && !reading.options.includes('compression') ? ", compression = 'none'" : '';
  return `SELECT * FROM ${reading.reader}(${literalList(hostPaths)}${reading.options}${uncompressed}${union})`;
}
