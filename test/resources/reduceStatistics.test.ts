/** Statistics of Reduce at the edges: examples that are checked by hand. Random ones are in reduceDifferential. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type HostFile } from '../../server/src/pond/hostFile.ts';
import { readResourceFile } from '../../server/src/resources/resourceFile.ts';
import { resourceKinds } from '../../server/src/resources/registry.ts';
import { type Reducing, startReducing } from '../support/reducing.ts';

let reducing: Reducing;

before(async () => {
  reducing = await startReducing();
});
after(() => reducing.close());

const documentOf = (fields: string, resolution = '1h'): string => `apiVersion: duckpond/v1
kind: Reduce
name: small
desc: test
spec:
  collections:
    - name: c
      resolutions: ["${resolution}"]
      datasets: [{ in_pattern: /in, out_pattern: out, ${fields} }]
`;

/** A file with rows of times in minutes since 1970 and values. */
async function fileOf(...rows: readonly (readonly [number, string])[]): Promise<HostFile> {
  const values = rows.map(([minute, value]) => `(${minute * 60}, ${value}::DOUBLE)`).join(', ');
  return await reducing.parquet(`FROM (VALUES ${values}) t("Timestamp", v)`);
}

/** Names of the columns of an output, and its rows without times. */
async function reduced(
  files: readonly HostFile[],
  fields: string,
  resolution = '1h',
): Promise<{ readonly names: readonly unknown[]; readonly rows: readonly (readonly unknown[])[] }> {
  const given = { '/in': [{ path: '/in', files }] };
  const parts = await reducing.make(documentOf(fields, resolution), given, `c/out/res=${resolution}`);
  const table = `read_parquet([${parts.map(({ hostPath }) => `'${hostPath}'`).join(', ')}])`;
  const names = await reducing.rows(`SELECT column_name FROM (DESCRIBE FROM ${table})`);
  const rows = await reducing.rows(`FROM ${table} ORDER BY "Timestamp"`);
  return { names: names.map(([name]) => name).slice(1), rows: rows.map(([, ...values]) => values) };
}

async function valuesOf(files: readonly HostFile[], fields: string, resolution?: string): Promise<unknown> {
  return (await reduced(files, fields, resolution)).rows;
}

test('of rows with the same time, first is the least and last the greatest value, in whichever file they are', async () => {
  const files = [await fileOf([5, '7'], [5, '3'], [50, '1']), await fileOf([50, '9'], [5, '4'], [1, 'NULL'])];
  assert.deepEqual(await valuesOf(files, 'statistics: [first, last]'), [[3, 9]]);
});

test('a mean direction goes through north, and directions that cancel out have none', async () => {
  const file = await fileOf(
    [0, '350'],
    [1, '20'],
    [60, '90'],
    [61, '270'],
    [120, "'inf'"],
    [121, '45'],
    [180, "'nan'"],
  );
  const { rows } = await reduced([file], 'statistics: [circular]');
  assert.deepEqual(
    rows.map(([value]) => (value === null ? null : Math.round(Number(value) * 1e6) / 1e6)),
    [5, null, 45, null],
  );
});

test('the rate of a counter counts from 0 after a reset, also where files interleave, and needs two times', async () => {
  const files = [await fileOf([0, '100'], [20, '5'], [60, '8']), await fileOf([10, '160'], [30, '35'])];
  assert.deepEqual(await valuesOf(files, 'statistics: [rate]'), [[(60 + 5 + 30) / 1800], [null]]);
});

test('percentiles are those of all values of the bucket, with the digits after the point', async () => {
  const file = await fileOf(...Array.from({ length: 11 }, (_, i): [number, string] => [i, `${i * 10}`]), [11, 'NULL']);
  assert.deepEqual(await valuesOf([file], 'statistics: [median, p10, p95, p999]'), [[50, 10, 95, 99.9]]);
});

test('a bucket with less than its coverage has no statistics but its count; a month has its own length', async () => {
  const hour = await fileOf(
    [0, '1'],
    [10, '2'],
    [20, '3'],
    [30, '4'],
    [60, '1'],
    [70, '2'],
    [80, '3'],
    [90, '4'],
    [100, '5'],
  );
  const fields = 'statistics: [count, sum], coverage: 0.75, step: 10m';
  assert.deepEqual(await valuesOf([hour], fields), [
    [4n, null],
    [5n, 15],
  ]);
  const days = (count: number, from: number): [number, string][] =>
    Array.from({ length: count }, (_, i) => [(from + i) * 1440, '1']);
  // 28 days are all of February 1970, and too few for January.
  const months = await fileOf(...days(28, 0), ...days(28, 31));
  assert.deepEqual(await valuesOf([months], 'statistics: [sum], coverage: 1, step: 1d', '1 month'), [[null], [28]]);
});

test('columns are named in full or by patterns, and the first rule that matches states the statistics', async () => {
  const file = await reducing.parquet(
    `SELECT 0 AS "Timestamp", 1 AS "A.Rain.mm", 2 AS "A.DO.mg/L", 3 AS "B.Rain.mm", 'x' AS "A.Note", 4 AS "C"`,
  );
  const rules = 'rules: [{ columns: ["B.*"], statistics: [max, sum] }, { columns: ["*.Rain.??"], statistics: [sum] }]';
  const { names, rows } = await reduced([file], `columns: ["A.*", "B.Rain.mm"], statistics: [count], ${rules}`);
  assert.deepEqual(names, ['A.Rain.mm.sum', 'A.DO.mg/L.count', 'B.Rain.mm.max', 'B.Rain.mm.sum']);
  assert.deepEqual(
    rows.map((row) => row.map(Number)),
    [[1, 1, 3, 3]],
  );
  // A pattern that would take a naive matcher exponential time.
  assert.deepEqual((await reduced([file], `columns: ["${'*m'.repeat(30)}x"]`)).names, []);
});

test('a sum of integers stays exact in coarser buckets', async () => {
  const file = await reducing.parquet('SELECT i * 600 AS "Timestamp", 9007199254740993 + i AS v FROM range(12) t(i)');
  const { rows } = await reduced([file], 'statistics: [sum]', '1d');
  assert.equal(String(rows[0]?.[0]), String(12n * 9007199254740993n + 66n));
});

test('a statistic that does not exist, and a coverage without a step, are reported at their position', () => {
  const problemsOf = (fields: string): readonly string[] => {
    const [document] = readResourceFile(documentOf(fields), resourceKinds);
    return document!.problems.map(({ code, message }) => `${code}: ${message}`);
  };
  assert.deepEqual(problemsOf('statistics: [avg, p9]'), ['value-unknown: expected a statistic, got "p9"']);
  assert.deepEqual(problemsOf('statistics: [p100]'), ['value-unknown: expected a statistic, got "p100"']);
  const [repeated = ''] = problemsOf('statistics: [avg, avg]');
  assert.match(repeated, /^value-duplicate: /);
  assert.deepEqual(problemsOf('coverage: 0.5'), ['key-missing: `coverage` needs `step`']);
  assert.deepEqual(problemsOf('coverage: 0.5, step: 1 month'), [
    'duration-unusable: a step of months has no exact length',
  ]);
});

test('more columns than one row of aggregates can have are reduced in groups, with the same result', async () => {
  const count = 1030;
  const columns = Array.from({ length: count }, (_, i) => `i + ${i} AS "D${i}"`).join(', ');
  const file = await reducing.parquet(`SELECT i * 1800 AS "Timestamp", ${columns} FROM range(4) t(i)`);
  const { names, rows } = await reduced([file], 'statistics: [max]');
  assert.equal(names.length, count);
  const expected = [1, 3].map((max) => Array.from({ length: count }, (_, i) => max + i));
  assert.deepEqual(
    rows.map((row) => row.map(Number)),
    expected,
  );
});
