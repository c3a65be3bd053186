/** Tags: names of commits that are accepted wherever a version is, and that every copy of the history has. */
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { connectLocal } from '../../server/src/main.ts';
import { newPondHost, type PondHost, textFile } from '../support/commandHost.ts';
import { temporaryFolder } from '../support/folder.ts';

/** A pond with commits 1 to 3 of one file, and a tag of the second. */
async function taggedPond(t: TestContext): Promise<PondHost> {
  const host = await newPondHost(t);
  for (const text of ['one', 'two', 'three']) {
    await host.run('write', textFile('/a', text));
    await host.run('commit', { message: text });
  }
  await host.run('setTag', { name: 'v1.0', at: '2' });
  return host;
}

test('a tag is accepted wherever a version is', async (t) => {
  const host = await taggedPond(t);
  const text = async (at: string): Promise<string> => {
    const content = await host.run('read', { path: '/a', at });
    return Buffer.from(content as Uint8Array).toString();
  };
  assert.equal(await text('v1.0'), 'two');
  assert.equal(await text('v1.0~1'), 'one');
  assert.equal((await host.run('show', { commit: 'v1.0' })).commit.number, 2);
  assert.deepEqual(
    (await host.run('diff', { from: 'v1.0' })).map(({ path }) => path),
    ['/a'],
  );
  assert.deepEqual(
    (await host.run('log', { since: 'v1.0' })).map(({ number, tags }) => [number, tags]),
    [
      [4, undefined],
      [3, undefined],
      [2, ['v1.0']],
    ],
  );
  await host.run('restore', { paths: ['/a'], at: 'v1.0' });
  assert.equal((await host.run('status', {})).staged.length, 1);
  // Date.parse takes the last two for days of March.
  for (const at of ['v1', 'v1.0~9', 'V1.0', '2100-02-29', '2100-02-30T12:00Z']) {
    await assert.rejects(text(at), { code: 'version-not-found' }, at);
  }
});

test('a tag changes nothing but the tags, and leaves what is staged staged', async (t) => {
  const host = await taggedPond(t);
  const [tagging, before] = await host.run('log', { limit: 2 });
  assert.equal(tagging?.rootHash, before?.rootHash);
  assert.deepEqual([tagging?.operation, tagging?.message], ['tag', 'Tag commit 2 as v1.0']);
  await host.run('write', textFile('/a', 'staged'));
  await host.run('setTag', { name: 'later' });
  assert.deepEqual((await host.run('status', {})).conflicts, []);
  await host.run('commit', { message: 'after' });
  assert.deepEqual(
    (await host.run('tags', {})).map(({ name, commit }) => [name, commit.number]),
    [
      ['later', 4],
      ['v1.0', 2],
    ],
  );
  assert.deepEqual((await host.run('check', {})).problems, []);
});

test('a tag is moved only on purpose, and deleted by its name', async (t) => {
  const host = await taggedPond(t);
  await assert.rejects(host.run('setTag', { name: 'v1.0', at: '3' }), { code: 'already-exists' });
  await assert.rejects(host.run('setTag', { name: 'v1.0', at: '2' }), { code: 'already-exists' });
  assert.equal((await host.run('setTag', { name: 'v1.0', at: '3', force: true })).commit.number, 3);
  await host.run('deleteTag', { name: 'v1.0' });
  assert.deepEqual(await host.run('tags', {}), []);
  await assert.rejects(host.run('deleteTag', { name: 'v1.0' }), { code: 'version-not-found' });
  // The tags of a version are those that it had.
  assert.equal((await host.run('log', { limit: 1 }))[0]?.message, 'Delete tag v1.0');
});

test('the name of a tag cannot be taken for another version, a path or an option', async (t) => {
  const host = await taggedPond(t);
  for (const name of [
    '',
    '1',
    '12ab',
    'HEAD',
    'head',
    'a..b',
    'a.',
    '.a',
    '-a',
    'a/b',
    '../a',
    'a b',
    'a@b',
    'a~1',
    'a\n',
    '2026-01-01',
    'x'.repeat(101),
  ]) {
    await assert.rejects(host.run('setTag', { name }), { code: 'usage' }, name);
  }
  for (const name of ['a', 'Été-2026', 'v1.2.3', 'before_calibration', 'report-Q3']) await host.run('setTag', { name });
  assert.equal((await host.run('tags', {})).length, 6);
});

test('a clone and a fork have the tags, and a tag names the version to clone', async (t) => {
  const host = await taggedPond(t);
  const { pond } = host;
  const local = connectLocal();
  t.after(() => local.close());
  const clone = async (options: { readonly at?: string; readonly fork?: boolean }) =>
    await local.call('clone', { url: `file://${pond}`, directory: `${temporaryFolder(t)}/copy`, ...options });
  const whole = await clone({});
  assert.deepEqual(
    (await local.call('tags', { pond: whole.pond })).map(({ name }) => name),
    ['v1.0'],
  );
  const fork = await clone({ fork: true });
  assert.equal((await local.call('show', { pond: fork.pond, commit: 'v1.0' })).commit.message, 'two');
  assert.equal((await clone({ at: 'v1.0' })).head.number, 2);
});
