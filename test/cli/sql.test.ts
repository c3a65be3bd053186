/** `pond sql`: statements that a person types, and scripts. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { after, before, test, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { openSession } from '../../client/cli/session.ts';
import { placedStatements, splitScript } from '../../client/cli/sqlScript.ts';
import { sql } from '../../client/cli/sqlVerb.ts';
import { openTerminal } from '../../client/cli/terminal.ts';
import { connectLocal } from '../../server/src/main.ts';
import { makeTemporaryDirectory } from '../support/temporaryDirectory.ts';
import { runPond, startPond } from '../support/pondCommand.ts';

const shared = makeTemporaryDirectory('pond-test');
const cwd = shared.path;
const data = join(cwd, 'data');

before(async () => {
  assert.equal((await runPond(['init'], { cwd })).status, 0);
  assert.equal((await runPond(['write', '/levels.csv'], { cwd, input: 'station,level m\nA,1.5\nB,2.5\n' })).status, 0);
});
after(() => shared.remove());

/** A person at a terminal with `pond sql`. */
interface Person {
  type(text: string): void;
  /** Waits until the terminal shows a text, and returns everything that it showed since the last wait. */
  see(pattern: RegExp): Promise<string>;
  readonly ended: Promise<unknown>;
}

function sit(t: TestContext): Person {
  const before = process.env['POND_DATA_DIR'];
  process.env['POND_DATA_DIR'] = data;
  const stream = (): PassThrough & { isTTY: true } => Object.assign(new PassThrough(), { isTTY: true as const });
  const [stdin, stdout, stderr] = [stream(), stream(), stream()];
  const changed = new PassThrough();
  let shown = '';
  for (const output of [stdout, stderr]) {
    output.on('data', (chunk: Buffer) => {
      shown += chunk.toString();
      changed.emit('shown');
    });
  }
  const terminal = openTerminal({ stdin, stdout, stderr });
  const host = connectLocal();
  const line = { name: 'sql', verb: sql, pond: join(cwd, '.pond'), json: false, help: false };
  const session = openSession(
    { ...line, texts: {}, lists: {}, flags: new Set(), positionals: [] },
    { host, terminal, signal: new AbortController().signal, warn: () => undefined },
  );
  assert.ok('run' in sql);
  const ended = sql.run(session);
  t.after(async () => {
    stdin.end();
    await ended;
    await host.close();
    if (before === undefined) delete process.env['POND_DATA_DIR'];
    else process.env['POND_DATA_DIR'] = before;
  });
  return {
    type: (text) => void stdin.write(text),
    async see(pattern) {
      while (!pattern.test(shown)) await once(changed, 'shown');
      const seen = shown;
      shown = '';
      return seen;
    },
    ended,
  };
}

test('statements of several lines run one after another, and an error ends none but its own', async (t) => {
  const { type, see, ended } = sit(t);
  await see(/pond> /);
  type('SELECT station\nFROM "/levels.csv"\nORDER BY ALL; SELECT 40 + 2 AS answer;\n');
  const seen = await see(/42[^]*1 row in \d+ ms[^]*pond> /);
  assert.match(seen, /station\r?\nVARCHAR\r?\nA\r?\nB\r?\n/);
  type("SELECT 'a;b' AS t, ';' -- not the end;\n;\n");
  assert.match(await see(/1 row in/), /a;b/);
  type('SELECT none FROM "/levels.csv";\n');
  await see(/error\[query-invalid\][^]*pond> /);
  type('.schema levels.csv\n');
  await see(/level m[^]*DOUBLE[^]*pond> /);
  type('.format csv\nSELECT 1 AS a, 2 AS b;\n');
  await see(/a,b\r?\n1,2\r?\n/);
  type('.ls\n');
  await see(/\/levels\.csv\r?\n/);
  type('.nothing\n');
  await see(/'\.nothing' is not known/);
  type('.quit\n');
  await ended;
});

test('staged changes of other processes are seen, the history is kept for its owner, and Ctrl+D ends', async (t) => {
  const first = sit(t);
  await first.see(/pond> /);
  first.type('SELECT count(*) AS n FROM "/*.csv";\n');
  await first.see(/BIGINT\r?\n *2\r?\n/);
  assert.equal((await runPond(['write', '/more.csv'], { cwd, input: 'station,level m\nC,3.5\n' })).status, 0);
  first.type('SELECT count(*) AS n FROM "/*.csv";\n');
  await first.see(/BIGINT\r?\n *3\r?\n/);
  first.type('\u0004');
  await first.ended;
  const file = join(data, 'sql_history');
  assert.match(readFileSync(file, 'utf8'), /SELECT count\(\*\) AS n FROM/);
  if (process.platform !== 'win32') assert.equal(statSync(file).mode & 0o777, 0o600);
  const second = sit(t);
  await second.see(/pond> /);
  // The arrow up.
  second.type('\u001b[A');
  await second.see(/SELECT count\(\*\) AS n FROM "\/\*\.csv";/);
  second.type('\n');
  await second.see(/BIGINT\r?\n *3\r?\n/);
});

test('Ctrl+C cancels the query that runs, then the lines typed so far, and the next query runs', async (t) => {
  const { type, see } = sit(t);
  await see(/pond> /);
  type('SELECT count(*) FROM range(100000000000) a(x), range(1000) b(y) WHERE x % 7 = y;\n');
  await see(/y;\r?\n/);
  type('\u0003');
  await see(/cancelled[^]*pond> /);
  type('SELECT 1,\n');
  await see(/ -> /);
  type('\u0003');
  await see(/pond> /);
  type("SELECT 'still here' AS t;\n");
  await see(/still here[^]*1 row/);
});

test('Tab completes paths, columns, keywords and functions', async (t) => {
  const { type, see } = sit(t);
  await see(/pond> /);
  type('sel\t');
  await see(/select/);
  type(' * from "/lev\t');
  await see(/\/levels\.csv/);
  type('" where "lev\t');
  await see(/level m/);
  type('" > 2 and upp\t');
  await see(/upper\(/);
  type("station) = 'B';\n");
  await see(/B +2\.5[^]*1 row/);
});

test('a script with a command of a terminal in place of SQL is refused with its line, and what to use', async () => {
  for (const command of ['.tables', '.schema /levels.csv', '.mode csv']) {
    const { status, stderr } = await runPond(['sql'], { cwd, input: `SELECT 1;\n${command}\nSELECT 2;\n` });
    assert.equal(status, 2);
    assert.match(
      stderr,
      new RegExp(`line 2 of standard input: '\\${command.split(' ')[0]}' is not SQL\\nhint: 'pond ls'`),
    );
  }
  assert.equal((await runPond(['sql', '--format', 'csv'], { cwd, input: 'SELECT .5 AS a' })).stdout, 'a\n.5\n');
});

test('a script is split at the semicolons that end statements, and errors have the position in the script', async () => {
  assert.deepEqual(
    splitScript("SELECT ';'; SELECT 2").complete.map(({ text }) => text),
    ["SELECT ';'"],
  );
  assert.equal(splitScript("SELECT ';'; SELECT 2").rest, ' SELECT 2');
  assert.equal(splitScript('SELECT 1;\n').rest, '');
  assert.deepEqual([...placedStatements('SELECT 1;\n\n  SELECT 2;')], ['SELECT 1', '\n\n  SELECT 2']);
  const script = join(cwd, 'script.sql');
  writeFileSync(script, '-- two results\nSELECT 1 AS a;\nSELECT 2 AS b;\n');
  const done = await runPond(['sql', '--format', 'csv', '-f', script], { cwd });
  assert.deepEqual([done.status, done.stdout], [0, 'a\n1\nb\n2\n']);
  const piped = await runPond(['sql', '--format', 'csv'], { cwd, input: 'SELECT 3 AS c; SELECT nothing; SELECT 4;' });
  assert.equal(piped.stdout, 'c\n3\n');
  assert.equal(piped.status, 8);
  assert.match(piped.stderr, /line 1, column 23/);
  assert.match((await runPond(['sql', '--format', 'xlsx'], { cwd })).stderr, /xlsx is not text/);
});

test('a process runs what a pipe writes', async () => {
  const { process: child, ended } = startPond(['sql', '--format', 'csv'], { cwd });
  child.stdin?.end('SELECT count(*) AS n FROM "/levels.csv";');
  assert.deepEqual((await ended).stdout, 'n\n2\n');
});

test('a file may be a stream that the shell names', { skip: process.platform === 'win32' }, async () => {
  writeFileSync(join(cwd, 'streamed.sql'), 'SELECT count(*) AS n FROM "/levels.csv";');
  const pond = fileURLToPath(new URL('../../out/pond.mjs', import.meta.url));
  for (const [file, redirection] of [
    ['/dev/fd/7', '7< streamed.sql'],
    ['/dev/stdin', '< streamed.sql'],
  ] as const) {
    const command = `'${process.execPath}' '${pond}' sql --format csv -f ${file} ${redirection}`;
    const { stdout, stderr } = spawnSync('sh', ['-c', command], { cwd, encoding: 'utf8' });
    assert.equal(stdout, 'n\n2\n', stderr);
  }
  const closed = await runPond(['sql', '-f', '/dev/fd/987654'], { cwd });
  assert.deepEqual([closed.status, closed.stdout], [7, '']);
  const device = await runPond(['sql', '-f', '/dev/null'], { cwd });
  assert.match(device.stderr, /\/dev\/null is neither a file nor a folder\nhint: Pipes and devices/);
});
