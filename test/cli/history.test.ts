/** Tags, undo, and commits of a part, in the terminal. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { temporaryFolder } from '../support/folder.ts';
import { runPond } from '../support/pondCommand.ts';

test('versions are named, listed, undone and committed in parts', async (t) => {
  const cwd = temporaryFolder(t);
  const run = async (args: readonly string[], input = ''): Promise<string> => {
    const { status, stdout, stderr } = await runPond(args, { cwd, input });
    return status === 0 ? stdout : `${status} ${stderr}`;
  };
  await run(['init']);
  for (const path of ['/a', '/b', '/n']) await run(['write', path], 'one');
  assert.match(await run(['commit', '-m', 'A part', '/a']), /^commit 1: A part \(\+1\)\n/);
  assert.equal(
    await run(['status']).then((text) => text.split('\n').slice(2).join('\n')),
    '2 changes staged\nA  /b  3 B\nA  /n  3 B\n',
  );
  assert.match(await run(['commit', '-m', 'No part', '/a']), /^1 error\[[a-z-]+\]: nothing is staged at \/a\n/);
  await run(['commit', '-m', 'The rest']);

  assert.equal(await run(['tag', 'first', '1']), 'first is a tag of commit 1\n');
  assert.match(await run(['tag', 'first']), /^4 error\[[a-z-]+\]: 'first' is a tag of commit 1, not of 3\n/);
  assert.match(await run(['tag', '12']), /^2 error\[[a-z-]+\]: '12' cannot be the name of a tag\n/);
  assert.equal(await run(['tag', '--force', 'first', '2']), 'first is a tag of commit 2\n');
  assert.match(await run(['tag']), /^first {2}2 {2}\S+ \S+ UTC {2}The rest\n$/);
  assert.equal(await run(['ls', '--at', 'first~1']), 'a\n');
  assert.equal(await run(['diff', 'first~1..first', '/b']), 'A  /b  3 B\n');
  assert.equal(await run(['diff', 'first..']), '');
  assert.match(await run(['log', '-n', '3']), / {2}\(first\) The rest {2}/);
  assert.match(await run(['show', 'first']), /^commit {3}2\ntags {5}first\n/);
  assert.equal(await run(['tag', '-d', 'first']), 'deleted tag first\n');
  assert.match(await run(['show', 'first']), /^3 error\[[a-z-]+\]: no commit is 'first': there is no tag 'first'\n/);

  await run(['write', '/a'], 'two');
  await run(['commit', '-m', 'Edit']);
  const list = '(1 change)\nM  /a  3 B\n';
  assert.equal(await run(['undo', '--dry-run']), `would undo commit 6: Edit ${list}`);
  assert.equal(await run(['undo']), `commit 7 undoes commit 6: Edit ${list}`);
  assert.equal(await run(['cat', '/a']), 'one');
});
