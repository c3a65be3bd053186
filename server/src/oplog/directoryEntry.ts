/**
 * The inner layer: a directory row's content is an Arrow IPC stream of these records. Fields are read by name, so later
 * writers may add some without changing the outer table.
 */
import {
  Field,
  Int64,
  makeData,
  RecordBatch,
  RecordBatchStreamWriter,
  Schema,
  Struct,
  tableFromIPC,
  TimestampMicrosecond,
  Utf8,
  type Data,
  type Table,
} from 'apache-arrow';
import { type CommitNumber, firstCommit } from '../delta/commitNumber.ts';
import { assert } from '../base/assert.ts';
import { isPondError, PondError } from '../base/error.ts';
import { Fields } from '../delta/fields.ts';
import { rowTypes } from './rows.ts';

const entryTypes = rowTypes.filter((type) => type !== 'commit');
type EntryType = (typeof entryTypes)[number];

/** One entry of a directory, or one page of a wide one, with the location of its row. */
export interface DirectoryEntry {
  readonly name: string;
  readonly childId: string;
  readonly type: EntryType;
  readonly version: number;
  /** Commit whose data file holds the child's row. */
  readonly txn: CommitNumber;
  /** Partition of the child's row: the directory that held the entry when the row was written. */
  readonly partId: string;
  /** Commit that last changed this entry: wrote the row, or placed it under this name. */
  readonly changedTxn: CommitNumber;
  /** Commit that placed this child under this name: nodes below have been at their path since then at the earliest. */
  readonly placedTxn: CommitNumber;
  readonly sizeBytes: number;
  readonly modifiedUs: number;
  /** Hash of the content; for a directory or page, of everything below. Lower-case hex. */
  readonly sha256: string;
  /** Chained hash over all versions of a series; otherwise ''. */
  readonly seriesHash: string;
  readonly attributes: Readonly<Record<string, string>>;
}

const utf8 = new Utf8();
const int64 = new Int64();
const micros = new TimestampMicrosecond('UTC');

const fields: Field[] = [
  new Field('name', utf8, false),
  new Field('child_node_id', utf8, false),
  new Field('file_type', utf8, false),
  new Field('version', int64, false),
  new Field('txn', int64, false),
  new Field('part_id', utf8, false),
  new Field('changed_txn', int64, false),
  new Field('placed_txn', int64, false),
  new Field('size', int64, false),
  new Field('modified', micros, false),
  new Field('sha256', utf8, false),
  new Field('series_hash', utf8, false),
  new Field('attributes', utf8, false),
];
const schema = new Schema(fields);

/**
 * Returns the entries as an Arrow IPC stream of one record batch. Empty entries give a stream with a schema and no
 * rows.
 */
export function encodeEntries(entries: readonly DirectoryEntry[]): Uint8Array {
  const length = entries.length;
  const children: Data[] = [
    textData(entries, (entry) => entry.name),
    textData(entries, (entry) => entry.childId),
    textData(entries, (entry) => entry.type),
    longData(int64, entries, (entry) => entry.version),
    longData(int64, entries, (entry) => entry.txn),
    textData(entries, (entry) => entry.partId),
    longData(int64, entries, (entry) => entry.changedTxn),
    longData(int64, entries, (entry) => entry.placedTxn),
    longData(int64, entries, (entry) => entry.sizeBytes),
    longData(micros, entries, (entry) => entry.modifiedUs),
    textData(entries, (entry) => entry.sha256),
    textData(entries, (entry) => entry.seriesHash),
    textData(entries, (entry) => attributesText(entry.attributes)),
  ];
  const batch = new RecordBatch(schema, makeData({ type: new Struct(fields), length, nullCount: 0, children }));
  const writer = new RecordBatchStreamWriter();
  writer.write(batch);
  writer.finish();
  return writer.toUint8Array(true);
}

/**
 * Returns the entries of an Arrow IPC stream, all its batches. Fails `pond-damaged`, naming `where`, when the bytes are
 * not such a stream, or a field of an entry is missing, of another type or out of range.
 */
export function decodeEntries(bytes: Uint8Array, where: () => string): DirectoryEntry[] {
  try {
    const table = tableFromIPC(bytes);
    // Other bytes may decode as a stream without columns.
    assert(table.getChild('name') !== null, () => 'a directory has names');
    // Each entry has a name of its own; a column in parts would be joined, at the size that its parts state.
    assert(table.numRows <= bytes.length, () => `${table.numRows} entries in ${bytes.length} bytes`);
    return rowsOf(table, where);
  } catch (cause) {
    if (isPondError(cause)) throw cause;
    throw new PondError('pond-damaged', `directory content cannot be decoded: ${where()}`, { cause });
  }
}

function rowsOf(table: Table, where: () => string): DirectoryEntry[] {
  // Raw values: the vector's own accessor would convert a timestamp to a float of milliseconds.
  const columns = fields.map(({ name, type }) => {
    const column = table.getChild(name);
    const values: unknown = type === utf8 ? column : column?.toArray();
    return { name, values: values as { readonly get?: (row: number) => unknown } & Readonly<Record<number, unknown>> };
  });
  return Array.from({ length: table.numRows }, (_, row) => {
    const place = { part: `entry ${row + 1} of ${where()}` };
    const values = columns.map(({ name, values }) => [name, values?.get?.(row) ?? values?.[row]] as const);
    return entryOf(new Fields(Object.fromEntries(values), 'entry', place));
  });
}

function entryOf(entry: Fields): DirectoryEntry {
  return {
    name: entry.text('name'),
    childId: entry.text('child_node_id'),
    type: entry.oneOf('file_type', entryTypes),
    version: entry.count('version'),
    txn: entry.commitNumber('txn'),
    partId: entry.text('part_id'),
    changedTxn: entry.commitNumber('changed_txn'),
    placedTxn: entry.has('placed_txn') ? entry.commitNumber('placed_txn') : firstCommit,
    sizeBytes: entry.count('size'),
    modifiedUs: entry.integer('modified'),
    sha256: entry.hash('sha256'),
    seriesHash: entry.text('series_hash') === '' ? '' : entry.hash('series_hash'),
    attributes: parseAttributes(entry),
  };
}

/** Returns the canonical text of attributes: keys sorted; '' when there are none. Hashes depend on it. */
export function attributesText(attributes: Readonly<Record<string, string>>): string {
  const keys = Object.keys(attributes).sort();
  return keys.length === 0 ? '' : JSON.stringify(keys.map((key) => [key, attributes[key]]));
}

function parseAttributes(entry: Fields): Readonly<Record<string, string>> {
  const text = entry.text('attributes');
  if (text === '') return noAttributes;
  // Anything but a list of pairs throws here, and counts as damage like everything undecodable.
  const attributes: unknown = Object.fromEntries(JSON.parse(text) as Iterable<readonly unknown[]>);
  return new Fields({ attributes }, 'entry', entry.place).texts('attributes');
}

const noAttributes: Readonly<Record<string, string>> = Object.freeze({});

const encoder = new TextEncoder();

function textData(entries: readonly DirectoryEntry[], get: (entry: DirectoryEntry) => string): Data {
  const texts = entries.map(get);
  const data = encoder.encode(texts.join(''));
  const valueOffsets = new Int32Array(texts.length + 1);
  let offset = 0;
  texts.forEach((text, i) => {
    offset += Buffer.byteLength(text);
    valueOffsets[i + 1] = offset;
  });
  return makeData({ type: utf8, length: texts.length, nullCount: 0, valueOffsets, data });
}

function longData(
  type: Int64 | TimestampMicrosecond,
  entries: readonly DirectoryEntry[],
  get: (entry: DirectoryEntry) => number,
): Data {
  const data = BigInt64Array.from(entries, (entry) => BigInt(get(entry)));
  return makeData({ type, length: entries.length, nullCount: 0, data } as never) as Data;
}
