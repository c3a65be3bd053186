/** Checkpoints in the forms that other engines write: in several parts, and of version 2, with and without sidecars. */
import { randomUUID } from 'node:crypto';
import { type SchemaElement } from 'hyparquet';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { checkpointColumns, checkpointSchema } from '../../server/src/delta/checkpointSchema.ts';
import { logDirectory } from '../../server/src/delta/logPaths.ts';
import { type DeltaSnapshot } from '../../server/src/delta/deltaSnapshot.ts';
import { type Disk } from '../../server/src/storage/disk.ts';
import { makeDirectoryDurable, writeNew } from '../../server/src/storage/durable.ts';

export const checkpointForms = ['parts', 'json', 'parquet', 'json with sidecars', 'parquet with sidecars'] as const;
type CheckpointForm = (typeof checkpointForms)[number];

type Row = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

const columns = [...checkpointColumns, 'sidecar'];
const optional = { repetition_type: 'OPTIONAL' } as const;
const schema: SchemaElement[] = [
  { ...checkpointSchema[0]!, num_children: columns.length },
  ...checkpointSchema.slice(1),
  { name: 'sidecar', num_children: 2, ...optional },
  { name: 'path', type: 'BYTE_ARRAY', converted_type: 'UTF8', ...optional },
  { name: 'sizeInBytes', type: 'INT64', ...optional },
];
const longs = new Set([
  'version',
  'lastUpdated',
  'size',
  'modificationTime',
  'deletionTimestamp',
  'createdTime',
  'sizeInBytes',
]);

const withLongs = (fields: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      typeof value === 'number' && longs.has(name) ? BigInt(value) : value,
    ]),
  );

function parquet(rows: readonly Row[]): Uint8Array {
  const columnData = columns.map((name) => ({
    name,
    data: rows.map((row) => (row[name] === undefined ? null : withLongs(row[name]))),
  }));
  return new Uint8Array(parquetWriteBuffer({ schema, columnData }));
}

const json = (rows: readonly Row[]): Uint8Array => Buffer.from(rows.map((row) => `${JSON.stringify(row)}\n`).join(''));

/** Writes a checkpoint of a table in one of the forms, without a hint. Returns the paths of its files, sidecars last. */
export function writeOtherCheckpoint(disk: Disk, table: DeltaSnapshot, form: CheckpointForm): readonly string[] {
  const head: Row[] = [{ protocol: { ...table.protocol } }, { metaData: { ...table.metaData } }];
  for (const txn of table.transactions.values()) head.push({ txn: { ...txn } });
  const files: Row[] = [...table.tombstones.values()].map((remove) => ({ remove: { ...remove, dataChange: false } }));
  for (const { add } of table.files.values()) files.push({ add: { ...add, dataChange: false } });
  const start = `${logDirectory}/${String(table.version).padStart(20, '0')}.checkpoint`;
  const write = (path: string, bytes: Uint8Array): string => {
    writeNew(disk, path, bytes);
    return path;
  };
  if (form === 'parts') {
    const half = Math.ceil(files.length / 2);
    const parts = [files.slice(0, half), [...files.slice(half), ...head], []];
    return parts.map((rows, part) =>
      write(`${start}.${number(part + 1)}.${number(parts.length)}.parquet`, parquet(rows)),
    );
  }
  const main = `${start}.${randomUUID()}.${form.startsWith('json') ? 'json' : 'parquet'}`;
  const encode = form.startsWith('json') ? json : parquet;
  if (!form.endsWith('sidecars')) return [write(main, encode([...head, ...files]))];
  const folder = `${logDirectory}/_sidecars`;
  makeDirectoryDurable(disk, folder);
  const half = Math.ceil(files.length / 2);
  const sidecars = [files.slice(0, half), files.slice(half)].map((rows) => {
    const [name, bytes] = [`${randomUUID()}.parquet`, parquet(rows)];
    write(`${folder}/${name}`, bytes);
    return { path: name, sizeInBytes: bytes.length, modificationTime: 0 };
  });
  const path = write(main, encode([...head, ...sidecars.map((sidecar) => ({ sidecar }))]));
  return [path, ...sidecars.map((sidecar) => `${folder}/${sidecar.path}`)];
}

const number = (value: number): string => String(value).padStart(10, '0');
