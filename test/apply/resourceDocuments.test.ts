import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { isPondError } from '../../server/src/base/error.ts';
import { newPondHost, type PondHost, textFile } from '../support/commandHost.ts';

const inbox = (name: string, pattern = '/data/*.csv'): string =>
  `apiVersion: v1\nkind: Inbox\nname: ${name}\ndesc: Files\nspec:\n  pattern: "${pattern}"\n`;

async function apply(host: PondHost, text: string): Promise<string> {
  const { applied, problems } = await host.run('apply', { sources: [{ text, origin: 'f' }], directory: host.folder });
  assert.deepEqual(problems, []);
  return applied[0]?.directory ?? '';
}

async function names(host: PondHost): Promise<readonly string[]> {
  return (await host.run('list', { path: '/Inbox' })).map(({ name, target }) => target ?? name);
}

async function code(work: Promise<unknown>): Promise<string> {
  return await work.then(
    () => 'none',
    (error: unknown) => (isPondError(error) ? error.code : String(error)),
  );
}

test('the link of a resource follows the name in its document when the document is saved, by any path', async (t) => {
  const host = await newPondHost(t);
  const home = await apply(host, inbox('one'));
  await host.run('write', textFile('/Inbox/one/resource.yaml', inbox('two')));
  assert.deepEqual(
    (await host.run('list', { path: '/Inbox' })).map(({ name }) => `/Inbox/${name}`).sort(),
    [home, '/Inbox/two'].sort(),
  );
  await host.run('write', textFile(`${home}/resource.yaml`, inbox('three')));
  assert.equal((await host.run('stat', { path: '/Inbox/three' })).target, home.slice('/Inbox/'.length));
  await host.run('commit', { message: 'three' });
});

test('a name that another resource has cannot be saved, and nothing is staged', async (t) => {
  const host = await newPondHost(t);
  await apply(host, inbox('one'));
  await apply(host, inbox('two'));
  const before = await names(host);
  assert.equal(await code(host.run('write', textFile('/Inbox/one/resource.yaml', inbox('two')))), 'already-exists');
  assert.deepEqual(await names(host), before);
  const kept = (await host.run('read', { path: '/Inbox/one/resource.yaml' })) as Uint8Array;
  assert.equal(Buffer.from(kept).toString(), inbox('one'));
});

const wrongTexts = {
  'is not YAML': 'kind: [',
  'has a key that is missing': inbox('one').replace('desc: Files\n', ''),
  'is of another kind': inbox('one').replace('Inbox', 'Copy'),
  'has a template': inbox('one', '/data/{{ x }}'),
  'is two documents': `${inbox('one')}---\n${inbox('two')}`,
  'is empty': '',
};
for (const [what, text] of Object.entries(wrongTexts)) {
  test(`a document that ${what} is staged as typed, and cannot be committed`, async (t) => {
    const host = await newPondHost(t);
    const home = await apply(host, inbox('one'));
    await host.run('commit', { message: 'one' });
    await host.run('write', textFile('/Inbox/one/resource.yaml', text));
    const error: unknown = await host.run('commit', { message: 'wrong' }).catch((reason: unknown) => reason);
    assert.ok(isPondError(error, 'resource-invalid'), String(error));
    assert.equal(error.path, `${home}/resource.yaml`);
    assert.notEqual(error.position, undefined);
    const [described] = await host.run('resources', { names: [home.slice(7)] });
    assert.deepEqual([described?.state, described?.problems.length !== 0], ['changed', true]);
    await host.run('write', textFile('/Inbox/one/resource.yaml', inbox('one', '/data/*')));
    await host.run('commit', { message: 'right' });
  });
}

test('the link of a resource follows the name in an imported document', async (t) => {
  const host = await newPondHost(t);
  const home = await apply(host, inbox('one'));
  await host.run('commit', { message: 'one' });
  const file = join(host.folder, 'resource.yaml');
  writeFileSync(file, inbox('two'));
  await host.run('import', { sources: [file], path: home });
  assert.equal((await host.run('stat', { path: '/Inbox/two' })).target, home.slice('/Inbox/'.length));
  assert.equal(await code(host.run('stat', { path: '/Inbox/one' })), 'not-found');
  await host.run('commit', { message: 'two' });
});

test('an import that would give a resource the name of another one leaves nothing', async (t) => {
  const host = await newPondHost(t);
  const home = await apply(host, inbox('one'));
  await apply(host, inbox('two'));
  await host.run('commit', { message: 'both' });
  for (const [name, text] of [
    ['resource.yaml', inbox('two')],
    ['rows.csv', 'a\n1\n'],
  ] as const) {
    writeFileSync(join(host.folder, name), text);
  }
  const sources = ['rows.csv', 'resource.yaml'].map((name) => join(host.folder, name));
  assert.equal(await code(host.run('import', { sources, path: home })), 'already-exists');
  assert.deepEqual((await host.run('status', {})).staged, []);
});

test('a document whose name does not lead to it is not committed until it is saved', async (t) => {
  const host = await newPondHost(t);
  const id = '2f1d8a4e-6c3b-4f5a-9d7e-0b1c2d3e4f50';
  await host.run('makeDirectory', { path: `/moved/${id}`, parents: true });
  await host.run('write', textFile(`/moved/${id}/resource.yaml`, inbox('two')));
  await host.run('rename', { from: '/moved', to: '/Inbox', overwrite: false });
  assert.equal(await code(host.run('commit', { message: 'no link' })), 'resource-invalid');
  await host.run('write', textFile(`/Inbox/${id}/resource.yaml`, `${inbox('two')}# saved\n`));
  await host.run('commit', { message: 'link' });
});

test('documents that were saved as a cycle cannot be committed', async (t) => {
  const host = await newPondHost(t);
  const derive = (name: string, reads: string): string =>
    `apiVersion: v1\nkind: Derive\nname: ${name}\ndesc: Rows\nspec:\n  collections:\n    - name: rows\n` +
    `      pattern: ${reads}\n      query: SELECT * FROM '$1'\n`;
  await apply(host, derive('one', '/data/*.csv'));
  await apply(host, derive('two', '/Derive/one/rows/*'));
  await host.run('commit', { message: 'in a row' });
  await host.run('write', textFile('/Derive/one/resource.yaml', derive('one', '/Derive/two/rows/*')));
  assert.equal(await code(host.run('commit', { message: 'in a circle' })), 'resource-cycle');
  await host.run('write', textFile('/Derive/one/resource.yaml', derive('one', '/other/*.csv')));
  await host.run('commit', { message: 'in a row again' });
});

test('a file of that name elsewhere is a file like any other', async (t) => {
  const host = await newPondHost(t);
  await host.run('makeDirectory', { path: '/Inbox/place', parents: true });
  await host.run('write', textFile('/Inbox/place/resource.yaml', 'kind: ['));
  await host.run('write', textFile('/resource.yaml', 'kind: ['));
  await host.run('commit', { message: 'files' });
});
