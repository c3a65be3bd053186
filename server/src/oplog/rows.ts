import { type SchemaElement } from 'hyparquet';
import { type CommitNumber } from '../delta/commitNumber.ts';

/** Subject of an op log row: a version of a node, a page of a wide directory, or a commit's own record. */
type RowType = (typeof rowTypes)[number];

/** All row types. */
export const rowTypes = ['directory', 'file', 'table', 'series', 'symlink', 'page', 'commit'] as const;

/** The fixed id of every pond's root directory, and of its partition. */
export const rootId = '00000000-0000-7000-8000-000000000000';

/** One row of the op log, as in docs/pond-format.md. */
export interface OpRow {
  /** The directory that holds the entry; a directory and its pages are in their own partition. */
  readonly partId: string;
  readonly nodeId: string;
  /** Microseconds since 1970 UTC. */
  readonly timestampUs: number;
  /** Per node, from 1. */
  readonly version: number;
  readonly fileType: RowType;
  /** JSON object, see RowMetadata. */
  readonly metadata: string;
  readonly sizeBytes: number;
  /** Lower-case hex. */
  readonly sha256: string;
  /** Event time bounds of a series version, microseconds since 1970 UTC. */
  readonly minTimeUs: number | undefined;
  readonly maxTimeUs: number | undefined;
  /** Undefined for a deletion and when a blob holds the content. */
  readonly content: RowContent | undefined;
}

/** Content in memory, or fetched when the row is written: a large commit holds one row group's content at a time. */
export type RowContent = Uint8Array | FetchedContent;

interface FetchedContent {
  readonly sizeBytes: number;
  readonly load: () => Uint8Array | Promise<Uint8Array>;
}

/** A row that was read: with the commit that wrote it, and its content only on request. */
export interface StoredRow extends Omit<OpRow, 'content'> {
  readonly txn: CommitNumber;
  readonly content: Uint8Array | undefined;
}

/** Content of the `metadata` column. Absent members are omitted. */
export interface RowMetadata {
  readonly attributes?: Readonly<Record<string, string>>;
  /** Location of the previous version's row. */
  readonly previous?: { readonly txn: CommitNumber; readonly partId: string };
  /** Chained hash over all versions of a series. */
  readonly seriesHash?: string;
  /** Of a version of a series: its number of rows, and the hash of the batch that was appended. */
  readonly rows?: number;
  readonly batch?: string;
  /** A directory or page whose content lists pages, not entries. */
  readonly fork?: true;
  /** The node was removed; the row has no content. */
  readonly deleted?: true;
  /** Name of the entry when the row was written, for people who read the log with SQL. */
  readonly name?: string;
  /** For a commit: its record. */
  readonly commit?: Readonly<Record<string, unknown>>;
}

type Column = readonly [name: string, delta: string, nullable: boolean, parquet: Partial<SchemaElement>];

const text: Partial<SchemaElement> = { type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } };
const long: Partial<SchemaElement> = { type: 'INT64' };
const time: Partial<SchemaElement> = {
  type: 'INT64',
  converted_type: 'TIMESTAMP_MICROS',
  logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MICROS' },
};

const columns: readonly Column[] = [
  ['part_id', 'string', false, text],
  ['node_id', 'string', false, text],
  ['timestamp', 'timestamp', false, time],
  ['version', 'long', false, long],
  ['file_type', 'string', false, text],
  ['metadata', 'string', false, text],
  ['size', 'long', false, long],
  ['sha256', 'string', false, text],
  ['min_time', 'timestamp', true, time],
  ['max_time', 'timestamp', true, time],
  ['txn', 'long', false, long],
  ['content', 'binary', true, { type: 'BYTE_ARRAY' }],
];

/** Names of the op log's columns, in order. */
export const columnNames: readonly string[] = columns.map(([name]) => name);

/** The table's schema in the form of the Delta log: JSON text of a struct. */
export const deltaSchema: string = JSON.stringify({
  type: 'struct',
  fields: columns.map(([name, type, nullable]) => ({ name, type, nullable, metadata: {} })),
});

/** The same schema in Parquet's form. Micros, because the writer's own TIMESTAMP is milliseconds. */
export const parquetSchema: SchemaElement[] = [
  { name: 'root', num_children: columns.length },
  ...columns.map(([name, , nullable, parquet]): SchemaElement => ({
    name,
    repetition_type: nullable ? 'OPTIONAL' : 'REQUIRED',
    ...parquet,
  })),
];

/**
 * Compares rows for their order in a data file: by partition, then node, then version; by code units, which for ids
 * equals byte order.
 */
export function compareRows(a: OpRow, b: OpRow): number {
  return compareText(a.partId, b.partId) || compareText(a.nodeId, b.nodeId) || a.version - b.version;
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
