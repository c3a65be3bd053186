/** The terminal's `clone`: what it prints, which addresses it takes, and how the copy is shown. */
import assert from 'node:assert/strict';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { verbs } from '../../server/src/commands/verbs.ts';
import { type CloneInfo } from '../../server/src/protocol/commands.ts';
import { temporaryFolder } from '../support/folder.ts';
import { type Ended, runPond } from '../support/pondCommand.ts';

/** Commands in a folder with a pond of two commits. */
async function harbor(folder: string): Promise<(...args: readonly string[]) => Promise<Ended>> {
  const pond = (...args: readonly string[]) => runPond(args, { cwd: folder, input: 'x\n1\n' });
  for (const args of [['init'], ['write', '/a.csv'], ['commit', '-m', 'one']])
    assert.equal((await pond(...args)).status, 0, args.join(' '));
  return pond;
}

test('clone copies the pond of a folder, and says what was verified', async (t) => {
  const folder = temporaryFolder(t);
  const pond = await harbor(folder);
  const { status, stdout, stderr } = await pond('clone', '.', 'copy');
  assert.deepEqual([status, stderr], [0, '']);
  assert.match(stdout, /^copied file:\/\/\S+\.pond to \S+copy: 2 commits, fetched 2 files, \d+\.\d kB\n/);
  assert.match(stdout, /\nthe latest is commit 1 of .*\nthe hash of its tree, computed again, is [0-9a-f]{64}, as at/);
  assert.equal((await pond('--pond', 'copy', 'cat', '/a.csv')).stdout, 'x\n1\n');
  const shown = await pond('--pond', 'copy', 'status');
  assert.match(shown.stdout, /\na copy of pond [-0-9a-f]{36}, from file:\/\/\S+\nnothing staged\n$/);
  assert.equal((await pond('--pond', 'copy', 'check')).status, 0);
});

test('clone --at makes a copy that no command changes', async (t) => {
  const pond = await harbor(temporaryFolder(t));
  const { stdout } = await pond('--json', 'clone', '--at', 'HEAD~1', '.pond', 'old');
  const { head, commits, absent } = JSON.parse(stdout) as CloneInfo;
  assert.deepEqual([head.number, commits, absent], [0, 1, { files: 0, bytes: 0 }]);
  const refused = await pond('--pond', 'old', 'write', '/b.csv');
  assert.equal(refused.status, 5);
  assert.match(
    refused.stderr,
    /^error\[read-only\]: this is version 0 of the pond at file:.*\nhint: .*clone without --at/,
  );
  assert.match((await pond('--pond', 'old', 'status')).stdout, /version 0 of pond \S+, read-only, from file:/);
});

test('an address with several ponds is refused with their ids', async (t) => {
  const folder = temporaryFolder(t);
  const pond = await harbor(folder);
  const ids = ['0199aa00-7c1e-4f5a-9d0e-3f1f6a1c2b4d', '0199aa01-7c1e-4f5a-9d0e-3f1f6a1c2b4d'] as const;
  mkdirSync(join(folder, 'nas'));
  const url = pathToFileURL(join(folder, 'nas')).href;
  assert.match((await pond('clone', url, 'copy')).stderr, /^error\[pond-not-found\]: there is no pond at file:/);
  cpSync(join(folder, '.pond'), join(folder, 'nas', ids[0]), { recursive: true });
  assert.match((await pond('clone', url, 'copy')).stdout, new RegExp(`^copied file:\\S+/nas/${ids[0]} to `));
  cpSync(join(folder, '.pond'), join(folder, 'nas', ids[1]), { recursive: true });
  const { status, stderr } = await pond('clone', url, 'other');
  assert.equal(status, 3);
  assert.match(stderr, new RegExp(`: 2 ponds are at \\S+: ${ids.join(', ')}\\nhint: Name one: append its id`));
});

test('clone leaves folders with other content as they are', async (t) => {
  const folder = temporaryFolder(t);
  const pond = await harbor(folder);
  mkdirSync(join(folder, 'full', 'mine'), { recursive: true });
  for (const directory of ['full', '.pond', '.pond/inside']) {
    const { status, stderr } = await pond('clone', '.', directory);
    assert.equal(status, 4, directory);
    assert.match(stderr, /^error\[already-exists\]: /);
  }
});

test('clone names what is damaged at the store, and goes on once it is repaired', async (t) => {
  const folder = temporaryFolder(t);
  const pond = await harbor(folder);
  assert.equal((await runPond(['write', '/large'], { cwd: folder, input: 'large '.repeat(20_000) })).status, 0);
  assert.equal((await pond('commit', '-m', 'two')).status, 0);
  cpSync(join(folder, '.pond'), join(folder, 'store'), { recursive: true });
  const blobs = join('_pond', 'blobs');
  rmSync(join(folder, 'store', blobs), { recursive: true });
  const { status, stderr } = await pond('clone', 'store', 'copy');
  assert.equal(status, 6);
  assert.match(stderr, /^error\[remote-damaged\]: _pond\/blobs\/\S+ at file:\S+ is missing\nhint: /);
  const ls = await pond('--pond', 'copy', 'ls');
  assert.equal(ls.status, 3);
  assert.match(ls.stderr, /\nhint: 'pond clone' into it was not finished: the same command goes on\.\n$/);
  cpSync(join(folder, '.pond', blobs), join(folder, 'store', blobs), { recursive: true });
  assert.match((await pond('clone', 'store', 'copy')).stdout, /: 3 commits, fetched 1 file, 120\.0 kB\n/);
  assert.equal((await pond('--pond', 'copy', 'check')).status, 0);
});

test('a restricted workspace copies nothing', () => {
  assert.equal(verbs.clone.trust, 'trusted');
});

test('clone --only copies files of a version, and leaves no pond', async (t) => {
  const folder = temporaryFolder(t);
  const pond = await harbor(folder);
  const large = 'x\n'.repeat(50_000);
  const write = (path: string, input: string) => runPond(['write', path], { cwd: folder, input });
  assert.equal((await write('/large.csv', large)).status, 0);
  assert.equal((await pond('commit', '-m', 'two')).status, 0);
  assert.equal((await write('/large.csv', 'y\n')).status, 0);
  assert.equal((await pond('commit', '-m', 'three')).status, 0);
  const { status, stdout, stderr } = await pond('clone', '--at', '2', '--only', '/*.csv', '.', 'files');
  assert.deepEqual([status, stderr], [0, '']);
  assert.match(stdout, /^copied 2 files, 0 directories, 100\.0 kB, of commit 2 of /);
  assert.deepEqual(readdirSync(join(folder, 'files')).sort(), ['a.csv', 'large.csv']);
  assert.equal(readFileSync(join(folder, 'files', 'large.csv'), 'utf8'), large);
  assert.equal((await pond('clone', '--only', '/b.csv', '.', 'files')).status, 3);
  assert.equal((await pond('clone', '--only', '/a.csv', '--fork', '.', 'files')).status, 2);
});

test('clone --fork makes a pond of its own, and says of which it is', async (t) => {
  const pond = await harbor(temporaryFolder(t));
  const { stdout } = await pond('clone', '--fork', '.', 'fork');
  assert.match(stdout, /\nit is a pond of its own, [-0-9a-f]{36}, a fork of [-0-9a-f]{36}\n/);
  assert.match((await pond('--pond', 'fork', 'log', '-n', '1')).stdout, /Fork of pond [-0-9a-f]{36} at commit 1/);
  assert.equal((await pond('--pond', 'fork', 'write', '/b.csv')).status, 0);
  assert.equal((await pond('clone', '--fork', '--thin', '.', 'other')).status, 2);
});
