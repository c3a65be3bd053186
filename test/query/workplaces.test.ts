import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { isPondError, type PondError } from '../../server/src/base/error.ts';
import { type Builder } from '../../server/src/query/build.ts';
import { createBuilder } from '../../server/src/query/builder.ts';
import { readingOf } from '../../server/src/query/formats.ts';
import { type FileType } from '../../server/src/tinyfs/backend.ts';
import { makeTemporaryDirectory } from '../../server/src/storage/temporaryDirectory.ts';

/** One query over one file after the other, which share a database: each finds what is its own. */
const temporary = makeTemporaryDirectory('duckpond-test');
let builder: Builder;
let count = 0;

before(() => {
  builder = createBuilder({ memoryLimitBytes: 768 * 1024 * 1024 });
});
after(async () => {
  await builder.close();
  temporary.remove();
});

function hostFile(content: string | Uint8Array): string {
  const path = join(temporary.path, `content${(count += 1)}`);
  writeFileSync(path, content);
  return path;
}

/** A file of the pond, or a series of several parts, with its content on the host. */
function pondFile(pondPath: string, contents: readonly (string | Uint8Array)[], type: FileType = 'file') {
  const reading = readingOf(type, pondPath.slice(pondPath.lastIndexOf('/') + 1));
  const files = contents.map((content) => ({
    hostPath: hostFile(content),
    sizeBytes: content.length,
    pondPath,
    reading,
  }));
  return { name: pondPath, files };
}

const stations = pondFile('/Inbox/a/stations.csv', ['id,name\n2,"b ""x"""\n1,a\n']);

interface Options {
  readonly input?: ReturnType<typeof pondFile>;
  readonly tables?: readonly ReturnType<typeof pondFile>[];
}

/** Builds, and returns where the Parquet file is. */
async function build(sql: string, { input = stations, tables = [] }: Options = {}): Promise<string> {
  const target = join(temporary.path, `result${(count += 1)}`);
  await builder.fromUserSql({ sql, input, tables, target });
  return target;
}

/** All rows in the order of the file. */
async function rowsOf(sql: string, options?: Options) {
  const target = await build(sql, options);
  return builder.run([`FROM read_parquet('${target}')`]);
}

async function failure(sql: string, options?: Options): Promise<PondError> {
  const error: unknown = await build(sql, options).then(
    () => undefined,
    (caught: unknown) => caught,
  );
  assert.ok(isPondError(error), `expected a failure of ${sql}, got ${String(error)}`);
  assert.ok(sql.includes(temporary.path) || !error.message.includes(temporary.path), error.message);
  return error;
}

const both = [
  [1n, 'a'],
  [2n, 'b "x"'],
];

test('one query over one file after the other reads each as it is', async () => {
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

test('one query over Parquet files of one size reads each as it is', async () => {
  for (const value of [1, 2, 3]) {
    const file = join(temporary.path, `part${(count += 1)}`);
    await builder.run([`COPY (SELECT ${value} AS v) TO '${file}' (FORMAT parquet)`]);
    const input = pondFile(`/s/${value}`, [readFileSync(file)], 'series');
    assert.deepEqual(await rowsOf("SELECT v FROM read_parquet('$1')", { input }), [[value]]);
  }
});

test('the file that is matched may be a table of the query as well', async () => {
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

test('names of tables that differ by case alone are not taken for each other', async () => {
  const upper = pondFile('/Inbox/A.csv', ['v\nupper\n']);
  const sql = 'SELECT x.v, y.v FROM "$1" x, "/Inbox/A.csv" y';
  assert.deepEqual(await rowsOf(sql, { input: pondFile('/Inbox/b.csv', ['v\nb\n']), tables: [upper] }), [
    ['b', 'upper'],
  ]);
  const lower = await failure(sql, { input: pondFile('/Inbox/a.csv', ['v\nlower\n']), tables: [upper] });
  assert.match(lower.message, /already exists/);
});

test('a file that fails leaves no trace in those that come after it', async () => {
  const sql = "SELECT id::INTEGER AS id FROM read_csv('$1', all_varchar = true)";
  const folder = readdirSync(temporary.path).filter((name) => name.startsWith('.'));
  const made: unknown[] = [];
  for (const id of ['1', '2', 'three', '4', '5']) {
    const input = pondFile(`/Inbox/${id}.csv`, [`id\n${id}\n`]);
    if (id === 'three') assert.match((await failure(sql, { input })).message, /'three'/);
    else made.push(...(await rowsOf(sql, { input })).flat());
  }
  assert.deepEqual(made, [1, 2, 4, 5]);
  assert.deepEqual(
    readdirSync(temporary.path).filter((name) => name.startsWith('.')),
    folder,
  );
});

test('a query finds nothing of the run before', async () => {
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
  test(`a database that is used again opens the matched file and no other: ${sql}`, async () => {
    const other = pondFile('/Inbox/b/other.csv', ['id,name\n9,z\n']);
    const read = "SELECT * FROM read_csv('$1') ORDER BY id";
    assert.deepEqual(await rowsOf(read, { input: other }), [[9n, 'z']]);
    assert.deepEqual(await rowsOf(read), both);
    const { code, message } = await failure(sql);
    assert.match(code, /^(query-(forbidden|invalid)|not-found)$/, message);
  });
}
