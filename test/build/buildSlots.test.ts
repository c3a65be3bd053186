/** One query over several files in sequence, which share a database: each build reads its own file. */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { userBuilds } from '../support/userBuilds.ts';

const { folder, parquet, pondFile, rowsOf, failure } = userBuilds();

const both = [
  [1n, 'a'],
  [2n, 'b "x"'],
];

test('one query over several files in sequence reads the content of each', async () => {
  const units = pondFile('/Inbox/units.csv', ['id,unit\n1,C\n2,m\n']);
  const csv = (value: number) => pondFile(`/Inbox/${value}.csv`, [`id,v\n1,${value}\n`]);
  const values = [10, 20, 30, 40, 50, 60];
  for (const sql of [
    "SELECT v, unit FROM read_csv('$1') JOIN '/Inbox/units.csv' USING (id)",
    'SELECT v, unit FROM "$1" JOIN "/Inbox/units.csv" USING (id)',
  ]) {
    const found = await Promise.all(values.map((value) => rowsOf(sql, { input: csv(value), tables: [units] })));
    assert.deepEqual(
      found,
      values.map((value) => [[BigInt(value), 'C']]),
    );
  }
});

test('one query over Parquet files of equal size reads the content of each', async () => {
  for (const value of [1, 2, 3]) {
    const input = pondFile(`/s/${value}`, [await parquet(`SELECT ${value} AS v`)], 'series');
    assert.deepEqual(await rowsOf("SELECT v FROM read_parquet('$1')", { input }), [[value]]);
  }
});

test('the matched file may be a table of the query as well', async () => {
  const units = pondFile('/Inbox/units.csv', ['id,unit\n1,C\n2,m\n']);
  const other = pondFile('/Inbox/other.csv', ['id,unit\n1,K\n']);
  const sql = 'SELECT a.unit, b.unit FROM "$1" a JOIN "/Inbox/units.csv" b USING (id) ORDER BY ALL';
  for (const [input, expected] of [
    [other, [['K', 'C']]],
    [
      units,
      [
        ['C', 'C'],
        ['m', 'm'],
      ],
    ],
    [other, [['K', 'C']]],
  ] as const) {
    assert.deepEqual(await rowsOf(sql, { input, tables: [units] }), expected);
  }
});

test('names of tables that differ only in case are distinguished', async () => {
  const upper = pondFile('/Inbox/A.csv', ['v\nupper\n']);
  const sql = 'SELECT x.v, y.v FROM "$1" x, "/Inbox/A.csv" y';
  assert.deepEqual(await rowsOf(sql, { input: pondFile('/Inbox/b.csv', ['v\nb\n']), tables: [upper] }), [
    ['b', 'upper'],
  ]);
  const lower = await failure(sql, { input: pondFile('/Inbox/a.csv', ['v\nlower\n']), tables: [upper] });
  assert.match(lower.message, /already exists/);
});

test('a file that fails has no effect on those after it', async () => {
  const sql = "SELECT id::INTEGER AS id FROM read_csv('$1', all_varchar = true)";
  const hidden = (): readonly string[] => readdirSync(folder).filter((name) => name.startsWith('.'));
  const before = hidden();
  const made: unknown[] = [];
  for (const id of ['1', '2', 'three', '4', '5']) {
    const input = pondFile(`/Inbox/${id}.csv`, [`id\n${id}\n`]);
    if (id === 'three') assert.match((await failure(sql, { input })).message, /'three'/);
    else made.push(...(await rowsOf(sql, { input })).flat());
  }
  assert.deepEqual(made, [1, 2, 4, 5]);
  assert.deepEqual(hidden(), before);
});

test('a query finds nothing of the previous run', async () => {
  const sql = `SELECT setseed(0.25), random() AS r, (SELECT count(*) FROM (PIVOT '$1' ON id IN (1, 2) USING first(name))) AS n FROM '$1' LIMIT 1`;
  await rowsOf(sql);
  const unseeded = "SELECT random() AS r FROM '$1' LIMIT 1";
  const [first, second] = [await rowsOf(unseeded), await rowsOf(unseeded)];
  assert.notDeepEqual(first, second);
});

for (const sql of [
  "FROM read_text('input0')",
  "FROM read_csv('$1' || '/../input0')",
  "SELECT * FROM read_csv('$1') JOIN '/Inbox/b/other.csv' USING (id)",
]) {
  test(`a reused database opens the matched file and no other: ${sql}`, async () => {
    const other = pondFile('/Inbox/b/other.csv', ['id,name\n9,z\n']);
    const read = "SELECT * FROM read_csv('$1') ORDER BY id";
    assert.deepEqual(await rowsOf(read, { input: other }), [[9n, 'z']]);
    assert.deepEqual(await rowsOf(read), both);
    const { code, message } = await failure(sql);
    assert.match(code, /^(query-(forbidden|invalid)|not-found)$/, message);
  });
}
