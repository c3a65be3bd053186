/** Files of one pattern whose columns have several types: every value arrives, or the query names it and its file. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type SchemaElement } from 'hyparquet';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { QueryEngine } from '../../server/src/sql/engine.ts';
import { openHostDisk } from '../../server/src/storage/hostDisk.ts';
import { makeTestPond, type TestPond } from './testPond.ts';

let made: TestPond;
let engine: QueryEngine;
let count = 0;

before(async () => {
  made = await makeTestPond();
  engine = new QueryEngine({ openDisk: openHostDisk });
});
after(async () => {
  await engine.close();
  await made.close();
});

type ColumnOf = Omit<SchemaElement, 'name' | 'repetition_type'>;

const bigint: ColumnOf = { type: 'INT64' };
const integer: ColumnOf = { type: 'INT32' };
const double: ColumnOf = { type: 'DOUBLE' };
const float: ColumnOf = { type: 'FLOAT' };
const decimal: ColumnOf = { type: 'INT64', converted_type: 'DECIMAL', precision: 18, scale: 2 };

/** A Parquet file with a column `v`. */
function parquet(type: ColumnOf, ...data: readonly (number | bigint | null)[]): Uint8Array {
  const schema: SchemaElement[] = [
    { name: 'root', num_children: 1 },
    { name: 'v', repetition_type: 'OPTIONAL', ...type },
  ];
  return new Uint8Array(parquetWriteBuffer({ columnData: [{ name: 'v', data: [...data] }], schema }));
}

type Files = Readonly<Record<string, string | Uint8Array>>;

/** The type of the column `v` in all files of a folder, and its values as text. */
async function valuesOf(files: Files): Promise<readonly string[]> {
  const folder = `/case${(count += 1)}`;
  await made.root.createDirectory(folder);
  for (const [name, content] of Object.entries(files)) {
    await made.root.writeFile(`${folder}/${name}`, typeof content === 'string' ? Buffer.from(content) : content);
  }
  const sql = `SELECT typeof(v), v::VARCHAR FROM "${folder}/*" ORDER BY filename`;
  const { resultId, rowCount } = await engine.run(made.pond, { sql });
  const { columns } = await engine.rows(resultId, 0, rowCount);
  await engine.release(resultId);
  return [columns[0]?.[0] ?? 'no rows', ...columns[1]!.map(String)];
}

const odd = 2n ** 53n + 1n;

for (const [title, files, expected] of [
  ['whole numbers and doubles', [parquet(bigint, 5n, null), parquet(double, 0.5)], ['DOUBLE', '5.0', 'null', '0.5']],
  ['integers and floats', [parquet(integer, 2147483647), parquet(float, 0.5)], ['DOUBLE', '2147483647.0', '0.5']],
  ['decimals and doubles', [parquet(decimal, 0.1), parquet(double, NaN)], ['DOUBLE', '0.1', 'nan']],
  [
    'small decimals and doubles',
    [parquet({ ...decimal, precision: 18, scale: 18 }, 1e-7), parquet(double, 0.5)],
    ['DOUBLE', '1e-07', '0.5'],
  ],
  ['long integers alone', [parquet(bigint, odd), parquet(integer, 1)], ['BIGINT', String(odd), '1']],
] as const) {
  test(`${title} of two files are read as they are, in any order`, async () => {
    const [type, ...values] = expected;
    const [a, b] = files;
    const later = values.slice(-1);
    assert.deepEqual(await valuesOf({ 'a.parquet': a, 'b.parquet': b }), expected);
    const turned = [type, ...later, ...values.slice(0, -1)];
    assert.deepEqual(await valuesOf({ 'a.parquet': b, 'b.parquet': a }), turned);
  });
}

for (const [title, files, message] of [
  [
    'a long integer among doubles',
    { 'a.parquet': parquet(bigint, odd), 'b.parquet': parquet(double, 0.5) },
    /9007199254740993 in column "v" of \/case\d+\/a.parquet, of type BIGINT, is not exact in DOUBLE/,
  ],
  [
    'a long integer of CSV among doubles of Parquet',
    { 'a.csv': `v\n${odd}\n`, 'b.parquet': parquet(double, 0.5) },
    /9007199254740993 in column "v" of \/case\d+\/a.csv, of type BIGINT, is not exact in DOUBLE/,
  ],
  [
    'a long integer among floats and JSON',
    { 'a.parquet': parquet(bigint, odd), 'b.parquet': parquet(float, 0.5), 'c.json': '{"v":1}' },
    /in column "v" of \/case\d+\/a.parquet, of type BIGINT, is not exact in DOUBLE/,
  ],
] as const) {
  test(`${title} is refused, with its file`, async () => {
    await assert.rejects(valuesOf(files), message);
  });
}
