import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { isPondError, type PondError } from '../../server/src/base/error.ts';
import { type ResultFormat } from '../../server/src/protocol/results.ts';
import { QueryEngine } from '../../server/src/sql/engine.ts';
import { type Pond } from '../../server/src/pond/types.ts';
import { type Node } from '../../server/src/tinyfs/backend.ts';
import { initPond } from '../support/pond.ts';
import { dataFile, makeFlightsPond, type TestPond } from './testPond.ts';
import { makeTemporaryDirectory } from '../support/temporaryDirectory.ts';
import { openHostDisk } from '../../server/src/storage/hostDisk.ts';

let made: TestPond;
let engine: QueryEngine;

before(async () => {
  made = await makeFlightsPond();
  engine = new QueryEngine({ openDisk: openHostDisk });
  const { root, pond } = made;
  await root.createDirectory('/kinds');
  await root.writeFile('/kinds/a.tsv', text('x\ty\n1\tone\n'));
  await root.writeFile('/kinds/a.json', text('[{"x": 1, "y": "one"}]'));
  await root.writeFile('/kinds/a.ndjson', text('{"x": 1, "y": "one"}\n'));
  await root.writeFile('/kinds/a.jsonl', text('{"x": 1, "y": "one"}\n'));
  await root.writeFile('/kinds/a.CSV', text('x,y\n1,one\n'));
  await root.writeFile('/kinds/a.txt', text('x;y\n1;one\n'));
  await root.writeFile('/kinds/a.csv.gz', gzipSync('x,y\n1,one\n'));
  await root.writeFile('/kinds/a.json.gz', gzipSync('[{"x": 1, "y": "one"}]'));
  await root.writeFile('/v.csv', text('x\n1\n'));
  await pond.commit({ message: 'version two', author: 'tester' });
  await root.writeFile('/v.csv', text('x\n1\n2\n'));
  await pond.commit({ message: 'version three', author: 'tester' });
  await root.writeFile('/v.csv', text('x\n1\n2\n3\n'));
  await root.createSymlink('/link.csv', '/v.csv');
  await root.createDirectory('/links/to', { parents: true });
  await root.createSymlink('/links/a.csv', '/v.csv');
  await root.writeFile('/links/to/nothing at all.csv', text(''));
  await root.createSymlink('/links/to/b.csv', '../a.csv');
  await root.createSymlink('/links/to/nothing.csv', '/none.csv');
  await root.createSymlink('/links/to/itself.csv', 'itself.csv');
  await root.writeFile('/it\'s "odd" @2 [é].csv', text('x\n7\n'));
  await root.writeFile('/Upper.csv', text('x\n1\n'));
  await root.writeFile('/upper.csv', text('x\n2\n'));
  await root.writeFile('/cut.parquet', dataFile('flights-3m.parquet').subarray(0, 200_000));
  await root.writeFile('/garbage.parquet', text('no parquet at all'));
  await root.writeFile('/empty.csv', text(''));
  await root.writeFile('/bad.csv', text(`x\n${'1\n'.repeat(30000)}no number\n`));
  await root.writeFile('/bad.arrow', text('no arrow'));
  await root.writeFile('/notes.md', text('# notes'));
  await root.writeFile('/notes.constructor', text('# notes'));
});
after(async () => {
  await engine.close();
  await made.close();
});

function text(content: string): Uint8Array {
  return new TextEncoder().encode(content);
}

async function rowsOf(sql: string, at?: string): Promise<(string | null)[][]> {
  const { resultId, rowCount } = await engine.run(made.pond, { sql, ...(at === undefined ? {} : { at }) });
  const { columns } = await engine.rows(resultId, 0, rowCount);
  await engine.release(resultId);
  return Array.from({ length: rowCount }, (_, row) => columns.map((column) => column[row] ?? null));
}

function check(name: string, sql: string, expected: (string | null)[][], at?: string): void {
  test(name, async () => assert.deepEqual(await rowsOf(sql, at), expected));
}

check('a CSV file is a table', 'SELECT count(*), max(temp_max) FROM "/weather/seattle-weather.csv"', [
  ['1461', '35.6'],
]);
check('a string names a table too', "SELECT count(*) FROM '/weather/seattle-weather.csv'", [['1461']]);
check(
  'a pattern is one table, with columns matched by name',
  'SELECT count(*), count(location) FROM "/weather/*.csv"',
  [['4383', '2922']],
);
check('a Parquet file is a table', 'SELECT count(*), sum(distance) FROM "/flights/flights-3m.parquet"', [
  ['3000000', '2194861208'],
]);
check('an Arrow file is a table', 'SELECT count(*), min(delay) FROM "/flights/*.arrow"', [['200000', '-86']]);
check('a pattern can mix formats', 'SELECT count(*), count(origin) FROM "/flights/*"', [['3200000', '3000000']]);
for (const name of ['a.tsv', 'a.json', 'a.ndjson', 'a.jsonl', 'a.CSV', 'a.txt', 'a.csv.gz', 'a.json.gz']) {
  check(`${name} is read by its extension`, `FROM "/kinds/${name}"`, [['1', 'one']]);
}
check('a query sees staged changes', 'SELECT count(*) FROM "/v.csv"', [['3']]);
check('a version follows the path', 'SELECT count(*) FROM "/v.csv@HEAD"', [['2']]);
check(
  'two versions are read in one query',
  'SELECT a.x FROM "/v.csv" a ANTI JOIN "/v.csv@HEAD~1" b USING (x) ORDER BY 1',
  [['2'], ['3']],
);
check('a version for the whole query', 'SELECT count(*) FROM "/v.csv"', [['2']], 'HEAD');
check(
  'a version in a name takes precedence over that of the query',
  'SELECT count(*) FROM "/v.csv@HEAD~1"',
  [['1']],
  'HEAD',
);
check(
  'a pattern matches a file once, by any number of links, and no dangling link',
  'SELECT count(*) FROM "/links/**/*.csv"',
  [['3']],
);
check('an empty file of a pattern adds no column', 'FROM "/links/to/{b,nothing at all}.csv"', [['1'], ['2'], ['3']]);
check('a link is followed', 'SELECT count(*) FROM "/link.csv"', [['3']]);
check('any name can be written', `FROM "/it's ""odd"" @2 [é].csv"`, [['7']]);
check('a WITH table may look like a path', 'WITH "/none.csv" AS (SELECT 5 AS x) FROM "/none.csv"', [['5']]);
check(
  'a pattern distinguishes names that differ only in case',
  'SELECT a.x, b.x FROM "/[U]pper.csv" a, "/upper.csv" b',
  [['1', '2']],
);
check('PIVOT by data', 'PIVOT "/v.csv" ON x USING count(*)', [['1', '1', '1']]);
check('DESCRIBE', 'SELECT column_name FROM (DESCRIBE "/v.csv")', [['x']]);
check('SUMMARIZE', 'SELECT max FROM (SUMMARIZE "/v.csv")', [['3']]);
check('VALUES', "VALUES (1, NULL), (2, '')", [
  ['1', null],
  ['2', ''],
]);

test('EXPLAIN shows a plan', async () => {
  assert.match((await rowsOf('EXPLAIN FROM "/v.csv"'))[0]?.[1] ?? '', /READ_CSV/);
  assert.match((await rowsOf('EXPLAIN ANALYZE FROM "/v.csv"'))[0]?.[1] ?? '', /READ_CSV/);
});

async function failureOf(sql: string, at?: string): Promise<PondError> {
  const error: unknown = await rowsOf(sql, at).then(
    () => assert.fail('the query was to fail'),
    (reason: unknown) => reason,
  );
  assert.ok(isPondError(error), String(error));
  assert.ok(!error.message.includes(made.directory), `host path in: ${error.message}`);
  return error;
}

/** The SQL has a '^' at the expected position of the error. */
function fails(name: string, marked: string, code: string, message: RegExp, hint?: RegExp): void {
  test(name, async () => {
    const before = marked.slice(0, Math.max(0, marked.indexOf('^')));
    const error = await failureOf(marked.replace('^', ''));
    assert.deepEqual([error.code, error.message], [code, message.exec(error.message)?.input ?? message]);
    if (hint !== undefined) assert.match(error.hint ?? '', hint);
    if (!marked.includes('^')) return;
    const line = before.split('\n').length - 1;
    assert.deepEqual(error.position, { line, character: before.length - before.lastIndexOf('\n') - 1 });
  });
}

fails(
  'a missing file is found by a like name',
  'SELECT 1\nFROM ^"/weather/seatle-weather.csv"',
  'not-found',
  /no file is at \/weather\/seatle/,
  /Did you mean "\/weather\/seattle-weather.csv"/,
);
fails('a missing folder too', 'FROM ^"/wether/weather.csv"', 'not-found', /\/wether/, /Did you mean "\/weather"/);
fails('a file that a version does not have', 'FROM ^"/v.csv@0"', 'not-found', /in version 0/);
fails('a version that does not exist', 'FROM ^"/v.csv@99999"', 'version-not-found', /./);
fails('a pattern that matches nothing', 'FROM ^"/weather/*.parquet"', 'not-found', /no file matches/);
fails('a missing file in a PIVOT by data', 'PIVOT ^"/none.csv" ON x', 'not-found', /no file is at \/none.csv/);
fails('a directory', 'FROM ^"/weather"', 'is-a-directory', /\/weather is a directory/, /"\/weather\/\*\.csv"/);
fails('a file that is not a table', 'FROM ^"/notes.md"', 'query-invalid', /not a table/, /\.parquet/);
fails('one called as what objects have', 'FROM ^"/notes.constructor"', 'query-invalid', /not a table/, /\.parquet/);
fails(
  'names that differ in case alone',
  'FROM "/Upper.csv", ^"/upper.csv"',
  'query-invalid',
  /case alone/,
  /\/\[u\]pper/,
);
fails('a row without names', 'SELECT (1, 2)', 'query-invalid', /parts without names/, /without parentheses/);
fails('a syntax error', 'SELECT 1 ^] 2', 'query-invalid', /syntax error/);
fails(
  'a missing column, after wide characters',
  `SELECT 'é😀', ^nosuch FROM "/v.csv"`,
  'query-invalid',
  /"nosuch" not found/,
);
fails('a history table that does not exist', 'FROM ^pond.comits', 'query-invalid', /pond\.comits/, /pond\.commits/);
fails(
  'a value that does not convert',
  'SELECT CAST(\'x\' || x AS INT) FROM "/v.csv"',
  'query-failed',
  /Could not convert/,
);
fails('a Parquet file cut short', 'FROM ^"/cut.parquet"', 'invalid-content', /\/cut\.parquet/);
fails('garbage for Parquet', 'SELECT 1 FROM ^"/*age.parquet"', 'invalid-content', /\/garbage\.parquet/);
fails('garbage for Arrow', 'FROM "/bad.arrow"', 'invalid-content', /\/bad\.arrow cannot be read as Arrow/);
fails('a CSV line that does not convert', 'SELECT sum(x) FROM "/bad.csv"', 'invalid-content', /\/bad\.csv|no number/);
fails('the host by a path', "FROM ^'/etc/passwd'", 'not-found', /no file is at \/etc\/passwd/);
fails('the host by a relative path', "FROM 'etc/passwd.csv'", 'query-forbidden', /not|disabled/);
fails('the host by a function', "FROM ^read_csv('/etc/passwd')", 'not-found', /no file is at \/etc\/passwd/);
fails('the host by a function on a relative path', "FROM ^read_csv('etc/passwd')", 'query-forbidden', /read_csv\(\)/);
fails('the environment', "SELECT ^getenv('HOME')", 'query-forbidden', /getenv/);
fails('a statement that writes', "^COPY (SELECT 1) TO 'x'", 'query-forbidden', /COPY/);
fails('two statements', 'SELECT 1; SELECT 2', 'query-forbidden', /several/);
fails('a parameter without a value', 'SELECT ^$1', 'query-invalid', /the parameter \$1 has no value/);
fails('a number without the one before', "SELECT '$2', ^$2", 'query-invalid', /the parameter \$2, but no \$1/);
fails('a gap in numbers', 'SELECT $1, ^$3', 'query-invalid', /the parameter \$3, but no \$2/);

for (const name of ['"weather.csv"', "'../it''s.csv'", "'https://localhost/a.parquet'"]) {
  fails(
    `a file of the host is out of reach: ${name}`,
    `SELECT 1 AS x,\n y FROM ^${name}`,
    'query-forbidden',
    /^Cannot access/,
  );
}

test('a file of the pond cannot be read by its host path', async () => {
  const blobs = join(made.pond.directory, '_pond', 'blobs');
  const blob = readdirSync(blobs, { recursive: true, withFileTypes: true }).find((entry) => entry.isFile());
  assert.ok(blob);
  const path = join(blob.parentPath, blob.name);
  assert.equal(
    (await failureOf(`FROM read_blob('${path}')`).catch(() => undefined))?.code ?? 'query-forbidden',
    'query-forbidden',
  );
  // As a path of the pond, it leads nowhere.
  await assert.rejects(rowsOf(`PIVOT (FROM read_blob('${path}')) ON size`), { code: 'not-found' });
});

test('a pond in a folder whose name is a pattern is queried', async () => {
  const { path: directory, remove } = makeTemporaryDirectory('duckpond-test');
  const pond = await initPond(join(directory, 'g*', '[ab],c.pond'), { author: 'tester' });
  const root = await pond.fs.root();
  await root.writeFile('/small.csv', text('x\n1\n'));
  await root.writeFile('/large.csv', text(`x\n${'1\n'.repeat(50_000)}`));
  await pond.commit({ message: 'one', author: 'tester' });
  const sql = `SELECT (SELECT count(*) FROM "/small.csv"), (SELECT count(*) FROM "/large.csv"),
    (SELECT count(*) > 0 FROM pond.nodes)`;
  const { resultId } = await engine.run(pond, { sql });
  assert.deepEqual((await engine.rows(resultId, 0, 1)).columns, [['1'], ['50000'], ['true']]);
  await pond.close();
  remove();
});

test('a query that waits for its inputs does not block others', async () => {
  let isReady = (): void => undefined;
  const ready = new Promise<void>((resolve) => (isReady = resolve));
  const { pond } = made;
  const slow = Object.create(pond, {
    fs: { get: () => pond.fs },
    hostFiles: { value: (node: Node) => ready.then(() => pond.hostFiles(node)) },
  }) as Pond;
  const waiting = engine.run(slow, { sql: 'SELECT sum(x) FROM "/v.csv"' });
  assert.deepEqual(await rowsOf('SELECT 1'), [['1']]);
  isReady();
  const { resultId } = await waiting;
  assert.deepEqual((await engine.rows(resultId, 0, 1)).columns, [['6']]);
  await engine.release(resultId);
});

test('pond.commits lists the commits, latest first', async () => {
  const rows = await rowsOf(
    "SELECT message, author, parent IS NULL, time > TIMESTAMPTZ '2020-01-01' FROM pond.commits",
  );
  assert.deepEqual(rows.slice(0, 3), [
    ['version three', 'tester', 'false', 'true'],
    ['version two', 'tester', 'false', 'true'],
    ['real data', 'tester', 'false', 'true'],
  ]);
  assert.deepEqual(await rowsOf('SELECT message FROM pond.commits LIMIT 1', 'HEAD~1'), [['version two']]);
});

test('pond.nodes and pond.entries contain the history, with pending rows marked', async () => {
  const node = `SELECT e.name, n.version, n.pending FROM pond.nodes n JOIN pond.entries e
    ON n.node_id = e.node_id AND n.version = e.version WHERE e.name = 'v.csv' GROUP BY ALL ORDER BY 2`;
  assert.deepEqual(await rowsOf(node), [
    ['v.csv', '1', 'false'],
    ['v.csv', '2', 'false'],
    ['v.csv', '3', 'true'],
  ]);
  assert.deepEqual(await rowsOf('SELECT count(*) FROM pond.nodes WHERE pending', 'HEAD'), [['0']]);
  assert.deepEqual(await rowsOf("SELECT count(*) > 0 FROM pond.entries WHERE pending AND name = 'notes.md'"), [
    ['true'],
  ]);
});

test('rows of a large result are returned by window, also far from the start', async () => {
  const { resultId, rowCount, columns } = await engine.run(made.pond, { sql: 'FROM "/flights/flights-3m.parquet"' });
  assert.equal(rowCount, 3_000_000);
  assert.deepEqual(columns[0], { name: 'date', type: 'TIMESTAMP' });
  const window = await engine.rows(resultId, 2_900_000, 3);
  const [expected] = await rowsOf('FROM "/flights/flights-3m.parquet" LIMIT 1 OFFSET 2900000');
  assert.deepEqual(
    window.columns.map((column) => column[0]),
    expected,
  );
  await engine.release(resultId);
  await assert.rejects(engine.rows(resultId, 0, 1), { code: 'query-failed' });
});

test('many small text files are one table, with columns matched by name, and an invalid one is named', async () => {
  const { root } = made;
  await root.createDirectory('/many');
  for (let file = 0; file < 70; file += 1)
    await root.writeFile(`/many/${file}.csv`, text(`x,y${file % 2}\n${file},1\n`));
  const sql = 'SELECT count(*), sum(x), count(y0), count(y1) FROM "/many/*.csv"';
  assert.deepEqual(await rowsOf(sql), [['70', '2415', '35', '35']]);
  assert.deepEqual(await rowsOf(sql), [['70', '2415', '35', '35']]);
  await root.writeFile('/many/0.csv', text('x,y0\n0,2\n1,2\n'));
  assert.deepEqual(await rowsOf(sql), [['71', '2416', '36', '35']]);
  await root.writeFile('/many/7.csv', text(`x,y1\n${'1,1\n'.repeat(30000)}no number,1\n`));
  await assert.rejects(engine.run(made.pond, { sql }), { code: 'invalid-content', path: '/many/7.csv' });
});

async function fromAsync(resultId: string, format: ResultFormat): Promise<Uint8Array[]> {
  const parts: Uint8Array[] = [];
  for await (const part of engine.content(resultId, format)) parts.push(part);
  return parts;
}

test('the content of a result is CSV or JSON lines', async () => {
  const { resultId } = await engine.run(made.pond, { sql: `SELECT 1 AS a, NULL AS "b c", 'x,"y"' AS d, '' AS e` });
  const collect = async (format: 'csv' | 'ndjson') => Buffer.concat(await fromAsync(resultId, format)).toString();
  assert.equal(await collect('csv'), 'a,b c,d,e\n1,,"x,""y""",""\n');
  assert.equal(await collect('ndjson'), '{"a":1,"b c":null,"d":"x,\\"y\\"","e":""}\n');
});

test('a plan names files by their pond paths, in its boxes too', async () => {
  for (const options of ['ANALYZE', '(ANALYZE, FORMAT json)']) {
    const [row] = await rowsOf(`EXPLAIN ${options} FROM "/weather/*.csv" AS a JOIN "/v.csv" AS b ON a.wind = b.x`);
    const plan = row?.[1] ?? '';
    assert.match(plan, /\/weather\/weather\.csv/);
    assert.match(plan, /\/v\.csv\W/);
    assert.doesNotMatch(plan.replace(/[\s│]/g, ''), /_pond|duckpond-test|inline|blobs/);
    const boxes = plan.split('\n').filter((line) => line.startsWith('│') && line.endsWith('│'));
    if (options === 'ANALYZE') assert.ok(boxes.length > 10);
  }
});

test('the content of a long result is returned in parts', async () => {
  const { resultId } = await engine.run(made.pond, { sql: "SELECT x, repeat('é', 30) AS t FROM range(100000) r(x)" });
  const parts = await fromAsync(resultId, 'csv');
  assert.ok(parts.length > 2);
  const lines = Buffer.concat(parts).toString().split('\n');
  assert.deepEqual([lines.length, lines[0], lines[100_000]], [100_002, 'x,t', `99999,${'é'.repeat(30)}`]);
  for await (const part of engine.content(resultId, 'csv')) {
    // A reader that stops early leaves nothing either.
    assert.deepEqual(part, parts[0]);
    break;
  }
  await engine.release(resultId);
});

test('a number that JSON lacks becomes null', async () => {
  const { resultId } = await engine.run(made.pond, {
    sql: "SELECT 'NaN'::DOUBLE AS a, '-inf'::FLOAT AS b, 1.5::DOUBLE AS c",
  });
  const all = Buffer.concat(await fromAsync(resultId, 'ndjson')).toString();
  assert.equal(all, '{"a":null,"b":null,"c":1.5}\n');
  const file = join(made.directory, 'nan.json');
  await engine.toFile(made.pond, { sql: "SELECT 'NaN'::DOUBLE AS a" }, { format: 'json', file });
  assert.deepEqual(JSON.parse(readFileSync(file, 'utf8')), [{ a: null }]);
  rmSync(file);
});

test('a result is written to a file completely, and a failure leaves the file unchanged', async () => {
  const file = join(made.directory, 'out.csv');
  const sql = 'SELECT x FROM "/v.csv" ORDER BY x';
  const { rowCount } = await engine.toFile(made.pond, { sql }, { format: 'csv', file });
  assert.deepEqual([rowCount, readFileSync(file, 'utf8')], [3, 'x\n1\n2\n3\n']);
  const broken = { sql: 'SELECT CAST(\'x\' AS INT) FROM "/v.csv"' };
  await assert.rejects(engine.toFile(made.pond, broken, { format: 'parquet', file }), { code: 'query-failed' });
  assert.equal(readFileSync(file, 'utf8'), 'x\n1\n2\n3\n');
  const missing = join(made.directory, 'no', 'such', 'folder.csv');
  await assert.rejects(engine.toFile(made.pond, { sql }, { format: 'csv', file: missing }), { code: 'not-found' });
  const folder = { format: 'csv', file: made.directory } as const;
  await assert.rejects(engine.toFile(made.pond, { sql }, folder), { code: 'is-a-directory' });
  assert.deepEqual(readdirSync(made.directory).sort(), ['out.csv', 'test.pond']);
});

test('a cancelled query stops, running or waiting, and the next one runs', async () => {
  const [running, waiting] = [new AbortController(), new AbortController()];
  const long = { sql: 'SELECT count(*) FROM range(1000000) a, range(1000000) b WHERE a.range * b.range = -1' };
  const first = engine.run(made.pond, long, running.signal);
  const second = engine.run(made.pond, long, waiting.signal);
  const next = rowsOf('SELECT 1');
  waiting.abort();
  running.abort();
  await assert.rejects(first, { code: 'cancelled' });
  await assert.rejects(second, { code: 'cancelled' });
  assert.deepEqual(await next, [['1']]);
});

test("a converted Arrow file is cached in the user's folder, and nothing is added to the pond", () => {
  const cache = join(process.env['POND_CACHE_DIR'] ?? '', 'derived');
  const names = readdirSync(cache, { recursive: true }).map(String);
  assert.ok(names.some((name) => /^[0-9a-f]{2}[\\/][0-9a-f]{64}$/.test(name)));
  assert.ok(!existsSync(join(made.pond.directory, '_pond', 'cache', 'arrow')));
});
