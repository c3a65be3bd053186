/** Undoing the latest commit, by a new one. */
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { newPondHost, type PondHost, textFile } from '../support/commandHost.ts';

/** A pond whose latest commit edits /a, moves /b to /d/b, adds /d/new and removes /gone. */
async function newPond(t: TestContext): Promise<PondHost> {
  const host = await newPondHost(t);
  for (const path of ['/a', '/b', '/gone', '/kept']) await host.run('write', textFile(path, 'one'));
  await host.run('commit', { message: 'first' });
  await host.run('write', textFile('/a', 'two'));
  await host.run('makeDirectory', { path: '/d' });
  await host.run('rename', { from: '/b', to: '/d/b', overwrite: false });
  await host.run('write', textFile('/d/new', 'new'));
  await host.run('remove', { paths: ['/gone'], recursive: false });
  await host.run('commit', { message: 'second' });
  return host;
}

const changesOf = (changes: readonly { readonly kind: string; readonly path: string }[]): readonly string[] =>
  changes.map(({ kind, path }) => `${kind} ${path}`).sort();

test('undo returns all that the latest commit changed, and undo of that redoes it', async (t) => {
  const host = await newPond(t);
  const hash = async (): Promise<string | undefined> => (await host.run('log', { limit: 1 }))[0]?.rootHash;
  const [second, first] = (await host.run('log', {})).map(({ rootHash }) => rootHash);
  const expected = ['added /gone', 'modified /a', 'removed /d', 'removed /d/new', 'renamed /b'];
  const dry = await host.run('undo', { dryRun: true });
  assert.deepEqual([changesOf(dry.changes), dry.commit], [expected, null]);
  assert.equal(await hash(), second);
  const { undone, commit, changes } = await host.run('undo', {});
  assert.deepEqual(changesOf(changes), expected);
  assert.deepEqual([undone.number, commit?.number, commit?.operation], [2, 3, 'undo']);
  assert.equal(commit?.message, 'Undo commit 2: second');
  assert.equal(await hash(), first);
  await host.run('undo', {});
  assert.equal(await hash(), second);
  assert.deepEqual((await host.run('check', {})).problems, []);
});

test('undo of the commit that was shown refuses when another has been made', async (t) => {
  const host = await newPond(t);
  const { undone } = await host.run('undo', { dryRun: true });
  await host.run('write', textFile('/later', 'one'));
  await host.run('commit', { message: 'third' });
  await assert.rejects(host.run('undo', { number: undone.number }), { code: 'conflict' });
  assert.equal((await host.run('undo', { number: 3 })).undone.message, 'third');
});

test('undo leaves staged changes elsewhere staged, and refuses where one is in the way', async (t) => {
  const host = await newPond(t);
  await host.run('write', textFile('/kept', 'staged'));
  for (const path of ['/a', '/b', '/d/other', '/gone']) {
    await host.run('write', textFile(path, 'staged'));
    await assert.rejects(host.run('undo', {}), { code: 'conflict' }, path);
    await assert.rejects(host.run('undo', { dryRun: true }), { code: 'conflict' }, path);
    await host.run('discard', { paths: [path] });
  }
  await host.run('undo', {});
  const { staged, conflicts } = await host.run('status', {});
  assert.deepEqual([changesOf(staged), conflicts], [['modified /kept'], []]);
});

test('undo refuses where the new name of a renamed file has staged edits', async (t) => {
  const host = await newPondHost(t);
  await host.run('write', textFile('/old', 'one'));
  await host.run('commit', { message: 'first' });
  await host.run('rename', { from: '/old', to: '/new', overwrite: false });
  await host.run('commit', { message: 'second' });
  await host.run('write', textFile('/new', 'staged'));
  await assert.rejects(host.run('undo', {}), { code: 'conflict' });
  assert.deepEqual(changesOf((await host.run('status', {})).staged), ['modified /new']);
});

test('there is nothing to undo in the first commit, and in one that changed no files', async (t) => {
  const host = await newPondHost(t);
  await assert.rejects(host.run('undo', {}), { code: 'usage' });
  await host.run('write', textFile('/a', 'one'));
  await host.run('commit', { message: 'first' });
  await host.run('setTag', { name: 'v1' });
  await assert.rejects(host.run('undo', {}), { code: 'usage' });
  assert.equal((await host.run('log', {})).length, 3);
});
