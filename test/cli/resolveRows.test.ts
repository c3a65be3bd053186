/** `pond resolve --rows`: rows without a decision are listed and nothing changes; with decisions the table is merged. */
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../support/folder.ts';
import { runPond } from '../support/pondCommand.ts';

test('a table in conflict is merged by decisions about rows and cells', async (t) => {
  const cwd = temporaryFolder(t);
  const run = async (...args: readonly string[]): Promise<{ status: number | null; stdout: string; stderr: string }> =>
    await runPond(['--pond', join(cwd, 'p'), ...args], { cwd });
  const must = async (...args: readonly string[]): Promise<string> => {
    const { status, stdout, stderr } = await run(...args);
    assert.equal(status, 0, stderr);
    return stdout;
  };
  mkdirSync(join(cwd, 'in'));
  const spec = `spec:\n  pattern: ${join(cwd, 'in')}/*\n`;
  writeFileSync(join(cwd, 'inbox.yaml'), `apiVersion: duckpond/v1\nkind: Inbox\nname: box\ndesc: Files\n${spec}`);
  writeFileSync(join(cwd, 'in', 'a.csv'), 'id,level,note\n1,1.5,a\n2,2.5,b\n3,3.5,c\n');
  await must('init', join(cwd, 'p'));
  await must('apply', '-f', 'inbox.yaml');
  await must('commit', '-m', 'inbox');
  await must('run');
  writeFileSync(join(cwd, 'a.csv'), 'id,level,note\n1,9.5,a\n2,9.5,b\n3,3.5,c\n');
  await must('import', 'a.csv', '/Inbox/box/');
  writeFileSync(join(cwd, 'in', 'a.csv'), 'id,level,note\n1,8.5,t\n2,8.5,t\n4,4.5,d\n');
  await must('run');
  assert.match(await must('status'), /pond resolve --rows/);
  const open = await run('resolve', '--rows', '/Inbox/box/a.csv');
  assert.equal(open.status, 4);
  assert.match(open.stdout, /^! +1 +level: 1\.5 → ours 9\.5, theirs 8\.5 +note: a → ours a, theirs t\n! +2 /);
  assert.match(open.stderr, /2 rows of \/Inbox\/box\/a\.csv changed on both sides/);
  const decisions = ['--row', '1=note', '--take', 'theirs'];
  const done = await must('resolve', '--rows', ...decisions, '/Inbox/box/a.csv');
  assert.equal(done, 'merged /Inbox/box/a.csv: +1 -1 ~2 rows of the other commit, by id\n');
  assert.equal(await must('cat', '/Inbox/box/a.csv'), 'id,level,note\n1,9.5,t\n2,8.5,t\n4,4.5,d\n');
  assert.doesNotMatch(await must('status'), /conflict/);
  for (const wrong of [
    ['--take', 'mine'],
    ['--row', 'theirs'],
  ])
    assert.equal((await run('resolve', '--rows', ...wrong, '/Inbox/box/a.csv')).status, 2);
});
