import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import {
  Binary,
  Bool,
  type DataType,
  DateDay,
  DateMillisecond,
  Decimal,
  Dictionary,
  Field,
  FixedSizeList,
  Int32,
  Int64,
  List,
  Map_,
  Null,
  Struct,
  Table,
  tableToIPC,
  TimeMicrosecond,
  TimestampMicrosecond,
  TimestampMillisecond,
  TimestampNanosecond,
  TimestampSecond,
  Uint8,
  Utf8,
  type Vector,
  vectorFromArray,
} from 'apache-arrow';
import { type Connection } from '../../server/src/duckdb/connection.ts';
import { type Database, openDatabase } from '../../server/src/duckdb/database.ts';
import { literal } from '../../server/src/duckdb/sql.ts';
import { convertArrow } from '../../server/src/sandbox/arrow/arrow.ts';
import { openHostDisk } from '../../server/src/storage/hostDisk.ts';
import { makeTemporaryDirectory } from '../support/temporaryDirectory.ts';
import { anySql } from '../support/anySql.ts';

const temporary = makeTemporaryDirectory('duckpond-test');
const data = new URL('../../node_modules/vega-datasets/data/', import.meta.url);
let database: Database;
let connection: Connection;
let lastFile = 0;

const settings = {
  openDisk: openHostDisk,
  memoryLimitBytes: 128 * 1024 * 1024,
  spillDirectory: join(temporary.path, 'spill'),
};

before(async () => {
  database = await openDatabase();
  connection = await database.connect();
});
after(() => {
  connection.close();
  database.close();
  temporary.remove();
});

async function convert(bytes: Uint8Array, signal = new AbortController().signal): Promise<string> {
  const file = join(temporary.path, `${(lastFile += 1)}.arrow`);
  writeFileSync(file, bytes);
  await convertArrow(settings, { file, pondPath: '/x.arrow', target: `${file}.parquet` }, signal);
  return `read_parquet(${literal(`${file}.parquet`)})`;
}

async function check(vector: Vector, type: string, texts: readonly (string | null)[]): Promise<void> {
  for (const format of ['file', 'stream'] as const) {
    const table = await convert(tableToIPC(new Table({ x: vector }), format));
    const [columns] = await connection.textColumns(anySql(`SELECT CAST(x AS VARCHAR) FROM ${table}`));
    assert.deepEqual(columns, texts);
    const [[found] = []] = await connection.rows(anySql(`SELECT typeof(x) FROM ${table} LIMIT 1`));
    assert.equal(found, type);
  }
}

function checkType(
  name: string,
  arrow: DataType,
  values: readonly unknown[],
  type: string,
  texts: readonly (string | null)[],
) {
  test(`${name} becomes ${type}`, () => check(vectorFromArray(values, arrow), type, texts));
}

checkType('an integer', new Int32(), [1, null, -2], 'INTEGER', ['1', null, '-2']);
checkType('a small unsigned integer', new Uint8(), [255], 'UTINYINT', ['255']);
checkType('a long integer', new Int64(), [2n ** 62n, null], 'BIGINT', ['4611686018427387904', null]);
checkType('a truth value', new Bool(), [true, null, false], 'BOOLEAN', ['true', null, 'false']);
const truths = Array.from({ length: 1000 }, (_, index) => index % 3 === 0);
checkType('a thousand truth values, of one bit each', new Bool(), truths, 'BOOLEAN', truths.map(String));
checkType('a text', new Utf8(), ['é😀', null, ''], 'VARCHAR', ['é😀', null, '']);
checkType('a dictionary', new Dictionary(new Utf8(), new Int32()), ['a', 'b', null, 'a'], 'VARCHAR', [
  'a',
  'b',
  null,
  'a',
]);
checkType('bytes', new Binary(), [new Uint8Array([0, 65]), null], 'BLOB', ['\\x00A', null]);
checkType('a day', new DateDay(), [new Date('2020-02-29'), null], 'DATE', ['2020-02-29', null]);
checkType('a day in milliseconds', new DateMillisecond(), [new Date('1969-12-31')], 'DATE', ['1969-12-31']);
checkType('a time of day', new TimeMicrosecond(), [1n, null], 'TIME', ['00:00:00.000001', null]);
const moment = Date.UTC(2020, 1, 29, 12, 30, 1, 5);
checkType('a time in milliseconds', new TimestampMillisecond(), [moment, null], 'TIMESTAMP', [
  '2020-02-29 12:30:01.005',
  null,
]);
checkType('a time in microseconds', new TimestampMicrosecond(), [moment], 'TIMESTAMP', ['2020-02-29 12:30:01.005']);
checkType('a time in seconds', new TimestampSecond(), [moment - 5], 'TIMESTAMP', ['2020-02-29 12:30:01']);
checkType('a time in nanoseconds', new TimestampNanosecond(), [1000], 'TIMESTAMP_NS', ['1970-01-01 00:00:01']);
checkType('nothing but nulls', new Null(), [null, null], 'INTEGER', [null, null]);

test('a time with a zone becomes TIMESTAMP WITH TIME ZONE', async () => {
  const table = await convert(tableToIPC(new Table({ x: vectorFromArray([moment], new TimestampMicrosecond('UTC')) })));
  const rows = await connection.rows(anySql(`SELECT epoch_ms(x), typeof(x) FROM ${table}`));
  assert.deepEqual(rows, [[BigInt(moment), 'TIMESTAMP WITH TIME ZONE']]);
});

test('a decimal keeps all its digits and its sign', () => {
  const words = (value: bigint) => new Uint32Array(new BigInt64Array([value, value < 0n ? -1n : 0n]).buffer);
  const vector = vectorFromArray([words(12345n), null, words(-1n)], new Decimal(2, 20, 128));
  return check(vector, 'DECIMAL(20,2)', ['123.45', null, '-0.01']);
});

const listOf = new List(new Field('item', new Int32(), true));
checkType('a list', listOf, [[1, null, 2], null, []], 'INTEGER[]', ['[1, NULL, 2]', null, '[]']);
const pair = new FixedSizeList(2, new Field('item', new Int32(), true));
checkType('a list of fixed size', pair, [[1, 2], null, [3, 4]], 'INTEGER[]', ['[1, 2]', null, '[3, 4]']);
const point = new Struct([new Field('a', new Int32(), true), new Field('b c', new Utf8(), true)]);
checkType('a struct', point, [{ a: 1, 'b c': 'x' }, null], 'STRUCT(a INTEGER, "b c" VARCHAR)', [
  "{'a': 1, 'b c': x}",
  null,
]);
const entries = new Struct([new Field('key', new Utf8()), new Field('value', new Int32())]);
const map = new Map_(new Field('entries', entries as never, false));
checkType('a map', map, [new Map([['k', 1]]), null], 'MAP(VARCHAR, INTEGER)', ['{k=1}', null]);

test('flights-200k.arrow becomes a Parquet file with the same rows', async () => {
  const table = await convert(readFileSync(new URL('flights-200k.arrow', data)));
  const json = literal(fileURLToPath(new URL('flights-200k.json', data)));
  const sums = 'count(*), sum(delay), sum(distance), round(sum(time))';
  const [ours] = await connection.rows(anySql(`SELECT ${sums} FROM ${table}`));
  const [theirs] = await connection.rows(anySql(`SELECT ${sums} FROM read_json(${json})`));
  assert.deepEqual(ours?.map(String), theirs?.map(String));
  assert.equal(String(ours?.[0]), '200000');
});

test('several batches, and a table without rows, are read completely', async () => {
  const table = new Table({ x: vectorFromArray([1, 2], new Int32()) });
  const both = await convert(tableToIPC(table.concat(table)));
  assert.deepEqual(await connection.rows(anySql(`SELECT count(*), sum(x) FROM ${both}`)), [[4n, 6n]]);
  const none = await convert(tableToIPC(new Table({ x: vectorFromArray([], new Int32()) })));
  assert.deepEqual(await connection.rows(anySql(`SELECT count(x) FROM ${none}`)), [[0n]]);
});

const sound = () => tableToIPC(new Table({ x: vectorFromArray([1, 2, 3], new Int32()) }), 'file');
const damaged: Readonly<Record<string, () => Uint8Array>> = {
  'an empty file': () => new Uint8Array(),
  'a text': () => new TextEncoder().encode('a,b,c\n1,2,3\n'),
  'a file cut short': () => sound().subarray(0, 200),
  'random bytes between the marks': () => sound().fill(0xff, 12, -12),
};
for (const [name, bytes] of Object.entries(damaged)) {
  test(`${name} is invalid-content with its pond path, and leaves no table`, async () => {
    await assert.rejects(convert(bytes()), (error: unknown) => {
      assert.ok(error instanceof Error && 'code' in error, String(error));
      assert.equal(error.code, 'invalid-content');
      assert.match(error.message, /^\/x\.arrow cannot be read as Arrow: /);
      return true;
    });
    assert.deepEqual(await connection.rows(anySql('SELECT count(*) FROM duckdb_tables()')), [[0n]]);
  });
}

test('a truncated file or stream is reported, and a stream may end without a marker', async () => {
  const table = new Table({ x: vectorFromArray([1, 2, 3], new Int32()) });
  const cutShort = { code: 'invalid-content', message: '/x.arrow cannot be read as Arrow: the file is cut short' };
  await assert.rejects(convert(tableToIPC(table, 'file').subarray(0, -20)), cutShort);
  const stream = tableToIPC(table, 'stream');
  await assert.rejects(convert(stream.subarray(0, -20)), cutShort);
  await assert.rejects(convert(stream.subarray(0, 50)), cutShort);
  const whole = await convert(stream.subarray(0, -8));
  assert.deepEqual(await connection.rows(anySql(`SELECT count(*) FROM ${whole}`)), [[3n]]);
});

test('a cancelled conversion stops', async () => {
  await assert.rejects(convert(sound(), AbortSignal.abort()), { code: 'cancelled' });
});
