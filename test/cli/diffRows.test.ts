/** `pond diff --rows` compares two versions of a table, two tables, a table with a query, and two queries. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../support/folder.ts';
import { runPond } from '../support/pondCommand.ts';

test('queries are sides of a comparison, alone and with a table; any other number of sides is refused', async (t) => {
  const cwd = temporaryFolder(t);
  const run = async (...args: readonly string[]): Promise<{ status: number | null; stdout: string; stderr: string }> =>
    await runPond(['--pond', join(cwd, 'p'), ...args], { cwd });
  const printed = async (...args: readonly string[]): Promise<string> => {
    const { status, stdout, stderr } = await run(...args);
    assert.equal(status, 0, stderr);
    return stdout;
  };
  await printed('init', join(cwd, 'p'));
  for (const level of ['1.5', '2.5']) {
    writeFileSync(join(cwd, 'levels.csv'), `id,level\n1,${level}\n2,9.5\n`);
    await printed('import', 'levels.csv', '/');
    await printed('commit', '-m', level);
  }
  const changed = /^\+0 -0 ~1 of 2 and 2 rows, by id\n~ 1 value of level\n~ +1 +level: 1\.5 → 2\.5\n$/;
  const [before, after] = ['SELECT * FROM "/levels.csv@1" ORDER BY level', 'FROM "/levels.csv"; -- now'];
  assert.match(await printed('diff', '--rows', '--query', before, '--query', after), changed);
  assert.match(await printed('diff', '--query', before, '--query', after, '--key', 'ID'), changed);
  assert.match(await printed('diff', '--rows', '--at', '1', '--query', after, '/levels.csv'), changed);
  assert.match(await printed('diff', '--rows', '--at', '1', '/levels.csv'), changed);
  const refused: readonly (readonly string[])[] = [
    ['--query', before],
    ['--query', before, '--query', after, '--query', after],
    ['--query', before, '--query', after, '/levels.csv'],
    ['--query', before, '--query', after, '--at', '1'],
    ['--query', after, '--to', '1', '/levels.csv'],
    ['--rows'],
  ];
  for (const sides of refused) {
    const { status, stderr } = await run('diff', ...sides);
    assert.deepEqual([status, /--rows needs the path/.test(stderr)], [2, true], sides.join(' '));
  }
  const wrong = await run('diff', '--query', 'SELECT 1 AS id, nope', '--query', after);
  assert.notEqual(wrong.status, 0);
  assert.match(wrong.stderr, /nope/);
});
