import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { literalList } from '../../server/src/duckdb/sql.ts';
import { type HostFile } from '../../server/src/pond/hostFile.ts';
import { type GivenInputs, type Reducing, startReducing } from '../support/reducing.ts';

let reducing: Reducing;

before(async () => {
  reducing = await startReducing();
});
after(() => reducing.close());

/** A document with one collection, `c`; its dataset has the output `out` unless `more` replaces it. */
function documentOf(resolutions: readonly string[], datasets = '{ in_pattern: /in, out_pattern: out }'): string {
  return `apiVersion: duckpond/v1
kind: Reduce
name: small
desc: test
spec:
  collections:
    - name: c
      resolutions: [${resolutions.map((text) => JSON.stringify(text)).join(', ')}]
      datasets: [${datasets}]
`;
}

const table = (files: readonly HostFile[]): string =>
  `read_parquet(${literalList(files.map(({ hostPath }) => hostPath))}, union_by_name = true)`;

/** The rows of an output, times as text. */
async function rowsOf(files: readonly HostFile[]): Promise<readonly (readonly unknown[])[]> {
  return await reducing.rows(
    `SELECT strftime("Timestamp", '%Y-%m-%d %H:%M:%S'), * EXCLUDE ("Timestamp") FROM ${table(files)} ORDER BY "Timestamp"`,
  );
}

/** Checks the buckets of times. */
async function checkBuckets({
  resolution,
  times,
  expected,
}: {
  resolution: string;
  times: string;
  expected: readonly string[];
}): Promise<void> {
  const file = await reducing.parquet(`SELECT unnest([${times}]) AS "Timestamp", 1 AS v`);
  const inputs = { '/in': [{ path: '/in', files: [file] }] };
  const rows = await rowsOf(await reducing.make(documentOf([resolution]), inputs, `c/out/res=${resolution}`));
  assert.deepEqual(
    rows.map(([time]) => time),
    expected,
  );
}

for (const [resolution, times, ...expected] of [
  ['1 week', "TIMESTAMP '2025-06-08 10:00'", '2025-06-02 00:00:00'],
  ['3 months', "TIMESTAMP '2025-06-08 10:00'", '2025-04-01 00:00:00'],
  ['5 hours', "TIMESTAMP '2025-06-08 10:00'", '2025-06-08 08:00:00'],
  ['1 week', '100', '1969-12-29 00:00:00'],
  ['30s', '100, 200, 300', '1970-01-01 00:01:30', '1970-01-01 00:03:00', '1970-01-01 00:05:00'],
  [
    '90m',
    "TIMESTAMP '2000-01-03 02:59:59', TIMESTAMP '2000-01-03 03:00'",
    '2000-01-03 01:30:00',
    '2000-01-03 03:00:00',
  ],
  ['36h', "DATE '2000-01-04', DATE '2000-01-05'", '2000-01-03 00:00:00', '2000-01-04 12:00:00'],
  ['2d', "DATE '2000-01-04', DATE '2000-01-05'", '2000-01-03 00:00:00', '2000-01-05 00:00:00'],
  ['1 year', "DATE '1999-12-31', DATE '2024-02-29'", '1999-01-01 00:00:00', '2024-01-01 00:00:00'],
  ['24 months', "TIMESTAMPTZ '2025-01-01 00:00:00+00'", '2024-01-01 00:00:00'],
] as const) {
  test(`buckets of ${resolution} are exact and begin like those of DuckDB: ${times}`, () =>
    checkBuckets({ resolution, times, expected }));
}

test('each column has its mean, minimum and maximum in a bucket; NULL is not a value', async () => {
  const file = await reducing.parquet(
    `SELECT * FROM (VALUES (0::BIGINT, 1::BIGINT, 1.5::DOUBLE, true, 'x'), (10, 3, NULL, false, 'y'), (60, NULL, NULL, NULL, 'z'), (NULL, 99, 99, true, '')) AS t("Timestamp", a, b, c, d)`,
  );
  const parts = await reducing.make(documentOf(['1m']), { '/in': [{ path: '/in', files: [file] }] }, 'c/out/res=1m');
  assert.deepEqual(await rowsOf(parts), [
    ['1970-01-01 00:00:00', 2, 1n, 3n, 1.5, 1.5, 1.5, 0.5, 0, 1],
    ['1970-01-01 00:01:00', null, null, null, null, null, null, null, null, null],
  ]);
  const described = await reducing.rows(`SELECT column_name, column_type FROM (DESCRIBE FROM ${table(parts)})`);
  assert.deepEqual(described.slice(0, 4), [
    ['Timestamp', 'TIMESTAMP'],
    ['a.avg', 'DOUBLE'],
    ['a.min', 'BIGINT'],
    ['a.max', 'BIGINT'],
  ]);
});

test('sums of the largest integers and decimals stay exact', async () => {
  const file = await reducing.parquet(
    `SELECT 0 AS "Timestamp", unnest([9223372036854775807, 9223372036854775807, -9223372036854775807, -9223372036854775805]) AS a, 0.1::DECIMAL(18,1) AS b`,
  );
  const parts = await reducing.make(
    documentOf(['1m', '1h']),
    { '/in': [{ path: '/in', files: [file, file] }] },
    'c/out/res=1h',
  );
  const [[, a, , , b] = []] = await rowsOf(parts);
  assert.deepEqual([a, b], [0.5, 0.1]);
});

test('inputs of one output have the captures before the names of their columns, and share its buckets', async () => {
  const first = await reducing.parquet(`SELECT 0 AS "Timestamp", 1 AS v, 7 AS kept`);
  const second = await reducing.parquet(`SELECT 3600 AS "Timestamp", 2 AS other`);
  const inputs: GivenInputs = {
    '/in/*/*': [
      { path: '/in/a/x', captures: ['a', 'x'], files: [first] },
      { path: '/in/b/y', captures: ['b', 'y'], files: [second] },
    ],
  };
  const dataset = "{ in_pattern: '/in/*/*', out_pattern: deep/all, columns: [kept] }";
  const parts = await reducing.make(documentOf(['1h'], dataset), inputs, 'c/deep/all/res=1h');
  assert.deepEqual(await rowsOf(parts), [
    ['1970-01-01 00:00:00', 7, 7, 7],
    ['1970-01-01 01:00:00', null, null, null],
  ]);
  const [[name] = []] = await reducing.rows(`SELECT column_name FROM (DESCRIBE FROM ${table(parts)}) OFFSET 1`);
  assert.equal(name, 'a.x.kept.avg');
});

for (const outPattern of ['.$0.', '..$0', `$0${'é'.repeat(130)}`]) {
  test(`an invalid name of an output is refused: ${outPattern.slice(0, 8)}`, async () => {
    const inputs = { '/in/**/x': [{ path: '/in/x', captures: [''], files: [] }] };
    const document = documentOf(['1h'], `{ in_pattern: /in/**/x, out_pattern: "${outPattern}" }`);
    await assert.rejects(reducing.find(document, inputs, 'c/x/res=1h'), {
      code: 'resource-invalid',
      message: /gives \/in\/x the name/,
    });
  });
}

test('the name of an output is formed from the captures, with folders where it has slashes', async () => {
  const file = await reducing.parquet(`SELECT 0 AS "Timestamp", 1 AS v`);
  const inputs = { '/in/*/y/*': [{ path: '/in/p/y/q', captures: ['p', 'q'], files: [file] }] };
  const dataset = "{ in_pattern: '/in/*/y/*', out_pattern: 'by/$1-$0' }";
  const [row] = await rowsOf(await reducing.make(documentOf(['60m'], dataset), inputs, 'c/by/q-p/res=60m'));
  assert.deepEqual(row, ['1970-01-01 00:00:00', 1, 1, 1]);
});

test('all versions of a series count, whatever the types of their columns', async () => {
  const files = [
    await reducing.parquet(`SELECT 0::BIGINT AS "Timestamp", 1::INTEGER AS v`),
    await reducing.parquet(`SELECT TIMESTAMP '1970-01-01 00:10:00' AS "Timestamp", 2.5::DOUBLE AS V, 4 AS w`),
    await reducing.parquet(`SELECT range + 0.5 AS "Timestamp", range + 5 AS v FROM range(60000)`),
  ];
  const parts = await reducing.make(
    documentOf(['1d']),
    { '/in': [{ path: '/in', files: [files[2]!, files[0]!] }] },
    'c/out/res=1d',
  );
  assert.equal((await rowsOf(parts))[0]![3], 60_004n);
  const mixed = await reducing.make(
    documentOf(['1d']),
    { '/in': [{ path: '/in', files: [files[2]!, files[1]!] }] },
    'c/out/res=1d',
  );
  assert.deepEqual((await rowsOf(mixed))[0]!.slice(2), [2.5, 60_004, 4, 4, 4]);
});

test('an output without rows has its columns nevertheless', async () => {
  const file = await reducing.parquet(`SELECT 0 AS "Timestamp", 1::DOUBLE AS v WHERE false`);
  const parts = await reducing.make(
    documentOf(['1 month']),
    { '/in': [{ path: '/in', files: [file] }] },
    'c/out/res=1 month',
  );
  assert.equal(parts.length, 1);
  const described = await reducing.rows(`SELECT column_name, column_type FROM (DESCRIBE FROM ${table(parts)})`);
  assert.deepEqual(described, [
    ['Timestamp', 'TIMESTAMP'],
    ['v.avg', 'DOUBLE'],
    ['v.min', 'DOUBLE'],
    ['v.max', 'DOUBLE'],
  ]);
  assert.deepEqual(await rowsOf(parts), []);
});

test('text files are read as a query reads them', async () => {
  const { hostPath } = await reducing.parquet('SELECT 1');
  await reducing.rows(
    `COPY (SELECT 5 AS "Timestamp", 1.5 AS v UNION ALL SELECT 6, 2.5) TO '${hostPath}' (FORMAT csv, HEADER)`,
  );
  const file = { hostPath, sizeBytes: 1, key: 'a'.repeat(64) };
  const inputs: GivenInputs = { '/in': [{ path: '/in $1.csv', type: 'file', files: [file] }] };
  assert.deepEqual(await rowsOf(await reducing.make(documentOf(['1h']), inputs, 'c/out/res=1h')), [
    ['1970-01-01 00:00:00', 2, 1.5, 2.5],
  ]);
});

test('invalid times, and times of a wrong century, do no harm', async () => {
  const times = "0, 1e9, 1e300, 'nan', -9e12, 9e12, NULL";
  const file = await reducing.parquet(`SELECT unnest([${times}])::DOUBLE AS "Timestamp", 1 AS v`);
  for (const resolution of ['1s', '1h', '1 month', '1 week']) {
    const parts = await reducing.make(
      documentOf([resolution]),
      { '/in': [{ path: '/in', files: [file] }] },
      `c/out/res=${resolution}`,
    );
    assert.ok(parts.length <= 4, `${resolution}: ${parts.length}`);
    assert.equal((await rowsOf(parts)).length, 4);
  }
});

async function checkFailure({
  dataset,
  selects,
  expected,
}: {
  dataset?: string;
  selects: readonly string[];
  expected: { code: string; message: RegExp; hint?: RegExp; path?: string };
}): Promise<void> {
  const inputs: Record<string, { path: string; files: readonly HostFile[] }[]> = {};
  for (const [i, select] of selects.entries()) {
    const path = i === 0 ? '/in' : `/in${i}`;
    inputs[path] = [{ path, files: [await reducing.parquet(select)] }];
  }
  await assert.rejects(reducing.make(documentOf(['1h'], dataset), inputs, 'c/out/res=1h'), expected);
}

test('an input without a valid time column is reported', async () => {
  const code = 'invalid-content';
  await checkFailure({
    selects: [`SELECT 1 AS n, DATE '2024-01-01' AS "the day"`],
    expected: {
      ...{ code, message: /^Reduce\/small: \/in: there is no column Timestamp among n, the day$/, path: '/in' },
      hint: /^A Derive resource gives the times that name in its query: "the day" AS "Timestamp"\.$/,
    },
  });
  await checkFailure({
    selects: [`SELECT 'noon' AS "Timestamp"`],
    expected: { code, message: /^Reduce\/small: \/in: no time column: Timestamp is VARCHAR/, path: '/in' },
  });
});

test('times in milliseconds or smaller units are not read as dates of the year 50000: the input and the unit are reported', async () => {
  const units = { milliseconds: 1_000n, microseconds: 1_000_000n, nanoseconds: 1_000_000_000n };
  for (const [unit, perSecond] of Object.entries(units)) {
    const message = new RegExp(
      `^Reduce/small: /in: most times are beyond the year 9999: Timestamp looks like ${unit}$`,
    );
    const hint = new RegExp(`divide them by ${perSecond} `);
    const time = `(1600000000 + i * 60) * ${perSecond}`;
    await checkFailure({
      selects: [`SELECT CASE WHEN i <> 2 THEN ${time} END AS "Timestamp", i AS v FROM range(5) t(i)`],
      expected: { code: 'invalid-content', message, hint, path: '/in' },
    });
  }
  await checkFailure({
    selects: [`SELECT to_timestamp(1600000000000) AS "Timestamp", 1 AS v`],
    expected: { code: 'invalid-content', message: /looks like milliseconds$/ },
  });
});

test('a requested column without numbers is reported', () =>
  checkFailure({
    dataset: '{ in_pattern: /in, out_pattern: out, columns: [n, name] }',
    selects: [`SELECT 0 AS "Timestamp", 1 AS n, 'x' AS name`],
    expected: { code: 'invalid-content', message: /column "name" is VARCHAR, which has no average/, path: '/in' },
  }));

test('two datasets with the same column of one output are reported', async () => {
  const files = [await reducing.parquet(`SELECT 0 AS "Timestamp", 1 AS v, 2 AS w`)];
  const inputs: GivenInputs = {
    '/a*': [{ path: '/at', captures: ['t'], files }],
    '/b*': [{ path: '/bt', captures: ['t'], files }],
  };
  const dataset = (pattern: string, columns: string): string =>
    `{ in_pattern: '${pattern}', out_pattern: 'ou$0', columns: [${columns}] }`;
  const apart = documentOf(['1h'], `${dataset('/a*', 'v')}, ${dataset('/b*', 'w')}`);
  assert.deepEqual(await rowsOf(await reducing.make(apart, inputs, 'c/out/res=1h')), [
    ['1970-01-01 00:00:00', 1, 1, 1, 2, 2, 2],
  ]);
  const together = documentOf(['1h'], `${dataset('/a*', 'v')}, ${dataset('/b*', 'v')}`);
  await assert.rejects(reducing.make(together, inputs, 'c/out/res=1h'), {
    code: 'run-failed',
    message: 'Reduce/small: /at and /bt both bring a column "t.v" to one output',
    path: '/Reduce/0b6a2c1e-6a36-4c0e-8a51-2d1f0f4f3a10/resource.yaml',
    position: { line: 8, character: 109 },
  });
});
