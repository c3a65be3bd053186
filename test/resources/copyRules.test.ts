/** A copy of another pond in a pond with resources: who may write, and what does nothing in it. */
import assert from 'node:assert/strict';
import { cpSync, mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type TestContext, test } from 'node:test';
import { type ErrorCode } from '../../server/src/base/error.ts';
import { textFile } from '../support/commandHost.ts';
import { deriveDocument, inboxDocument, newPipelineHost, type PipelineHost } from '../support/pipelineHost.ts';
import { textOf } from '../support/tree.ts';
import { newUserCache } from '../support/userCache.ts';

/** A pond with a Copy of a pond that has an Inbox, which collected a file, and a Derive. */
async function newCopyingHost(t: TestContext): Promise<PipelineHost & { readonly home: string }> {
  newUserCache(t);
  const source = await newPipelineHost(t);
  await source.run('makeDirectory', { path: '/deep' });
  await source.run('write', textFile('/deep/notes.txt', 'notes'));
  await source.run('write', textFile('/deep/levels.csv', 'Timestamp,level\n1,1.5\n2,2.5\n'));
  const documents = [inboxDocument('files', `${source.inbox}/*.csv`), deriveDocument('all', '/deep/*.csv')];
  await source.apply(...documents);
  const { id } = await source.run('open', {});
  const store = join(source.folder, 'store');
  mkdirSync(store);
  cpSync(source.pond, join(store, id), { recursive: true, filter: (path) => !path.includes('lock.') });
  const host = await newPipelineHost(t);
  const spec = `{ endpoint: "${pathToFileURL(store).href}", pond: ${id} }`;
  const document = `apiVersion: duckpond/v1\nkind: Copy\nname: harbor\ndesc: Another pond\nspec: ${spec}\n`;
  const [home = ''] = await host.apply(document);
  const copied = (await host.runAll()).get('Copy/harbor');
  assert.deepEqual([copied?.status, copied?.error], ['ok', null]);
  renameSync(store, `${store}.away`);
  return { ...host, home: `/Copy/${home}` };
}

test('what is below a Copy is read-only for every verb, and its document is not', async (t) => {
  const host = await newCopyingHost(t);
  const file = `${host.home}/deep/notes.txt`;
  const refused: readonly (() => Promise<unknown>)[] = [
    () => host.run('write', textFile(file, 'other')),
    () => host.run('write', textFile('/Copy/harbor/deep/new', 'other')),
    () => host.run('remove', { paths: [file], recursive: false }),
    () => host.run('remove', { paths: [`${host.home}/deep`], recursive: true }),
    () => host.run('rename', { from: file, to: '/moved', overwrite: false }),
    () => host.run('rename', { from: '/note', to: `${host.home}/note`, overwrite: false }),
    () => host.run('copy', { from: '/note', to: `${host.home}/deep/note`, recursive: false, overwrite: false }),
    () => host.run('makeDirectory', { path: `${host.home}/new` }),
    () => host.run('touch', { paths: [`${host.home}/deep/touched`] }),
    () => host.run('link', { path: `${host.home}/link`, target: 'x' }),
    () => host.run('setFormat', { path: file, options: { skip: 1 } }),
    () => host.run('scribble', { path: `${host.home}/deep`, seed: 1, countMin: 1, countMax: 1 }),
  ];
  await host.run('write', textFile('/note', 'note'));
  const readOnly: ErrorCode = 'read-only';
  for (const verb of refused) {
    await assert.rejects(
      verb(),
      { code: readOnly, message: /\/Copy\/harbor is a copy of another pond's/ },
      String(verb),
    );
  }
  await host.run('copy', { from: `${host.home}/deep`, to: '/mine', recursive: true, overwrite: false });
  await host.run('write', textFile('/mine/notes.txt', 'changed'));
  await host.run('commit', { message: 'mine' });
  const document = `${host.home}/resource.yaml`;
  const text = textOf((await host.run('read', { path: document })) as Uint8Array);
  await host.run('write', textFile(document, text.replace('desc: Another pond', 'desc: The harbor')));
  await host.run('commit', { message: 'document' });
  await host.run('deleteResources', { names: ['harbor'] });
  await host.run('commit', { message: 'deleted' });
  await assert.rejects(host.run('stat', { path: host.home }), { code: 'not-found' });
  await host.checkWhole();
});

test('resources in a copy are not listed and do not run; what they derive is shown', async (t) => {
  const host = await newCopyingHost(t);
  assert.deepEqual(
    (await host.run('resources', {})).map(({ kind, name }) => `${kind}/${name}`),
    ['Copy/harbor'],
  );
  assert.equal((await host.runAll()).size, 1);
  const [directory] = (await host.run('list', { path: `${host.home}/Derive` })).filter(
    ({ type }) => type === 'directory',
  );
  const inside = await host.run('list', { path: directory!.path });
  assert.deepEqual(
    inside.map(({ name }) => name),
    ['all', 'resource.yaml'],
  );
  assert.deepEqual(await host.rows("SELECT level FROM '/Copy/harbor/Derive/all/all/levels.csv' ORDER BY level"), [
    '1.5',
    '2.5',
  ]);
});

test('a run that cannot reach the store fails, and the copy stays', async (t) => {
  const host = await newCopyingHost(t);
  const failed = (await host.runAll()).get('Copy/harbor');
  assert.deepEqual([failed?.status, failed?.error?.code], ['failed', 'remote-failed']);
  assert.equal(textOf((await host.run('read', { path: '/Copy/harbor/deep/notes.txt' })) as Uint8Array), 'notes');
});

test('a Copy of somebody else needs permission to read from its store', async (t) => {
  const host = await newCopyingHost(t);
  const [access] = await host.run('hostAccess', { names: ['harbor'] });
  assert.match(access!.access, /^copies a pond from file:/);
  await host.run('allow', { accesses: [access!], isRevoked: true });
  const refused = (await host.runAll()).get('Copy/harbor');
  assert.equal(refused?.error?.code, 'not-allowed');
});
