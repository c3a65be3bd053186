import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { createBuilder } from '../../server/src/build/builder.ts';
import { usesInputPath } from '../../server/src/build/inputSql.ts';
import { type BuildLimits, defaultLimits } from '../../server/src/sandbox/buildLimits.ts';
import { WorkerProcess } from '../../server/src/sandbox/workerClient.ts';
import { pondNamesIn } from '../../server/src/sandbox/pondNames.ts';
import { userBuilds } from '../support/userBuilds.ts';
import { dataFile } from '../sql/testPond.ts';

const { folder, stations, builder, hostFile, parquet, pondFile, build, rowsOf, failure } = userBuilds();

const both = [
  [1n, 'a'],
  [2n, 'b "x"'],
];
const reversed = both.toReversed();

for (const [sql, expected] of [
  ["SELECT * FROM read_csv('$1') ORDER BY id", both],
  ["SELECT * FROM read_csv('$1') ORDER BY id DESC;\n;", reversed],
  ["FROM read_csv_auto('$1', header = true)", reversed],
  ["FROM read_csv(['$1'])", reversed],
  ["FROM read_csv(['$1', '$1'])", [...reversed, ...reversed]],
  ['FROM READ_CSV($1)', reversed],
  [`FROM "read_csv"('$1') -- read_csv('x')`, reversed],
  ["FROM '$1'", reversed],
  ['FROM "$1"', reversed],
  ['SELECT "$1".id, x.name FROM "$1" JOIN "$1" x USING (id) ORDER BY id', both],
  [`WITH t AS (FROM '$1') SELECT * FROM t ORDER BY 1`, both],
  [`(FROM '$1' ORDER BY id)`, both],
  ['FROM "/Inbox/a/stations.csv"', reversed],
  ['TABLE "$1"', reversed],
  [`PIVOT '$1' ON id USING first(name)`, [['a', 'b "x"']]],
  [`PIVOT (SELECT id, name FROM read_csv('$1')) ON id USING first(name)`, [['a', 'b "x"']]],
  [`PIVOT (FROM read_csv('$1', header = true)) ON id USING first(name)`, [['a', 'b "x"']]],
  [
    "SELECT '$1', 'at $1', $1, e'\\t$1', $$ $1 $$",
    [
      [
        '/Inbox/a/stations.csv',
        'at /Inbox/a/stations.csv',
        '/Inbox/a/stations.csv',
        '\t/Inbox/a/stations.csv',
        ' /Inbox/a/stations.csv ',
      ],
    ],
  ],
  ["SELECT '$12', '$10' /* $1 */", [['$12', '$10']]],
  ["SELECT content FROM read_text('$1')", [['id,name\n2,"b ""x"""\n1,a\n']]],
  ["SELECT octet_length(content) FROM read_blob('$1')", [[24n]]],
  ["SELECT HasHeader FROM sniff_csv('$1')", [[true]]],
  ["FROM read_csv('$1') WHERE false", []],
] as const) {
  test(`builds ${sql}`, async () => assert.deepEqual(await rowsOf(sql), expected));
}

test('rows are in the order of the query, in files of any size', async () => {
  const target = await build("SELECT range AS n, repeat('x', 40) AS x FROM range(400000) ORDER BY hash(range)");
  const sql = `SELECT count(*) FROM (SELECT hash(n) < lag(hash(n)) OVER (ORDER BY file_row_number) AS wrong FROM read_parquet('${target}', file_row_number = true)) WHERE wrong`;
  assert.deepEqual(await builder().run({ statements: [sql], reads: [target] }), [[0n]]);
});

test('an empty result is a file with columns', async () => {
  const target = await build("SELECT id, name, 1.5::DOUBLE AS x FROM '$1' WHERE false");
  const { columns, rowCount } = await builder().inspect([target]);
  assert.equal(columns.map(({ name, type }) => `${name} ${type}`).join(), 'id BIGINT,name VARCHAR,x DOUBLE');
  assert.equal(rowCount, 0);
});

test('times are UTC, in any time zone of the machine', async () => {
  assert.deepEqual(await rowsOf("SELECT epoch('2024-07-01'::TIMESTAMPTZ)::BIGINT"), [[1719792000n]]);
});

const gzipped = pondFile('/a/data.csv.GZ', [gzipSync('a,b\n1,2\n')]);
for (const sql of [
  "FROM read_csv('$1')",
  "FROM read_csv(['$1'], header = true)",
  "FROM '$1'",
  "FROM read_csv('$1', compression = 'gzip')",
]) {
  test(`reads a compressed file by ${sql}`, async () =>
    assert.deepEqual(await rowsOf(sql, { input: gzipped }), [[1n, 2n]]));
}

for (const [name, content] of [
  ['/a.tsv', 'a\tb\n1\t2\n'],
  ['/a.json', '[{"a": 1, "b": 2}]'],
  ['/a.ndjson', '{"a": 1, "b": 2}\n'],
  ['/a.jsonl.gz', gzipSync('{"a": 1, "b": 2}\n')],
] as const) {
  test(`reads ${name} as a table and by its reader`, async () => {
    const input = pondFile(name, [content]);
    const reader = name.includes('json') ? 'read_json' : 'read_csv';
    assert.deepEqual(await rowsOf("FROM '$1'", { input }), [[1n, 2n]]);
    assert.deepEqual(await rowsOf(`FROM ${reader}('$1')`, { input }), [[1n, 2n]]);
  });
}

test('a file of unknown format can be read by functions and is not a table', async () => {
  const input = pondFile('/a/readings.log', ['a,b\n1,2\n']);
  assert.deepEqual(await rowsOf("FROM read_csv('$1')", { input }), [[1n, 2n]]);
  const error = await failure("FROM '$1'", { input });
  assert.equal(error.code, 'query-invalid');
  assert.equal(error.path, '/a/readings.log');
});

test('a series of several parts is one input, its columns matched by name', async () => {
  const parts = ['SELECT 1 AS a, 2 AS b', 'SELECT 3 AS b, 4 AS c'].map(parquet);
  const input = pondFile('/s/series', await Promise.all(parts), 'series');
  const expected = [
    [1, 2, null],
    [null, 3, 4],
  ];
  for (const sql of ["FROM read_parquet('$1')", "FROM parquet_scan(['$1'])", "FROM '$1'"]) {
    assert.deepEqual(await rowsOf(sql, { input }), expected);
  }
});

test('an Arrow file is read like Parquet, and leaves no file', async () => {
  const input = pondFile('/flights/f.arrow', [dataFile('flights-200k.arrow')]);
  const before = readdirSync(folder).length;
  assert.deepEqual(await rowsOf("SELECT count(*) FROM read_parquet('$1')", { input }), [[200000n]]);
  assert.deepEqual(await rowsOf("SELECT count(*) FROM '$1'", { input }), [[200000n]]);
  assert.equal(readdirSync(folder).length, before + 2);
});

test('other files of the pond are tables', async () => {
  const units = pondFile('/Inbox/x/units.csv', ['id,unit\n1,C\n2,m\n']);
  const sql = `SELECT name, unit FROM read_csv('$1') JOIN "/Inbox/x/units.csv" USING (id) ORDER BY id`;
  assert.deepEqual(await rowsOf(sql, { tables: [units] }), [
    ['a', 'C'],
    ['b "x"', 'm'],
  ]);
  const missing = await failure('SELECT 1\nFROM "/Inbox/x/unitz.csv"', { tables: [units] });
  assert.equal(missing.code, 'not-found');
  assert.deepEqual(missing.position, { line: 1, character: 5 });
});

test('a document of the maximum size is scanned in one pass', () => {
  // Each of these would take minutes if every part of it were compared with all that follow.
  assert.equal(usesInputPath("read_csv('$1', ".repeat(16_000)), false);
  assert.equal(usesInputPath("read_csv('$1', [".repeat(16_000) + 'filename'), true);
  assert.equal(usesInputPath(Array.from({ length: 30_000 }, (_, index) => `$a${index}$ `).join('')), false);
  assert.equal(pondNamesIn(Array.from({ length: 30_000 }, (_, index) => `"/${index}" `).join('')).length, 30_000);
});

test('host paths do not appear in the rows', async () => {
  const path = '/Inbox/a/stations.csv';
  assert.deepEqual(await rowsOf("SELECT DISTINCT filename FROM read_csv('$1', filename = true)"), [[path]]);
  assert.deepEqual(await rowsOf("SELECT 'in ' || filename AS x FROM read_csv('$1') ORDER BY id LIMIT 1"), [
    [`in ${path}`],
  ]);
  assert.deepEqual((await rowsOf("FROM read_text('$1')"))[0]?.[0], path);
  const [sniffed] = await rowsOf("FROM sniff_csv('$1')");
  assert.ok(!String(sniffed).includes(folder) && String(sniffed).includes(path), String(sniffed));
});

test('columns of one name are kept if the rows have names of files', async () => {
  const sql = "SELECT *, filename, id FROM read_csv('$1', filename = true) ORDER BY id LIMIT 1";
  const path = '/Inbox/a/stations.csv';
  assert.deepEqual(await rowsOf(sql), [[1n, 'a', path, path, 1n]]);
});

test('host paths do not appear in lists and structs either', async () => {
  for (const value of ['[filename]', '{x: [{y: filename}]}', 'map {filename: 1}', 'to_json(filename)']) {
    const error = await failure(`SELECT ${value} AS x FROM read_csv('$1', filename = true)`);
    assert.match(error.message, /names of files/, value);
  }
  const sql = "SELECT [name] AS x, {y: id} AS s FROM read_csv('$1', filename = true) ORDER BY id LIMIT 1";
  assert.deepEqual(await rowsOf(sql), [["['a']", "{'y': 1}"]]);
});

test('what a query computes from the name of a file says nothing about the host', async () => {
  const large = pondFile('/large.csv', [`a\n${'1234567\n'.repeat(600_000)}`]);
  const many = pondFile(
    '/many.csv',
    Array.from({ length: 20 }, () => 'a\n1\n'),
  );
  for (const input of [stations, large, many]) {
    const names = await rowsOf("SELECT DISTINCT reverse(filename) FROM read_csv('$1', filename = true)", { input });
    assert.equal(names.length, input.files.length);
    for (const [name] of names) assert.match(String(name), /^(\d+tupni|\d+tnetnoc\/\d\/selif)\/\d\/sdliub$/);
  }
});

test('names of files cannot inject SQL', async () => {
  for (const name of [`/a/it's "x" $$ \\ .csv`, '/a/$1.csv', "/a/'; COPY (SELECT 1) TO 'x.csv"]) {
    const input = pondFile(name, ['a\n1\n']);
    const [row] = await rowsOf(`SELECT '$1', $1, e'$1', $$$1$$, a FROM "$1"`, { input });
    assert.deepEqual(row, [name, name, name, name, 1n]);
  }
});

for (const [sql, code, line, character] of [
  ["SELECT id,\n nothing FROM read_csv('$1')", 'query-invalid', 1, 1],
  ["SELECT * FROM read_csv('$1') WHERE nothing", 'query-invalid', 0, 35],
  ["SELECT '$1' AS é, \"$1\".nothing FROM '$1'", 'query-invalid', 0, 18],
  ["SELECT * FROM read_csv('$1') WHERE\n\n id = = 3", 'query-invalid', 2, 6],
  ["SELECT read_csv FROM read_csv('$1', no = 1)", 'query-invalid', 0, 21],
  ["SELECT CAST(name AS INT)\nFROM read_csv('$1')", 'query-failed', 0, 7],
  ["SELECT * FROM read_csv('$1') JOIN read_csv('/etc/passwd') USING (a)", 'query-forbidden', 0, 34],
  ["SELECT * FROM read_csv('$1'), getenv('$1') ", 'query-forbidden', 0, 30],
] as const) {
  test(`an error has its position in the original SQL: ${sql}`, async () => {
    const { code: found, position, message } = await failure(sql);
    assert.deepEqual([found, position], [code, { line, character }], message);
  });
}

test('an error names the input that cannot be parsed, with the line', async () => {
  const input = pondFile('/Inbox/bad.csv', [`a,b\n${'1,2\n'.repeat(30_000)}1,2,3,4\n`]);
  for (const sql of ["SELECT * FROM read_csv('$1')", "FROM '$1'"]) {
    const error = await failure(sql, { input });
    assert.equal(error.code, 'invalid-content');
    assert.equal(error.path, '/Inbox/bad.csv');
    assert.match(error.message, / in line 30002, /);
  }
});

test('lines longer than DuckDB reads are read, and an error shows only the start of a value', async () => {
  const input = pondFile('/Inbox/long.csv', [`a,b\n1,${'x'.repeat(3_000_000)}\n`]);
  for (const sql of ["SELECT * FROM read_csv('$1')", "FROM '$1'"]) {
    assert.deepEqual(
      await rowsOf(sql.replace('*', 'a, length(b)').replace(/^FROM/, 'SELECT a, length(b) FROM'), { input }),
      [[1n, 3_000_000n]],
    );
  }
  const numbers = pondFile('/Inbox/late.csv', [`a,b\n${'1,2\n'.repeat(30_000)}1,${'x'.repeat(3_000_000)}\n`]);
  const { code, message } = await failure("FROM '$1'", { input: numbers });
  assert.equal(code, 'invalid-content');
  assert.ok(message.length < 1000, String(message.length));
  assert.deepEqual(await rowsOf("SELECT a FROM read_csv('$1', max_line_size = 4000000)", { input }), [[1n]]);
});

const secret = hostFile('secret\n1\n');
for (const sql of [
  ...['read_csv', 'read_text', 'read_blob', 'read_json', 'read_parquet', 'parquet_scan', 'sniff_csv'].flatMap(
    (reader) => [
      `FROM ${reader}('${secret}')`,
      `FROM ${reader}(['$1', '${secret}'])`,
      `FROM ${reader}('$1' || '/../${secret}')`,
      `FROM ${reader}(getvariable('x'))`,
      `FROM main.${reader}('${secret}')`,
    ],
  ),
  "FROM read_csv('https://localhost/x.csv')",
  "FROM read_csv('s3://b/x.csv')",
  `FROM glob('${folder}/*')`,
  "FROM glob('/*')",
  `FROM parquet_metadata('$1')`,
  `FROM '${secret}'`,
  `FROM "${secret}.csv"`,
  `FROM query('FROM read_text(''${secret}'')')`,
  `FROM query_table('${secret}')`,
  "SELECT getenv('HOME')",
  "SELECT current_setting('allowed_paths')",
  'FROM duckdb_settings()',
  'SELECT current_query()',
  'SELECT $$ $1',
  'SELECT $a$ $1 $$',
  "PIVOT (SELECT current_setting('allowed_paths')::VARCHAR AS x) ON x",
  'PIVOT (FROM duckdb_settings()) ON name USING first(value)',
  "PIVOT (FROM query('SELECT 1 AS x')) ON x",
  'FROM pond.commits',
  `COPY (SELECT 1) TO '${secret}'`,
  `SELECT 1) TO '${secret}' (FORMAT csv); COPY (SELECT 2`,
  `SELECT 1) TO '${secret}' (FORMAT csv) --`,
  `SELECT 1; COPY (SELECT 1) TO '${secret}'`,
  `PIVOT (FROM read_text('${secret}')) ON content`,
  `PIVOT (FROM read_csv('$1') JOIN read_text('${secret}') ON true) ON content`,
  `PIVOT (FROM read_csv('$1'), sniff_csv(getvariable('x'))) ON name`,
  `PIVOT (FROM '${secret}') ON content`,
  `ATTACH '${secret}.db'`,
  `ATTACH '${secret}' AS a (READ_ONLY)`,
  'INSTALL httpfs',
  'LOAD httpfs',
  'SET enable_external_access = true',
  "SET allowed_paths = ['/etc/passwd']",
  'RESET lock_configuration',
  'PRAGMA version',
  'CALL pragma_version()',
  'CREATE TABLE t AS SELECT 1',
  "SET VARIABLE x = '/etc/passwd'",
  'EXPLAIN SELECT 1',
  'SELECT $2',
  'SELECT ?',
  '',
  "SELECT 1\0) TO 'x'",
]) {
  test(`refuses ${JSON.stringify(sql.replaceAll(folder, '…'))}`, async () => {
    const { code, message } = await failure(sql);
    assert.match(code, /^(query-(forbidden|invalid)|not-found)$/, message);
    assert.equal(readFileSync(secret, 'utf8'), 'secret\n1\n');
  });
}

test('a cancelled build ends soon', async () => {
  const controller = new AbortController();
  const target = join(folder, 'cancelled');
  const sql = 'SELECT a.range * b.range AS x FROM range(1000000) a, range(1000000) b ORDER BY x';
  const running = builder().fromUserSql({ sql, input: stations, tables: [], target }, controller.signal);
  const ended = assert.rejects(running, { code: 'cancelled' });
  await builder().run({ statements: ['SELECT 1'] });
  controller.abort();
  await ended;
});

test('a build that is cancelled before it starts ends without its process', async () => {
  const worker = new WorkerProcess({ memoryLimitBytes: 1024 ** 3, threads: 2 });
  const select = () => worker.request('statements', { sql: { statements: ['SELECT 1'] } });
  try {
    assert.deepEqual(await select(), [[1]]);
    const controller = new AbortController();
    const sql = 'SELECT a.range * b.range AS x FROM range(1000000) a, range(1000000) b ORDER BY x';
    const build = { sql, input: stations, tables: [], target: join(folder, 'cancelled early') };
    const running = worker.request('buildUser', { build }, controller.signal);
    controller.abort();
    await assert.rejects(running, { code: 'cancelled' });
    // A build that does not respond is ended with its process.
    assert.deepEqual(await select(), [[1]]);
  } finally {
    await worker.close();
  }
});

test('concurrent builds that spill to disk do not mix their rows', async () => {
  const memoryLimitBytes = 540 * 1024 * 1024;
  const buildsIn = async (limits: BuildLimits) => {
    const small = createBuilder({ memoryLimitBytes, limits });
    const buildOf = async (seed: number) => {
      const target = join(folder, `spilled${seed}`);
      const hash = (number: string) => `md5((${number} + ${seed})::VARCHAR)`;
      const sql = `SELECT range AS n, ${hash('range')} AS h, repeat(${hash('range')}, 4) AS x FROM range(400000) ORDER BY h`;
      await small.fromUserSql({ sql, input: stations, tables: [], target });
      const wrong = `count(*) FILTER (h <> ${hash('n')} OR x <> repeat(h, 4))`;
      const statements = [`SELECT count(DISTINCT n), ${wrong} FROM read_parquet('${target}')`];
      return small.run({ statements, reads: [target] });
    };
    try {
      return await Promise.all([buildOf(1), buildOf(2)]);
    } finally {
      await small.close();
    }
  };
  const whole = [[400_000n, 0n]];
  assert.deepEqual(await buildsIn(defaultLimits), [whole, whole]);
  await assert.rejects(buildsIn({ ...defaultLimits, spillBytesMax: 0 }), /on disk for what does not fit in memory/);
});
