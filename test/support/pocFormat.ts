/** Rules of the format of ponds of 2025, checked file by file and without the reader of the product. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parquetMetadata, parquetReadObjects } from 'hyparquet';
import { compareEntries, type PocEntryRow, pocTypes } from './pocPond.ts';
import { pageReaders } from './zstdFrames.ts';

const bytesOf = (path: string): Uint8Array => new Uint8Array(readFileSync(path));
const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/**
 * Asserts every rule for a pond: its directory files, the chain of their hashes, and each file. Returns the number of
 * files.
 */
export async function checkPocFormat(folder: string): Promise<number> {
  const states = statesOf(folder);
  assert.deepEqual(
    states,
    states.map((_, index) => index + 1),
    'states are numbered from 1 without a gap',
  );
  assert.ok(readdirSync(folder).includes('Pond.1.parquet'), 'the first state lists no resource');
  return await checkDirectory(folder, states.at(-1)!);
}

const statesOf = (folder: string): readonly number[] =>
  readdirSync(folder)
    .flatMap((name) => /^dir\.(\d+)\.parquet$/.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b);

async function checkDirectory(folder: string, number: number): Promise<number> {
  let before: readonly PocEntryRow[] = [];
  for (let state = 1; state <= number; state++) {
    const entries = await readDirectory(join(folder, `dir.${state}.parquet`));
    assert.deepEqual(entries, [...entries].sort(compareEntries), 'entries are a set in order');
    const keys = entries.map(keyOf);
    assert.equal(new Set(keys).size, keys.length, 'no entry is listed twice');
    for (const entry of before) assert.ok(keys.includes(keyOf(entry)), 'every earlier entry stays listed');
    assert.ok(state === 1 || entries.length > before.length, 'a state has something new');
    before = entries;
  }
  let files = 0;
  for (const entry of before) files += await checkEntry(folder, entry, before);
  return files;
}

const keyOf = (row: PocEntryRow): string =>
  JSON.stringify([row.prefix, row.number, String(row.size), row.ftype, hashOf(row.sha256)]);

async function readDirectory(path: string): Promise<readonly PocEntryRow[]> {
  const file = bytesOf(path);
  const buffer = new Uint8Array(file).buffer;
  const metadata = parquetMetadata(buffer);
  const [, ...columns] = metadata.schema;
  assert.deepEqual(
    columns.map(({ name, type, repetition_type }) => [name, type, repetition_type]),
    [
      ['prefix', 'BYTE_ARRAY', 'REQUIRED'],
      ['number', 'INT32', 'REQUIRED'],
      ['size', 'INT64', 'REQUIRED'],
      ['ftype', 'INT32', 'REQUIRED'],
      ['sha256', 'FIXED_LEN_BYTE_ARRAY', 'REQUIRED'],
      ['contents', 'BYTE_ARRAY', 'OPTIONAL'],
    ],
  );
  for (const group of metadata.row_groups) {
    for (const column of group.columns) assert.equal(column.meta_data?.codec, 'ZSTD');
  }
  return (await parquetReadObjects({
    file: buffer,
    compressors: pageReaders,
    utf8: false,
  })) as unknown as PocEntryRow[];
}

async function checkEntry(folder: string, entry: PocEntryRow, all: readonly PocEntryRow[]): Promise<number> {
  const { prefix, number, size, ftype, sha256, contents } = entry;
  const [type, { extension }] = Object.entries(pocTypes).find(([, { code }]) => code === ftype)!;
  if (type === 'symlink') {
    assert.deepEqual([number, size, [...sha256].some((byte) => byte !== 0)], [0, 0n, false]);
    assert.notEqual(contents, null);
    return 0;
  }
  assert.equal(contents, null, 'content is in its file');
  const path =
    type === 'tree' ? join(folder, prefix, `dir.${number}.parquet`) : join(folder, `${prefix}.${number}.${extension}`);
  const bytes = bytesOf(path);
  assert.deepEqual([size, Buffer.from(sha256).toString('hex')], [BigInt(bytes.length), hashOf(bytes)], path);
  const numbers = all.filter((other) => other.prefix === prefix).map((other) => other.number);
  assert.ok(number === 1 || numbers.includes(number - 1), 'versions have no gap');
  if (type === 'data') return 1;
  parquetMetadata(new Uint8Array(bytes).buffer);
  if (type !== 'tree' || number !== Math.max(...numbers)) return 1;
  assert.ok(statSync(join(folder, prefix)).isDirectory());
  return 1 + (await checkDirectory(join(folder, prefix), number));
}
