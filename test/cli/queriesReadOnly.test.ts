/** Queries that try to write: through `pond query`, and through the query engine as the editor uses it. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { temporaryFolder } from '../support/folder.ts';
import { newPondHost, textFile } from '../support/commandHost.ts';
import { runPond } from '../support/pondCommand.ts';

const allowed = "(current_setting('allowed_paths')[1])";
const copy = `COPY (SELECT 'pwned' AS a) TO ${allowed} (FORMAT csv, USE_TMP_FILE false)`;

/** Texts that a SQL scanner takes for one query, and that also contain a statement that writes. */
const writing: readonly (readonly [name: string, sql: string])[] = [
  ['a COPY behind a dollar tag that is not ASCII', `EXPLAIN (ANALYZE $aé$ ) SELECT * FROM "/big.csv" -- $aé$) ${copy}`],
  ['a COPY behind a carriage return', `--\rEXPLAIN ANALYZE ${copy} /*\nSELECT * FROM pond.nodes PIVOT --*/`],
  [
    'a CREATE behind a carriage return',
    "--\rCREATE VIEW v AS SELECT name, value FROM duckdb_settings(); SELECT * FROM v /*\nSELECT * FROM '/big.csv' PIVOT --*/",
  ],
  ['a COPY that is explained', `EXPLAIN ANALYZE ${copy}`],
  ['a COPY that is explained as JSON', `EXPLAIN (ANALYZE, FORMAT json) ${copy}`],
  ['a COPY in the parentheses of EXPLAIN', `EXPLAIN ANALYZE (${copy})`],
  ['a COPY behind an option that DuckDB does not have', `EXPLAIN (ANALYZE, COSTS) ${copy}`],
  ['a COPY behind a query that is explained', `EXPLAIN ANALYZE SELECT * FROM "/big.csv"; ${copy}`],
  ['a COPY before a PIVOT', `${copy}; PIVOT "/big.csv" ON n USING count(*)`],
  ['a COPY behind a PIVOT', `PIVOT "/big.csv" ON n USING count(*); ${copy}`],
  ['a COPY of a PIVOT', `COPY (PIVOT "/big.csv" ON n USING count(*)) TO ${allowed}`],
  ['a CREATE before a PIVOT', 'CREATE VIEW v AS SELECT 1; PIVOT "/big.csv" ON n USING count(*)'],
  ['a setting that a PIVOT changes', 'PIVOT (FROM enable_profiling()) ON x USING count(*)'],
  ['a checkpoint in a PIVOT', 'PIVOT (FROM checkpoint()) ON success USING count(*)'],
  ['a space that only DuckDB skips', 'PIVOT (SELECT name FROM duckdb_settings\u200b()) ON name USING first(name)'],
  [
    'a dollar string that only one scanner sees',
    'PIVOT (SELECT 1 😀$$, name FROM duckdb_settings() /* 😀$$ */) ON name USING first(name)',
  ],
];

/** All files of a folder with their content. */
function contents(folder: string): Readonly<Record<string, string>> {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(
    names.map(({ parentPath, name }) => [join(parentPath, name), readFileSync(join(parentPath, name)).toString('hex')]),
  );
}

/** Too large for a row, so that a query opens a host file of the pond before this one. */
const big = `n,text\n${Array.from({ length: 9000 }, (_, n) => `${n % 3},${'x'.repeat(16)}\n`).join('')}`;

async function newPond(t: TestContext): Promise<string> {
  const folder = temporaryFolder(t);
  writeFileSync(join(folder, 'big.csv'), big);
  for (const args of [
    ['init', 'pond'],
    ['import', 'big.csv', '/'],
    ['commit', '-m', 'one'],
  ]) {
    const ended = await runPond(args, { cwd: folder, env: { POND: join(folder, 'pond') } });
    assert.equal(ended.status, 0, ended.stderr);
  }
  return folder;
}

/** Files that a query does not change: the history and the blobs. */
const kept = ['_delta_log', 'data', '_pond/blobs'];

test('the command refuses a text that would write, and the pond is unchanged', async (t) => {
  const folder = await newPond(t);
  const options = { cwd: folder, env: { POND: join(folder, 'pond') } };
  const stored = () => kept.map((name) => ({ name, files: tryContents(join(folder, 'pond', name)) }));
  const before = stored();
  assert.ok(before.some(({ files }) => Object.keys(files).length > 0));
  for (const [name, sql] of writing) {
    const { status, stdout, stderr } = await runPond(['query', sql], options);
    assert.notEqual(status, 0, `${name}: ${stdout}`);
    assert.match(stderr, /^error\[query-[a-z]+\]: /, name);
    assert.doesNotMatch(stderr, /internal error|\n {4}at /, name);
    assert.ok(!`${stdout}${stderr}`.includes('_pond'), `${name}: ${stdout}${stderr}`);
  }
  assert.deepEqual(stored(), before);
  const check = await runPond(['check'], options);
  assert.deepEqual([check.status, /sound/.test(check.stdout + check.stderr)], [0, true]);
});

function tryContents(folder: string): Readonly<Record<string, string>> {
  try {
    return contents(folder);
  } catch {
    return {};
  }
}

test('the editor refuses a query that would write, with an error code', async (t) => {
  const { run } = await newPondHost(t);
  await run('write', textFile('/big.csv', big));
  await run('commit', { message: 'one' });
  for (const [name, sql] of writing) {
    await assert.rejects(
      run('query', { sql }),
      ({ code }: { code?: string }) => code === 'query-invalid' || code === 'query-forbidden',
      name,
    );
  }
  const { rowCount } = await run('query', { sql: 'FROM "/big.csv"' });
  assert.equal(rowCount, 9000);
});

test('EXPLAIN, and a PIVOT on values of the data, work as before', async (t) => {
  const { run } = await newPondHost(t);
  await run('write', textFile('/a.csv', 'n,v\n1,10\n2,20\n'));
  for (const [sql, rows] of [
    ['EXPLAIN FROM "/a.csv"', 1],
    ['EXPLAIN ANALYZE -- note\n (FROM "/a.csv");', 1],
    ['/* é */ EXPLAIN (ANALYZE, FORMAT json) SELECT n AS "é" FROM "/a.csv"', 1],
    ['PIVOT "/a.csv" ON n USING sum(v) GROUP BY v; -- done', 2],
    ['FROM (PIVOT "/a.csv" ON n USING sum(v)) a, (PIVOT "/a.csv" ON v USING sum(n)) b', 1],
    ["WITH p AS (PIVOT \"/a.csv\" ON n USING sum(v))\r\nSELECT * FROM p WHERE 'é$$' <> ''", 1],
    ['SELECT n AS température FROM "/a.csv"', 2],
  ] as const) {
    assert.equal((await run('query', { sql })).rowCount, rows, sql);
  }
});

test('an error in an explained statement has its position in the text', async (t) => {
  const { run } = await newPondHost(t);
  await run('write', textFile('/a.csv', 'n,v\n1,10\n2,20\n'));
  await assert.rejects(run('query', { sql: 'EXPLAIN\n  ANALYZE SELECT nothing\nFROM "/a.csv"' }), {
    code: 'query-invalid',
    position: { line: 1, character: 17 },
  });
  await assert.rejects(run('query', { sql: 'PIVOT "/a.csv" ON température' }), {
    code: 'query-invalid',
    position: { line: 0, character: 22 },
    hint: /Quote names/,
  });
});

test('times are in UTC, in any time zone of the machine', async (t) => {
  const folder = await newPond(t);
  const sql =
    "SELECT TIMESTAMPTZ '2024-07-01 02:00:00+00' AS a, TIMESTAMPTZ '2024-07-01 02:00:00+00'::VARCHAR AS b, " +
    "date_trunc('day', TIMESTAMPTZ '2024-07-01 02:00:00+00') AS c, TIMESTAMPTZ '2024-07-01 02:00:00'::DATE AS d, " +
    'extract(timezone FROM now()) AS e';
  const expected = '2024-07-01 02:00:00+00,2024-07-01 02:00:00+00,2024-07-01 00:00:00+00,2024-07-01,0\n';
  for (const zone of ['America/New_York', 'Asia/Kolkata']) {
    const env = { POND: join(folder, 'pond'), TZ: zone };
    const { stdout, stderr } = await runPond(['query', '--format', 'csv', sql], { cwd: folder, env });
    assert.equal(stdout, `a,b,c,d,e\n${expected}`, stderr);
    const file = join(folder, `${zone.replace('/', '-')}.csv`);
    const written = await runPond(['query', '-o', file, sql], { cwd: folder, env });
    assert.equal(written.status, 0, written.stderr);
    assert.equal(readFileSync(file, 'utf8'), `a,b,c,d,e\n${expected}`);
  }
});
