/** The terminal's `check --repair`: what it prints, its exit status, and what it refuses. */
import assert from 'node:assert/strict';
import { cpSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { verbs } from '../../server/src/commands/verbs.ts';
import { temporaryFolder } from '../support/folder.ts';
import { runPond } from '../support/pondCommand.ts';

test('check --repair restores a pond that cannot be opened, from a copy', async (t) => {
  const folder = temporaryFolder(t);
  const pond = async (...args: readonly string[]) => await runPond(args, { cwd: folder, input: 'x\n1\n' });
  for (const args of [['init'], ['write', '/a.csv'], ['commit', '-m', 'one']])
    assert.equal((await pond(...args)).status, 0);
  const copy = join(folder, 'copy');
  cpSync(join(folder, '.pond'), copy, { recursive: true });
  const first = '_delta_log/00000000000000000000.json';
  const data = readdirSync(copy).filter((name) => name.endsWith('.parquet'));
  for (const name of [first, ...data]) rmSync(join(folder, '.pond', name));
  assert.equal((await pond('ls')).status, 6);

  const without = await pond('check', '--repair');
  assert.equal(without.status, 6);
  assert.match(without.stderr, /^error\[pond-damaged\]: check found \d problems?\nhint: .*--repair --from DIR/);

  const repaired = await pond('check', '--repair', '--from', 'copy');
  assert.deepEqual([repaired.status, repaired.stderr], [0, '']);
  const lines = [first, ...data].map((name) => `restored ${name} from ${copy}`);
  assert.deepEqual(repaired.stdout.trimEnd().split('\n').sort(), [...lines, 'the pond is sound'].sort());
  assert.deepEqual(await pond('cat', '/a.csv'), { status: 0, stdout: 'x\n1\n', stderr: '' });
});

test('check --repair fetches from a store by its URL, and from a Backup by its name', async (t) => {
  const folder = temporaryFolder(t);
  const large = 'large '.repeat(20_000);
  const pond = async (...args: readonly string[]) => await runPond(args, { cwd: folder, input: large });
  mkdirSync(join(folder, 'nas'));
  const url = pathToFileURL(join(folder, 'nas')).href;
  const document = `apiVersion: duckpond/v1\nkind: Backup\nname: offsite\ndesc: A copy\nspec:\n  endpoint: ${url}\n`;
  writeFileSync(join(folder, 'offsite.yaml'), document);
  for (const args of [
    ['init'],
    ['write', '/large'],
    ['apply', 'offsite.yaml'],
    ['commit', '-m', 'one'],
    ['allow', 'offsite'],
    ['run', 'offsite'],
  ])
    assert.equal((await pond(...args)).status, 0, args.join(' '));
  const [, blob = ''] = [
    ...readdirSync(join(folder, '.pond/_pond/blobs'), { recursive: true, encoding: 'utf8' }),
  ].sort();
  const path = `_pond/blobs/${blob}`;
  for (const from of ['offsite', url]) {
    rmSync(join(folder, '.pond', path));
    const { status, stdout, stderr } = await pond('check', '--repair', '--from', from);
    assert.deepEqual([status, stderr], [0, ''], from);
    assert.match(stdout, new RegExp(`^restored ${path} from ${url}/\\S+\nthe pond is sound\n$`));
  }
  rmSync(join(folder, '.pond', path));
  const some = await pond('check', '--repair', '--from', 'elsewhere', '--from', `${url}/none`, '--from', 'offsite');
  assert.equal(some.status, 0);
  assert.match(
    some.stdout,
    /^restored .*\nelsewhere cannot be used: .*\nfile:.*none cannot be used: .*\nthe pond is sound\n$/,
  );
  const none = await pond('check', '--repair', '--from', 'elsewhere');
  assert.equal(none.status, 3);
  assert.match(none.stderr, /there is no resource "elsewhere"\nhint: Name an existing folder, or the address/);
});

test('check --repair names resources in what it cannot restore', async (t) => {
  const folder = temporaryFolder(t);
  const pond = async (...args: readonly string[]) => await runPond(args, { cwd: folder });
  const collection = `{ name: pages, in_pattern: /x, out_pattern: y, template: ${'long'.repeat(20_000)} }`;
  const document = `apiVersion: duckpond/v1\nkind: Template\nname: report\ndesc: A text\nspec:\n  collections: [${collection}]\n`;
  writeFileSync(join(folder, 'report.yaml'), document);
  for (const args of [['init'], ['apply', 'report.yaml'], ['commit', '-m', 'one']])
    assert.equal((await pond(...args)).status, 0, args.join(' '));
  const blobs = join(folder, '.pond/_pond/blobs');
  const [, blob = ''] = [...readdirSync(blobs, { recursive: true, encoding: 'utf8' })].sort();
  rmSync(join(blobs, blob));
  const { status, stdout } = await pond('check', '--repair');
  assert.equal(status, 6);
  assert.match(stdout, /^\/Template\/report\/resource\.yaml version 1 in commit 1: /m);
});

test('--from is for --repair, which checks the whole history', async (t) => {
  const folder = temporaryFolder(t);
  for (const args of [
    ['--from', 'copy'],
    ['--repair', '--quick'],
    ['--repair', '--at', '0'],
  ]) {
    const { status, stderr } = await runPond(['check', ...args], { cwd: folder });
    assert.equal(status, 2);
    assert.match(stderr, /^error\[usage\]: --/);
  }
});

test('a restricted workspace repairs nothing', () => {
  assert.equal(verbs.repair.trust, 'trusted');
});
