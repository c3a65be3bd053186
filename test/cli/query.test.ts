/** `pond query`: where the text comes from, parameters, formats, and what a terminal shows. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { after, before, test, type TestContext } from 'node:test';
import { tableFromIPC } from 'apache-arrow';
import { withPager } from '../../client/cli/pager.ts';
import { printRows } from '../../client/cli/resultTable.ts';
import { openTerminal } from '../../client/cli/terminal.ts';
import { makeTemporaryDirectory } from '../support/temporaryDirectory.ts';
import { temporaryFolder } from '../support/folder.ts';
import { type Ended, runPond, runPondProcess } from '../support/pondCommand.ts';

const shared = makeTemporaryDirectory('pond-test');
const cwd = shared.path;
after(() => shared.remove());

before(async () => {
  assert.equal((await runPond(['init'], { cwd })).status, 0);
  const rows = 'station,day,level\nA,2026-01-01,1.5\nB,2026-01-02,2.5\nC,2026-01-03,\n';
  assert.equal((await runPond(['write', '/levels.csv'], { cwd, input: rows })).status, 0);
});

const query = (args: readonly string[], input = ''): Promise<Ended> => runPond(['query', ...args], { cwd, input });

async function csv(args: readonly string[], input = ''): Promise<string> {
  const { status, stdout, stderr } = await query(['--format', 'csv', ...args], input);
  assert.equal(status, 0, stderr);
  return stdout;
}

async function failure(args: readonly string[]): Promise<string> {
  const { status, stderr } = await query(args);
  assert.notEqual(status, 0);
  return stderr;
}

test('a query is an argument, a file, or standard input', async () => {
  const sql = '-- the stations\nSELECT station FROM "/levels.csv" ORDER BY ALL;\n';
  writeFileSync(join(cwd, 'stations.sql'), sql);
  const expected = 'station\nA\nB\nC\n';
  assert.equal(await csv(['-f', 'stations.sql']), expected);
  assert.equal(await csv(['-'], sql), expected);
  assert.equal(await csv(['-f', '-'], sql), expected);
  assert.match(await failure([]), /error\[usage\]: a query is missing\nhint: .*-f FILE/);
  assert.match(await failure(['-f', 'stations.sql', 'SELECT 1']), /given twice/);
  assert.match(await failure(['-f', 'none.sql']), /error\[not-found\]/);
});

test('a parameter has the type that the query needs, or the one that is stated, or is text', async () => {
  const levels = 'SELECT station FROM "/levels.csv"';
  assert.equal(await csv(['--param', 'min=2', `${levels} WHERE level > $min`]), 'station\nB\n');
  assert.equal(
    await csv(['--param', '$since=2026-01-02', `${levels} WHERE day >= $since ORDER BY ALL`]),
    'station\nB\nC\n',
  );
  assert.equal(
    await csv(['--param', 'n=1', '--param', 's=A', `${levels} WHERE station <> $s LIMIT $n`]),
    'station\nB\n',
  );
  assert.equal(await csv(['--param', '1=C', `${levels} WHERE station = ?`]), 'station\nC\n');
  assert.equal(await csv(['--param', 'x=01', 'SELECT $x AS x, typeof($x) AS t']), 'x,t\n01,VARCHAR\n');
  const isSame = "SELECT TIMESTAMP '2026-01-02' = $t AS same";
  assert.equal(await csv(['--param', 't=2026-01-02T01:00:00+01:00', isSame]), 'same\ntrue\n');
  assert.equal(await csv(['--param', 'x:DECIMAL(4,2)=1.5', 'SELECT $x + 1 AS x']), 'x\n2.50\n');
  assert.equal(await csv(['--param', 'x:date=2026-01-31', 'SELECT $x + 1 AS x']), 'x\n2026-02-01\n');
  assert.equal(await csv(['--param', 'x==', 'SELECT $x AS x']), 'x\n=\n');
  assert.match((await query(['--param', 'min=2', `EXPLAIN ${levels} WHERE level > $min`])).stdout, /FILTER|READ_CSV/);
});

test('a value is data, and never becomes a part of the statement', async () => {
  for (const value of ["' OR true --", "A'; DROP TABLE x; --", '/levels.csv', '$min', '\\']) {
    assert.equal(
      await csv(['--param', `x=${value}`, 'SELECT $x = $y AS same', '--param', `y=${value}`]),
      'same\ntrue\n',
    );
    assert.equal(
      await csv(['--param', `x=${value}`, 'SELECT station FROM "/levels.csv" WHERE station = $x']),
      'station\n',
    );
  }
  assert.match(
    await failure(['--param', "x:INTEGER) FROM read_text('/etc/passwd') --=1", 'SELECT $x']),
    /name of a type/,
  );
});

test('a parameter that does not fit is an error that names it', async () => {
  const sql = 'SELECT * FROM "/levels.csv" WHERE level > $min';
  assert.match(
    await failure([sql]),
    /error\[query-invalid\]: the parameter \$min has no value \(line 1, column 43\)\nhint: .*--param min=VALUE/,
  );
  assert.match(await failure(['--param', 'min=high', sql]), /the parameter \$min takes DOUBLE, got "high"/);
  assert.match(await failure(['--param', 'min=1', '--param', 'max=2', sql]), /no parameter \$max: it has \$min/);
  assert.match(await failure(['--param', 'min=1', 'SELECT 1']), /no parameter \$min: it has none/);
  assert.match(await failure(['--param', 'min:NUMBER=1', sql]), /expected the name of a type for \$min/);
  assert.match(await failure(['--param', 'min', sql]), /error\[usage\]: expected a parameter as NAME=VALUE/);
  assert.match(await failure(['--param', 'min=1', '--param', 'MIN=2', sql]), /given twice/);
});

test('the format follows from the extension of the file', async (t) => {
  const folder = temporaryFolder(t);
  const sql = 'SELECT 9007199254740993 AS n';
  const contents = {
    'a.csv': 'n\n9007199254740993\n',
    'a.json': '[\n\t{"n":9007199254740993}\n]\n',
    'a.ndjson': '{"n":9007199254740993}\n',
    'a.jsonl': '{"n":9007199254740993}\n',
    'a.md': '| n |\n| ---: |\n| 9007199254740993 |\n',
  };
  for (const [name, content] of Object.entries(contents)) {
    assert.equal((await query(['-o', join(folder, name), sql])).status, 0);
    assert.equal(readFileSync(join(folder, name), 'utf8'), content);
  }
  for (const name of ['a.arrow', 'a.feather', 'a.ipc']) {
    assert.equal((await query(['-o', join(folder, name), sql])).status, 0);
    assert.equal(tableFromIPC(readFileSync(join(folder, name))).get(0)?.['n'], 9007199254740993n);
  }
  for (const [name, magic] of Object.entries({ 'a.parquet': 'PAR1', 'a.xlsx': 'PK' })) {
    assert.equal((await query(['-o', join(folder, name), sql])).status, 0);
    assert.ok(readFileSync(join(folder, name), 'latin1').startsWith(magic));
  }
  assert.match(await failure(['-o', join(folder, 'a.doc'), sql]), /implies no format\nhint: .*\.xlsx/);
  assert.match(await failure(['--format', 'doc', sql]), /hint: Use table, csv, .*or xlsx/);
});

test('every format goes through a pipe', async () => {
  const { stdout } = await query(['--format', 'ndjson', 'SELECT x FROM range(2) t(x)']);
  assert.equal(stdout, '{"x":0}\n{"x":1}\n');
  assert.match((await query(['--format', 'parquet', 'SELECT 1 AS a'])).stdout, /^PAR1[^]*PAR1$/);
  assert.match((await query(['--format', 'arrow', 'SELECT 1 AS a'])).stdout, /^ARROW1[^]*ARROW1$/);
  assert.match((await runPondProcess(['query', '--format', 'xlsx', 'SELECT 1 AS a'], { cwd })).stdout, /^PK/);
});

test('a pipe gets every row, and --limit limits a table', async () => {
  const sql = 'SELECT x FROM range(2500) t(x)';
  const all = await query([sql]);
  assert.equal(all.stdout.split('\n').length, 2503);
  assert.doesNotMatch(all.stderr, /hint/);
  const some = await query(['--limit', '2', sql]);
  assert.equal(some.stdout, '    x\nBIGINT\n     0\n     1\n'.replace('    x', '     x'));
  assert.match(
    some.stderr,
    /^2500 rows in \d+ ms\nhint: Only the first 2 rows are shown; '--limit all' shows every row\.\n$/,
  );
  assert.match(await failure(['--limit', '0', sql]), /--limit takes a whole number from 1/);
  assert.match(await failure(['--limit', '1', '--format', 'csv', sql]), /--limit is for tables/);
});

test('NULL and a text of these letters differ', async () => {
  const { stdout } = await query([`SELECT NULL AS a, 'NULL' AS b, '\\xFFa'::BLOB AS c`]);
  assert.equal(stdout.split('\n').at(2)?.trim().replaceAll(/ +/g, ' '), String.raw`NULL 'NULL' \xFFa`);
});

/** The terminal of a person, whose standard output is kept. */
function personTerminal(): { readonly terminal: ReturnType<typeof openTerminal>; readonly printed: () => string } {
  const stream = (): PassThrough & { isTTY: true } => Object.assign(new PassThrough(), { isTTY: true as const });
  const [stdin, stdout, stderr] = [stream(), stream(), stream()];
  let printed = '';
  stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  return { terminal: openTerminal({ stdin, stdout, stderr }), printed: () => printed };
}

async function withPagerVariable(t: TestContext, value: string): Promise<void> {
  const before = process.env['PAGER'];
  t.after(() => (before === undefined ? delete process.env['PAGER'] : (process.env['PAGER'] = before)));
  process.env['PAGER'] = value;
  await Promise.resolve();
}

test(
  'a pager gets the text on a terminal, unless it is unwanted',
  { skip: process.platform === 'win32' },
  async (t) => {
    const file = join(temporaryFolder(t), 'paged');
    await withPagerVariable(t, `cat > '${file}'`);
    const { terminal, printed } = personTerminal();
    await withPager(terminal, true, (screen) => screen.print('rows\n'));
    assert.equal(readFileSync(file, 'utf8'), 'rows\n');
    assert.equal(printed(), '');
    await withPager(terminal, false, (screen) => screen.print('direct\n'));
    assert.equal(printed(), 'direct\n');
    process.env['PAGER'] = '';
    await withPager(terminal, true, (screen) => screen.print('again\n'));
    assert.equal(printed(), 'direct\nagain\n');
    process.env['PAGER'] = 'duckpond-has-no-such-pager 2>/dev/null';
    await withPager(terminal, true, (screen) => screen.print('fallback\n'));
    assert.equal(printed(), 'direct\nagain\nfallback\n');
  },
);

test('a pager that ends early ends the output', { skip: process.platform === 'win32' }, async (t) => {
  await withPagerVariable(t, 'head -n 1 > /dev/null');
  const { terminal } = personTerminal();
  let windows = 0;
  const call = (): Promise<unknown> =>
    Promise.resolve({ start: 0, columns: [Array.from({ length: 10_000 }, () => `${(windows += 1)}`)] });
  const result = { resultId: 'r', columns: [{ name: 'a', type: 'VARCHAR' }], rowCount: 1e12, elapsedMs: 0 };
  await withPager(terminal, true, async (screen) => {
    await printRows({ call } as unknown as Parameters<typeof printRows>[0], screen, result, result.rowCount);
  });
  assert.ok(windows > 0);
});
