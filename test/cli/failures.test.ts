import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { temporaryFolder } from '../support/folder.ts';
import { runPond, startPond } from '../support/pondCommand.ts';

const dashes = ' A path that begins with - goes after --.';

/** Hint that follows the error of a path that does not exist. */
const lsHint = "hint: 'pond ls' shows what is there, and 'pond ls --at V' what was.";

async function newPond(t: TestContext): Promise<string> {
  const folder = temporaryFolder(t);
  assert.equal((await runPond(['init'], { cwd: folder })).status, 0);
  return folder;
}

/** Resolves when a command holds the lock of the folder's pond, that is, when the command is running. */
async function lockHeld(folder: string): Promise<void> {
  const working = join(folder, '.pond/_pond');
  const isHeld = (name: string): boolean => {
    try {
      return name.startsWith('lock.') && readFileSync(join(working, name), 'utf8').includes('"pid"');
    } catch {
      // The next holder creates its lock before it removes this one.
      return false;
    }
  };
  while (!readdirSync(working).some(isHeld)) await new Promise((resolve) => setImmediate(resolve));
}

/**
 * Checks that a command prints nothing to standard output, exactly these lines to standard error, and exits with the
 * status.
 */
async function checkFails(folder: string, args: readonly string[], status: number, ...lines: string[]): Promise<void> {
  const ended = await runPond(args, { cwd: folder });
  const stderr = ended.stderr.replaceAll(folder, 'FOLDER');
  const expected = { status, stdout: '', stderr: lines.map((line) => `${line}\n`).join('') };
  assert.deepEqual({ ...ended, stderr }, expected, `pond ${args.join(' ')}`);
}

test('a command line that is not well formed exits with 2 and shows the usage', async (t) => {
  const folder = temporaryFolder(t);
  await checkFails(folder, ['lst'], 2, "error[usage]: 'lst' is not a verb of pond", 'hint: Did you mean "ls"?');
  await checkFails(folder, ['--pond', 'x'], 2, 'error[usage]: a verb is missing', "hint: See 'pond help'.");
  await checkFails(
    folder,
    ['cat'],
    2,
    "error[usage]: too few arguments for 'cat'",
    'hint: Usage: pond cat [--at V] PATH|GLOB...',
  );
  await checkFails(
    folder,
    ['mv', 'a', 'b', 'c'],
    2,
    "error[usage]: too many arguments for 'mv'",
    'hint: Usage: pond mv A B',
  );
  await checkFails(
    folder,
    ['ls', '--frob'],
    2,
    'error[usage]: ls has no option --frob',
    `hint: See 'pond help ls'.${dashes}`,
  );
  await checkFails(
    folder,
    ['commit'],
    2,
    'error[usage]: a commit needs a message',
    'hint: Usage: pond commit -m TEXT [PATH...]',
  );
  await checkFails(
    folder,
    ['query', '--format', 'xml', 'SELECT 1'],
    2,
    "error[usage]: 'xml' is not a format",
    'hint: Use table, csv, json, ndjson, parquet, arrow, markdown, or xlsx.',
  );
});

test('a missing pond is reported', async (t) => {
  const folder = temporaryFolder(t);
  const hint = "hint: Name one with --pond DIR or the variable POND, or create one with 'pond init'.";
  await checkFails(folder, ['ls'], 3, 'error[pond-not-found]: there is no pond in this folder or above it', hint);
  await checkFails(
    folder,
    ['--pond', 'x', 'ls'],
    3,
    'error[pond-not-found]: there is no pond at FOLDER/x',
    "hint: 'pond init' makes one.",
  );
  writeFileSync(join(folder, 'file'), '');
  await checkFails(
    folder,
    ['--pond', 'file', 'ls'],
    3,
    'error[pond-not-found]: there is no pond at FOLDER/file',
    "hint: 'pond init' makes one.",
  );
});

test('paths that do not exist, leave the pond or form a circle are refused', async (t) => {
  const folder = await newPond(t);
  await runPond(['ln', '-s', '/b', '/a'], { cwd: folder });
  await runPond(['ln', '-s', '/a', '/b'], { cwd: folder });
  await runPond(['mkdir', '/d'], { cwd: folder });
  await checkFails(folder, ['cat', '/x'], 3, 'error[not-found]: nothing is at /x', lsHint);
  await checkFails(
    folder,
    ['cat', '/d'],
    1,
    'error[is-a-directory]: expected a file at /d, got a directory',
    'hint: Name a file in it.',
  );
  await checkFails(
    folder,
    ['cat', '/../x'],
    5,
    'error[path-escapes]: /../x leads out of /',
    'hint: Use a path that stays in the pond.',
  );
  await checkFails(
    folder,
    ['cat', '/a'],
    1,
    'error[symlink-loop]: too many links: /a leads on to /b',
    "hint: 'pond ls -l' shows where links point; replace one of them.",
  );
  await checkFails(
    folder,
    ['mkdir', '/d'],
    4,
    'error[already-exists]: a directory is at /d already',
    'hint: Choose another name, or remove the existing entry first.',
  );
  await checkFails(
    folder,
    ['cat', '--at', '9', '/x'],
    3,
    "error[version-not-found]: no commit is '9': commits go from 0 to 0",
    "hint: 'pond log' lists the commits, 'pond tag' the tags.",
  );
  await checkFails(
    folder,
    ['touch', `/${'n'.repeat(256)}`],
    2,
    `error[invalid-path]: a name is longer than 255 bytes: "${'n'.repeat(256)}"`,
  );
});

test('the root cannot be removed, a directory cannot be copied into itself, and /proc cannot hold a pond', async (t) => {
  const folder = await newPond(t);
  await runPond(['mkdir', '/d'], { cwd: folder });
  await checkFails(folder, ['rm', '-r', '/'], 2, 'error[invalid-path]: the root cannot be moved or removed');
  await checkFails(folder, ['cp', '-r', '/d', '/d/in'], 2, 'error[invalid-path]: /d cannot go into itself, to /d/in');
  if (process.platform === 'linux') assert.equal((await runPond(['init', '/proc/foo'], { cwd: folder })).status, 7);
});

test('an import of missing or colliding files stages nothing', async (t) => {
  const folder = await newPond(t);
  writeFileSync(join(folder, 'good'), 'good');
  await runPond(['mkdir', '-p', '/d/good'], { cwd: folder });
  await checkFails(
    folder,
    ['import', 'good', 'bad', '/e'],
    3,
    'error[not-found]: nothing is at FOLDER/bad on this machine',
    'hint: Check the spelling of the host path.',
  );
  await checkFails(
    folder,
    ['import', 'good', '/d'],
    1,
    'error[is-a-directory]: expected a file at /d/good, got a directory',
    'hint: Import into another directory, or remove the existing one first.',
  );
  const { stdout } = await runPond(['ls', '-R'], { cwd: folder });
  assert.equal(stdout, '/d/\n/d/good/\n');
});

test('an export does not follow a link out of its folder', async (t) => {
  const folder = await newPond(t);
  mkdirSync(join(folder, 'elsewhere'));
  mkdirSync(join(folder, 'out'));
  symlinkSync(join(folder, 'elsewhere'), join(folder, 'out/d'));
  await runPond(['mkdir', '/d'], { cwd: folder });
  await runPond(['touch', '/d/file'], { cwd: folder });
  const hint = 'hint: Remove the link, or write to another directory.';
  await checkFails(
    folder,
    ['export', '/d', 'out'],
    5,
    'error[path-escapes]: FOLDER/out/d is a link and may lead out of FOLDER/out',
    hint,
  );
  assert.deepEqual(readdirSync(join(folder, 'elsewhere')), []);
});

test('SQL that does not parse, reads the host or writes is refused with its position', async (t) => {
  const folder = await newPond(t);
  writeFileSync(join(folder, 'secret.csv'), 'a\n1\n');
  await runPond(['write', '/bad.parquet'], { cwd: folder, input: 'PAR1 cut short' });
  const check = async (sql: string, pattern: RegExp): Promise<void> => {
    const { status, stdout, stderr } = await runPond(['query', sql], { cwd: folder });
    assert.equal(stdout, '');
    assert.match(stderr, pattern);
    assert.ok(status === 8 || status === 3 || status === 1, `status ${status}`);
  };
  await check('SELEC 1', /^error\[query-invalid\]: .*syntax error.*SELEC.*\(line 1, column 1\)\n$/);
  await check(`SELECT * FROM read_csv('${join(folder, 'secret.csv')}')`, /^error\[not-found\]: no file is at .*\n/);
  await check(`SELECT * FROM read_csv('secret.csv')`, /^error\[query-forbidden\]: .*\n/);
  await check('CREATE TABLE t (n INTEGER)', /^error\[query-forbidden\]: .*\n/);
  await check(`COPY (SELECT 1) TO '${join(folder, 'made.csv')}'`, /^error\[query-forbidden\]: .*\n/);
  await check('SELECT * FROM "/bad.parquet"', /^error\[invalid-content\]: .*\/bad\.parquet.*\n/);
  await check(
    'SELECT * FROM "/missing.csv"',
    /^error\[not-found\]: no file is at \/missing\.csv \(line 1, column 15\)\nhint: 'pond ls' .*.\n$/,
  );
  assert.deepEqual(readdirSync(folder).sort(), ['.pond', 'secret.csv']);
});

test('a damaged pond is reported as damaged, and is not damaged further', async (t) => {
  const folder = await newPond(t);
  await runPond(['touch', '/x'], { cwd: folder });
  await runPond(['commit', '-m', 'x'], { cwd: folder });
  const log = join(folder, '.pond/_delta_log');
  const first = readdirSync(log).sort()[0] ?? '';
  writeFileSync(join(log, first), '{"torn');
  const before = readdirSync(join(folder, '.pond')).sort();
  const { status, stdout, stderr } = await runPond(['ls'], { cwd: folder });
  assert.deepEqual({ status, stdout }, { status: 6, stdout: '' });
  assert.match(stderr, /^error\[pond-damaged\]: .+\n/);
  assert.deepEqual(readdirSync(join(folder, '.pond')).sort(), before);
  assert.equal(readFileSync(join(log, first), 'utf8'), '{"torn');
});

test('Ctrl+C during an import exits with 130 and stages nothing', async (t) => {
  const folder = await newPond(t);
  mkdirSync(join(folder, 'many'));
  for (let n = 0; n < 5000; n++) writeFileSync(join(folder, 'many', `${n}.txt`), `${n}`);
  const { process: child, ended } = startPond(['import', 'many', '/'], { cwd: folder, input: '' });
  await lockHeld(folder);
  child.kill('SIGINT');
  assert.deepEqual(await ended, { status: 130, stdout: '', stderr: 'error[cancelled]: the operation was cancelled\n' });
  const status = await runPond(['--json', 'diff'], { cwd: folder });
  assert.deepEqual(JSON.parse(status.stdout), []);
  assert.equal((await runPond(['touch', '/after'], { cwd: folder })).status, 0);
});

// A service manager sends SIGTERM, and a closing terminal sends SIGHUP.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  test(`${signal} during a write from standard input exits with 130 and stages nothing`, async (t) => {
    const folder = await newPond(t);
    const { process: child, ended } = startPond(['write', '/x'], { cwd: folder });
    child.stdin?.write('half of it');
    await lockHeld(folder);
    child.kill(signal);
    assert.deepEqual(await ended, {
      status: 130,
      stdout: '',
      stderr: 'error[cancelled]: the operation was cancelled\n',
    });
    assert.equal((await runPond(['ls'], { cwd: folder })).stdout, '');
  });
}

test('a command whose output is no longer read exits silently', async (t) => {
  const folder = await newPond(t);
  await runPond(['write', '/big'], { cwd: folder, input: Buffer.alloc(10_000_000) });
  const { process: child, ended } = startPond(['cat', '/big'], { cwd: folder, input: '' });
  child.stdout?.once('data', () => child.stdout?.destroy());
  const { stderr } = await ended;
  assert.equal(stderr, '');
});

test('a command waits for a busy writer, and names one that does not finish', async (t) => {
  const folder = await newPond(t);
  const { process: child, ended } = startPond(['write', '/x'], { cwd: folder });
  await lockHeld(folder);
  const late = await runPond(['touch', '/z'], { cwd: folder });
  assert.equal(late.status, 4);
  assert.match(
    late.stderr,
    new RegExp(`^error\\[lock-held\\]: process ${child.pid} on \\S+ is writing this pond\nhint: .+.\n$`),
  );
  const waiting = runPond(['touch', '/y'], { cwd: folder });
  child.stdin?.end('done');
  assert.equal((await ended).status, 0);
  assert.deepEqual(await waiting, { status: 0, stdout: '', stderr: '' });
  assert.equal((await runPond(['ls'], { cwd: folder })).stdout, 'x\ny\n');
});
