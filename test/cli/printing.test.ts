import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { printable, printableLines } from '../../server/src/base/printable.ts';
import { table } from '../../client/cli/format.ts';
import { runLine } from '../../client/cli/runText.ts';
import { temporaryFolder } from '../support/folder.ts';
import { runPond, runPondProcess } from '../support/pondCommand.ts';

async function newPond(t: TestContext): Promise<string> {
  const folder = temporaryFolder(t);
  assert.equal((await runPond(['init'], { cwd: folder })).status, 0);
  return folder;
}

test('control characters are shown as escapes, so that no name can move the cursor', () => {
  assert.equal(printable('a\x1b[31mb\nc\td\x7f\u0085é'), 'a\\x1b[31mb\\nc\\td\\x7f\\x85é');
  assert.equal(printableLines('a\x1b[31mb\nc\td'), 'a\\x1b[31mb\nc\td');
  assert.equal(table([['a\nb', 'c']]), 'a\\nb  c\n');
});

test('characters that reorder a name or are invisible in it are shown as escapes; joiners stay where they join', () => {
  const shown: Readonly<Record<string, string>> = {
    'invoice\u202efdp.exe': 'invoice\\u202efdp.exe',
    'a\u200bb\u2066c\ufeff': 'a\\u200bb\\u2066c\\ufeff',
    'a\u200db': 'a\\u200db',
    '\ud800': '\\ud800',
    'a\u{e0041}': 'a\\u{e0041}',
    'data\u3164.csv': 'data\\u3164.csv',
    '👩‍🔬 می‌خواهم é 日本': '👩‍🔬 می‌خواهم é 日本',
  };
  for (const [name, text] of Object.entries(shown))
    assert.deepEqual([printable(name), printableLines(name)], [text, text]);
});

test('a name with control characters is listed on one line, and unchanged in JSON', async (t) => {
  const folder = await newPond(t);
  await runPond(['touch', '/red\x1b[31m\nname'], { cwd: folder });
  assert.equal((await runPond(['ls'], { cwd: folder })).stdout, 'red\\x1b[31m\\nname\n');
  const { stdout } = await runPond(['--json', 'ls'], { cwd: folder });
  assert.equal((JSON.parse(stdout) as { name: string }[])[0]?.name, 'red\x1b[31m\nname');
});

test('a query plan is printed as it is drawn', async (t) => {
  const folder = await newPond(t);
  const { stdout } = await runPond(['query', 'EXPLAIN SELECT 42'], { cwd: folder });
  assert.match(stdout, /^┌─+┐\n/m);
});

test('a query result is written in the format of the file name', async (t) => {
  const folder = await newPond(t);
  const ended = await runPond(['query', 'SELECT 42 AS answer', '-o', 'answer.csv'], { cwd: folder });
  assert.deepEqual({ ...ended, stderr: '' }, { status: 0, stdout: '1 row written to answer.csv\n', stderr: '' });
  assert.equal(readFileSync(join(folder, 'answer.csv'), 'utf8'), 'answer\n42\n');
});

test('an output that cannot be written exits with 7 and an explanation', async (t) => {
  const folder = await newPond(t);
  await runPond(['touch', '/a'], { cwd: folder });
  const script = fileURLToPath(new URL('../../out/pond.mjs', import.meta.url));
  // A file that is open for reading only refuses output.
  const unwritable = openSync(script, 'r');
  t.after(() => closeSync(unwritable));
  const stdio = ['ignore', unwritable, 'pipe'] as const;
  const ended = spawnSync(process.execPath, [script, 'ls'], { cwd: folder, stdio: [...stdio], encoding: 'utf8' });
  assert.equal(ended.status, 7);
  assert.match(ended.stderr, /^error\[storage-failed\]: cannot write to standard output: EBADF/);
});

test('an error without a hint gets one', async (t) => {
  const folder = await newPond(t);
  const { stderr } = await runPond(['mkdir', '/a/b'], { cwd: folder });
  assert.equal(stderr, "error[not-found]: nothing is at /a\nhint: 'pond mkdir -p' creates the parents too.\n");
});

test('the version is that of the package', async (t) => {
  const folder = temporaryFolder(t);
  const file = new URL('../../package.json', import.meta.url);
  const { version } = JSON.parse(readFileSync(file, 'utf8')) as { version: string };
  const stdout = `pond ${version}\n`;
  assert.deepEqual(await runPondProcess(['--version'], { cwd: folder }), { status: 0, stdout, stderr: '' });
});

test('a hard link is refused', async (t) => {
  const folder = await newPond(t);
  const ended = await runPond(['ln', '/a', '/b'], { cwd: folder });
  assert.deepEqual(
    [ended.status, ended.stderr],
    [2, 'error[usage]: only symbolic links can be created\nhint: Usage: pond ln -s TARGET PATH\n'],
  );
});

test('skipped files of an import or export are reported on standard error, in twenty lines and a count', async (t) => {
  const folder = await newPond(t);
  mkdirSync(join(folder, 'in'));
  for (let n = 10; n < 32; n++) symlinkSync('nowhere', join(folder, `in/${n}\n`));
  const lines = (await runPond(['import', 'in', '/'], { cwd: folder })).stderr.split('\n');
  assert.equal(lines[0], `pond: skipped ${folder}/in/10\\n: it is a link that leads nowhere`);
  assert.deepEqual([lines.length, ...lines.slice(20)], [22, 'pond: and 2 more skipped', '']);
  await runPond(['ln', '-s', '/in', '/link'], { cwd: folder });
  assert.deepEqual(await runPond(['export', '/', 'out'], { cwd: folder }), {
    status: 0,
    stdout: 'exported 0 files, 1 directory, 0 B\n',
    stderr: 'pond: skipped /link: it is a link to a directory\n',
  });
});

test('later rows are aligned with earlier ones, and a wider row widens the columns', () => {
  const widths: number[] = [];
  assert.equal(table([['name', 'n']], new Set([1]), widths), 'name  n\n');
  assert.equal(table([['a', '1']], new Set([1]), widths), 'a     1\n');
  assert.equal(table([['longer', '10']], new Set([1]), widths), 'longer  10\n');
  assert.equal(table([['a', '1']], new Set([1]), widths), 'a        1\n');
});

test('columns are aligned in any script', () => {
  assert.equal(
    table([
      ['漢字', 'x'],
      ['é', 'y'],
      ['abcde', 'z'],
    ]),
    '漢字   x\né      y\nabcde  z\n',
  );
  assert.equal(
    table([
      ['e\u0301', 'x'],
      ['ab', 'y'],
    ]),
    'e\u0301   x\nab  y\n',
  );
});

test('a table shows the beginning of a long value, and says how to see all of it', async (t) => {
  const folder = temporaryFolder(t);
  await runPond(['init'], { cwd: folder });
  const sql = "SELECT repeat('x', 1000) AS a";
  const shown = await runPond(['query', sql], { cwd: folder });
  assert.equal(shown.stdout, `a\nVARCHAR\n${'x'.repeat(199)}…\n`);
  assert.match(shown.stderr, /^hint: '--format csv' and '--format json' write long values in full\.$/m);
  const whole = await runPond(['query', '--format', 'csv', sql], { cwd: folder });
  assert.deepEqual([whole.stdout, whole.stderr], [`a\n${'x'.repeat(1000)}\n`, '']);
});

test('the root is shown by its path', async (t) => {
  const folder = temporaryFolder(t);
  await runPond(['init'], { cwd: folder });
  assert.match((await runPond(['stat', '/'], { cwd: folder })).stdout, /^path +\/\n/);
});

test('the message of a run is one line, as long as its error is', () => {
  const error = { code: 'query-invalid', message: 'no column "temp C"!\nCandidates: "temp_C"\n\n"time"' } as const;
  const none = { rows: 0, bytes: 0, files: 0, notes: [], commit: null, unrecorded: 0 };
  const run = { ...none, resource: 'Derive/a', id: '', status: 'failed', started: '2026-01-01T00:00:00Z' } as const;
  const line = runLine({ ...run, durationMs: 0, error });
  assert.equal(line, '2026-01-01 00:00 UTC failed, 0.00 s: no column "temp C"! Candidates: "temp_C" "time"');
});
