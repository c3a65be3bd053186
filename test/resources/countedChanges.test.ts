import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { isPondError } from '../../server/src/base/error.ts';
import { type ChangeInfo } from '../../server/src/protocol/commands.ts';
import { type PondHost, textFile } from '../support/commandHost.ts';
import { deriveDocument, inboxDocument, newPipelineHost } from '../support/pipelineHost.ts';

/** The changes that count, as users see them. */
function counted(changes: readonly ChangeInfo[]): readonly string[] {
  const shown = changes.filter(({ partOf }) => partOf === undefined);
  return shown
    .map(({ kind, path, from, displayPath = path, displayFrom = from }) =>
      [kind, ...(displayFrom === undefined ? [] : [displayFrom]), displayPath].join(' '),
    )
    .sort();
}

const staged = async (host: PondHost): Promise<readonly string[]> => counted((await host.run('status', {})).staged);

async function apply(host: PondHost, ...texts: readonly string[]): Promise<readonly string[]> {
  const sources = texts.map((text) => ({ text, origin: 'document' }));
  const { applied, problems } = await host.run('apply', { sources, directory: host.folder });
  assert.deepEqual(problems, []);
  return applied.map(({ directory: home }) => home);
}

test('an applied document is one change, with the name of its resource', async (t) => {
  const host = await newPipelineHost(t);
  const documents = [inboxDocument('a', '/x/*.csv'), inboxDocument('b', '/y/*.csv'), deriveDocument('c', '/Inbox/a/*')];
  const [home] = await apply(host, ...documents);
  assert.deepEqual(await staged(host), [
    'added /Derive/c/resource.yaml',
    'added /Inbox/a/resource.yaml',
    'added /Inbox/b/resource.yaml',
  ]);
  const { staged: all } = await host.run('status', {});
  assert.equal(all.find(({ path }) => path === '/Inbox/a')?.partOf, `${home}/resource.yaml`);
  assert.equal((await host.run('commit', { message: 'three' })).added, 3);
  await apply(host, inboxDocument('a', '/z/*.csv'));
  assert.deepEqual(await staged(host), ['modified /Inbox/a/resource.yaml']);
  assert.equal((await host.run('discard', {})).discarded, 1);
});

test('a renamed or deleted resource is one change, with the names that it had', async (t) => {
  const host = await newPipelineHost(t);
  const [home] = await apply(host, inboxDocument('old', '/x/*.csv'));
  await host.run('write', textFile(`${home}/data.csv`, 'a\n1\n'));
  const added = await host.run('commit', { message: 'an inbox with a file' });
  assert.equal(added.added, 2);
  await host.run('rename', { from: '/Inbox/old', to: '/Inbox/new', overwrite: false });
  assert.deepEqual(await staged(host), ['renamed /Inbox/old/resource.yaml /Inbox/new/resource.yaml']);
  const renamed = await host.run('commit', { message: 'rename' });
  assert.deepEqual([renamed.renamed, renamed.modified, renamed.added, renamed.removed], [1, 0, 0, 0]);
  await host.run('deleteResources', { names: ['new'] });
  assert.deepEqual(await staged(host), ['removed /Inbox/new']);
  const removed = await host.run('commit', { message: 'delete' });
  assert.equal(removed.removed, 1);
  const show = async (number: number): Promise<readonly string[]> =>
    counted((await host.run('show', { commit: String(number) })).changes);
  assert.deepEqual(await show(added.number), ['added /Inbox/old/data.csv', 'added /Inbox/old/resource.yaml']);
  assert.deepEqual(await show(renamed.number), ['renamed /Inbox/old/resource.yaml /Inbox/new/resource.yaml']);
  assert.deepEqual(await show(removed.number), ['removed /Inbox/new', 'removed /Inbox/new/data.csv']);
});

test('data that a run adds to a resource are counted separately', async (t) => {
  const host = await newPipelineHost(t);
  await host.apply(inboxDocument('files', `${host.inbox}/*.csv`));
  writeFileSync(join(host.inbox, 'a.csv'), 'n\n1\n');
  const commit = (await host.runAll()).get('Inbox/files')?.commit;
  const shown = await host.run('show', { commit: String(commit) });
  assert.deepEqual(counted(shown.changes), ['added /Inbox/files/a.csv', 'added /Inbox/files/runs.jsonl']);
  assert.equal(shown.commit.added, 2);
});

test('the name of a resource selects all its content, also after its removal', async (t) => {
  const host = await newPipelineHost(t);
  const [home] = await apply(host, inboxDocument('one', '/x/*.csv'));
  await host.run('commit', { message: 'one' });
  await host.run('write', textFile('/Inbox/one/data.csv', 'a\n1\n'));
  assert.deepEqual(counted(await host.run('diff', { paths: ['/Inbox/one'] })), ['added /Inbox/one/data.csv']);
  await host.run('commit', { message: 'data' });
  const log = async (path: string): Promise<readonly string[]> =>
    (await host.run('log', { path })).map(({ message }) => message);
  assert.deepEqual(await log('/Inbox/one'), ['data', 'one']);
  assert.deepEqual(await log('/Inbox/one/data.csv'), ['data']);
  await host.run('deleteResources', { names: ['one'] });
  await host.run('commit', { message: 'gone' });
  assert.deepEqual(await log('/Inbox/one'), ['gone', 'data', 'one']);
  const restored = await host.run('restore', { paths: ['/Inbox/one'], at: 'HEAD~1' });
  assert.deepEqual(counted(restored), ['added /Inbox/one/data.csv', 'added /Inbox/one/resource.yaml']);
  await host.run('discard', { paths: ['/Inbox/one'] });
  assert.deepEqual(await staged(host), []);
  const listed = await host.run('list', { path: '/Inbox/**/*.csv', at: 'HEAD~1' });
  assert.deepEqual(
    listed.map(({ path, displayPath }) => [path, displayPath]),
    [[`${home}/data.csv`, '/Inbox/one/data.csv']],
  );
});

test('errors show names of resources, and keep the real path as a field', async (t) => {
  const host = await newPipelineHost(t);
  const [home] = await apply(host, inboxDocument('one', '/x/*.csv'));
  const error: unknown = await host.run('read', { path: '/Inbox/one/none.csv' }).catch((reason: unknown) => reason);
  assert.ok(isPondError(error, 'not-found'));
  assert.equal(error.message, 'nothing is at /Inbox/one/none.csv');
  assert.deepEqual([error.path, error.displayPath], [`${home}/none.csv`, '/Inbox/one/none.csv']);
});
