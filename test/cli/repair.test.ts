/** The terminal's `check --repair`: what it prints, its exit status, and what it refuses. */
import assert from 'node:assert/strict';
import { cpSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
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
