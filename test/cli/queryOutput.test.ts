/** `query -o` writes to the target of the name, and replaces only regular files. */
import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { test, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from '../support/folder.ts';
import { type Ended, runPond, runPondProcess, startPond } from '../support/pondCommand.ts';

const isWindows = process.platform === 'win32';
const pondScript = fileURLToPath(new URL('../../out/pond.mjs', import.meta.url));
/** A bug must not replace a device of the machine: as root, a test uses names that cannot be replaced. */
const isRoot = process.getuid?.() === 0;
const standardOutput = isRoot ? '/proc/self/fd/1' : '/dev/stdout';
const csv = 'a,b\n1,x\n';
const sql = "SELECT 1 AS a, 'x' AS b";

interface Place {
  readonly folder: string;
  /** Runs the query with `-o`. */
  readonly write: (file: string, ...args: readonly string[]) => Promise<Ended>;
}

async function newPlace(t: TestContext): Promise<Place> {
  const folder = temporaryFolder(t);
  assert.equal((await runPond(['init'], { cwd: folder })).status, 0);
  const write = (file: string, ...args: readonly string[]): Promise<Ended> =>
    runPond(['query', ...args, '-o', file, sql], { cwd: folder });
  return { folder, write };
}

/** A device that accepts everything; undefined if the file system does not allow root to create one. */
function nullDevice(folder: string): string | undefined {
  if (!isRoot) return '/dev/null';
  const device = join(folder, 'device');
  return spawnSync('mknod', ['-m', '666', device, 'c', '1', '3']).status === 0 ? device : undefined;
}

/** Checks that the folder contains these files, and no temporary file. */
function checkNames(folder: string, ...names: readonly string[]): void {
  assert.deepEqual(readdirSync(folder).sort(), ['.pond', ...names].sort());
}

test('a link is kept, and its target contains the rows', { skip: isWindows }, async (t) => {
  const { folder, write } = await newPlace(t);
  mkdirSync(join(folder, 'far'));
  writeFileSync(join(folder, 'far/data.csv'), 'before\n');
  symlinkSync('far/data.csv', join(folder, 'near.csv'));
  symlinkSync('near.csv', join(folder, 'nearer.csv'));
  const ended = await write('nearer.csv');
  assert.deepEqual(ended, { status: 0, stdout: '1 row written to nearer.csv\n', stderr: '' });
  assert.equal(readlinkSync(join(folder, 'nearer.csv')), 'near.csv');
  assert.equal(readlinkSync(join(folder, 'near.csv')), 'far/data.csv');
  assert.equal(readFileSync(join(folder, 'far/data.csv'), 'utf8'), csv);
  // A dangling link creates its target, as in a shell.
  symlinkSync('far/new.csv', join(folder, 'new.csv'));
  assert.equal((await write('new.csv')).status, 0);
  assert.ok(lstatSync(join(folder, 'new.csv')).isSymbolicLink());
  assert.equal(readFileSync(join(folder, 'far/new.csv'), 'utf8'), csv);
  assert.deepEqual(readdirSync(join(folder, 'far')).sort(), ['data.csv', 'new.csv']);
  checkNames(folder, 'far', 'near.csv', 'nearer.csv', 'new.csv');
});

test('the target of a link is refused as if it were named directly', { skip: isWindows }, async (t) => {
  const { folder, write } = await newPlace(t);
  symlinkSync('circle.csv', join(folder, 'circle.csv'));
  symlinkSync('no/folder.csv', join(folder, 'nowhere.csv'));
  symlinkSync('.', join(folder, 'folder.csv'));
  symlinkSync('.pond/_pond/new', join(folder, 'inside.csv'));
  for (const [file, message] of [
    ['circle.csv', /is a circle of links/],
    ['nowhere.csv', /no folder is at/],
    ['folder.csv', /got a directory/],
    ['inside.csv', /is inside the pond's own folder/],
  ] as const) {
    const { status, stdout, stderr } = await write(file);
    assert.deepEqual([status !== 0, stdout], [true, ''], file);
    assert.match(stderr, message);
    assert.ok(lstatSync(join(folder, file)).isSymbolicLink());
  }
  assert.ok(!existsSync(join(folder, '.pond/_pond/new')));
});

test('a file that only its owner can read keeps its permissions', { skip: isWindows }, async (t) => {
  const { folder, write } = await newPlace(t);
  const file = join(folder, 'private.csv');
  writeFileSync(file, '');
  chmodSync(file, 0o600);
  assert.equal((await write('private.csv')).status, 0);
  assert.equal(statSync(file).mode & 0o777, 0o600);
  assert.equal(readFileSync(file, 'utf8'), csv);
  // A failure leaves it unchanged.
  linkSync(file, join(folder, 'again.csv'));
  const failed = await runPond(['query', '-o', 'private.csv', "SELECT CAST('x' AS INT)"], { cwd: folder });
  assert.notEqual(failed.status, 0);
  assert.equal(statSync(file).nlink, 2);
  checkNames(folder, 'again.csv', 'private.csv');
});

test('a named pipe receives the rows and is kept', { skip: isWindows }, async (t) => {
  const { folder, write } = await newPlace(t);
  const pipe = join(folder, 'pipe');
  execFileSync('mkfifo', [pipe]);
  const reader = spawn('cat', [pipe]);
  t.after(() => reader.kill('SIGKILL'));
  const [got, ended] = await Promise.all([text(reader.stdout), write('pipe', '--format', 'csv')]);
  assert.deepEqual(ended, { status: 0, stdout: '1 row written to pipe\n', stderr: '' });
  assert.equal(got, csv);
  assert.ok(lstatSync(pipe).isFIFO());
  checkNames(folder, 'pipe');
});

test('a result larger than a pipe arrives completely', { skip: isWindows }, async (t) => {
  const { folder } = await newPlace(t);
  execFileSync('mkfifo', [join(folder, 'pipe')]);
  const reader = spawn('wc', ['-l', join(folder, 'pipe')]);
  t.after(() => reader.kill('SIGKILL'));
  const args = ['query', '--format', 'csv', '-o', 'pipe', 'SELECT range AS n FROM range(300000)'];
  const [got, ended] = await Promise.all([text(reader.stdout), runPond(args, { cwd: folder })]);
  assert.equal(ended.status, 0, ended.stderr);
  assert.match(got, /^\s*300001 /);
});

test('Ctrl+C ends the wait for a reader of a named pipe', { skip: isWindows }, async (t) => {
  const { folder } = await newPlace(t);
  execFileSync('mkfifo', [join(folder, 'pipe')]);
  const temporary = temporaryFolder(t);
  const outputs = (): readonly string[] =>
    readdirSync(temporary, { recursive: true, encoding: 'utf8' }).filter((name) => basename(name) === 'content');
  const args = ['query', '--format', 'csv', '-o', 'pipe', sql];
  const { process: child, ended } = startPond(args, { cwd: folder, env: { TMPDIR: temporary } });
  t.after(() => child.kill('SIGKILL'));
  // The rows are available, and wait for a reader.
  while (outputs().length === 0) await new Promise((resolve) => setImmediate(resolve));
  child.kill('SIGINT');
  assert.equal((await ended).status, 130);
  assert.deepEqual(outputs(), []);
  checkNames(folder, 'pipe');
});

test('devices are written to', { skip: isWindows }, async (t) => {
  const { folder, write } = await newPlace(t);
  const device = nullDevice(folder);
  if (device === undefined) return t.skip('no device can be made here');
  symlinkSync(device, join(folder, 'null.csv'));
  for (const file of [device, 'null.csv']) {
    const ended = await write(file, '--format', 'csv');
    assert.deepEqual(ended, { status: 0, stdout: `1 row written to ${file}\n`, stderr: '' });
  }
  assert.ok(lstatSync(device).isCharacterDevice());
  assert.ok(lstatSync(join(folder, 'null.csv')).isSymbolicLink());
});

test('standard output receives the rows and nothing else', { skip: isWindows }, async (t) => {
  const { folder } = await newPlace(t);
  symlinkSync('/dev/fd/1', join(folder, 'out.csv'));
  for (const file of [standardOutput, '/dev/fd/1', 'out.csv']) {
    const ended = await runPondProcess(['query', '--format', 'csv', '-o', file, sql], { cwd: folder });
    assert.deepEqual(ended, { status: 0, stdout: csv, stderr: `1 row written to ${file}\n` });
  }
  const shell = (command: string): string => {
    const args = ['-c', command, 'bash', process.execPath, pondScript, sql];
    return execFileSync('bash', args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  };
  assert.equal(shell(`"$1" "$2" query --format csv -o ${standardOutput} "$3" | cat`), csv);
  assert.equal(shell('{ "$1" "$2" query --format csv -o >(cat >&3) "$3"; } 3>&1 >/dev/null | cat'), csv);
  shell(`{ echo first; "$1" "$2" query --format csv -o ${standardOutput} "$3"; echo last; } >kept.csv`);
  assert.equal(readFileSync(join(folder, 'kept.csv'), 'utf8'), `first\n${csv}last\n`);
});
