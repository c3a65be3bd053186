import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isPondError } from '../../server/src/base/error.ts';
import { newPondHost, type PondHost, textFile } from '../support/commandHost.ts';

const inbox = (name: string): string =>
  `apiVersion: v1\nkind: Inbox\nname: ${name} # as on the door\ndesc: Files\nspec:\n  pattern: /data/*.csv\n`;

/** A pond with the committed Inbox `one`, which contains a file as if collected by a run. */
async function pondWithOne(t: Parameters<typeof newPondHost>[0]): Promise<PondHost & { readonly home: string }> {
  const host = await newPondHost(t);
  const home = await apply(host, inbox('one'));
  await host.run('write', textFile(`${home}/rows.csv`, 'a\n1\n'));
  await host.run('commit', { message: 'one' });
  return { ...host, home };
}

async function apply(host: PondHost, text: string): Promise<string> {
  const { applied, problems } = await host.run('apply', { sources: [{ text, origin: 'f' }], directory: host.folder });
  assert.deepEqual(problems, []);
  return applied[0]?.directory ?? '';
}

async function names(host: PondHost): Promise<readonly string[]> {
  return (await host.run('list', { path: '/Inbox' })).map(({ path }) => path).sort();
}

async function text(host: PondHost, path: string): Promise<string> {
  return Buffer.from((await host.run('read', { path })) as Uint8Array).toString();
}

const move = (host: PondHost, from: string, to: string, more = {}): Promise<unknown> =>
  host.run('rename', { from, to, overwrite: false, ...more });
const remove = (host: PondHost, path: string): Promise<unknown> =>
  host.run('remove', { paths: [path], recursive: true });

async function refused(work: Promise<unknown>): Promise<string> {
  const error: unknown = await work.catch((reason: unknown) => reason);
  assert.ok(isPondError(error), `expected a refusal, got ${String(error)}`);
  assert.notEqual(error.hint, undefined, error.message);
  return error.code;
}

test('moving the link of a resource renames the resource, also in its document', async (t) => {
  const { home, ...host } = await pondWithOne(t);
  await move(host, '/Inbox/one', '/Inbox/two');
  assert.deepEqual(await names(host), [home, '/Inbox/two'].sort());
  const document = await text(host, '/Inbox/two/resource.yaml');
  assert.equal(document, inbox('one').replace('name: one', 'name: "two"'));
  await host.run('commit', { message: 'two' });
  assert.equal((await host.run('resources', { names: ['two'] }))[0]?.state, 'committed');
  await move(host, '/Inbox/two', '/Inbox/three', { overwrite: true });
  await host.run('discard', { paths: ['/Inbox/three'] });
  assert.deepEqual((await host.run('status', {})).staged, []);
});

test('an invalid name, or a name that is taken, is refused for a resource', async (t) => {
  const { home, ...host } = await pondWithOne(t);
  const other = await apply(host, inbox('two'));
  await host.run('commit', { message: 'two' });
  assert.equal(await refused(move(host, '/Inbox/one', '/Inbox/*')), 'invalid-path');
  assert.equal(await refused(move(host, '/Inbox/one', '/Inbox/Inbox')), 'invalid-path');
  assert.equal(await refused(move(host, '/Inbox/one', '/Inbox/two', { overwrite: true })), 'already-exists');
  assert.equal(await refused(move(host, '/Inbox/one', '/Inbox/two', { into: true })), 'invalid-path');
  assert.equal(await refused(move(host, '/Inbox/one', '/one')), 'invalid-path');
  assert.deepEqual(await names(host), [home, other, '/Inbox/one', '/Inbox/two'].sort());
  assert.deepEqual((await host.run('status', {})).staged, []);
});

test('the resource directory, the document and the directory of the kind cannot be moved', async (t) => {
  const { home, ...host } = await pondWithOne(t);
  for (const path of [home, `${home}/resource.yaml`, '/Inbox/one/resource.yaml', '/Inbox']) {
    assert.equal(await refused(move(host, path, '/elsewhere')), 'invalid-path', path);
  }
  assert.equal(await refused(remove(host, '/Inbox/one/resource.yaml')), 'invalid-path');
  await move(host, '/Inbox/one/rows.csv', '/rows.csv');
});

for (const what of ['name', 'home'] as const) {
  test(`removing its ${what} removes a resource as a whole, and restoring it restores the whole`, async (t) => {
    const { home, ...host } = await pondWithOne(t);
    const path = what === 'name' ? '/Inbox/one' : home;
    assert.equal(await refused(host.run('remove', { paths: [path], recursive: false })), 'directory-not-empty');
    await remove(host, path);
    assert.deepEqual(await names(host), []);
    await host.run('commit', { message: 'none' });
    assert.deepEqual(await host.run('resources', {}), []);
    await host.run('restore', { paths: [path], at: 'HEAD~1' });
    assert.deepEqual(await names(host), [home, '/Inbox/one'].sort());
    assert.equal(await text(host, '/Inbox/one/rows.csv'), 'a\n1\n');
    await host.run('commit', { message: 'back' });
    assert.equal((await host.run('resources', { names: ['one'] }))[0]?.state, 'committed');
  });
}

test('a link and its resource directory can be removed together', async (t) => {
  const { home, ...host } = await pondWithOne(t);
  await host.run('remove', { paths: ['/Inbox/one', home], recursive: true });
  assert.deepEqual(await names(host), []);
});

test('another link to a resource directory is a link like any other', async (t) => {
  const { home, ...host } = await pondWithOne(t);
  await host.run('link', { target: home, path: '/Inbox/alias' });
  await move(host, '/Inbox/alias', '/alias');
  await host.run('remove', { paths: ['/alias'], recursive: false });
  assert.deepEqual(await names(host), [home, '/Inbox/one'].sort());
});

test('restoring a document restores its name too, and leaves the data unchanged', async (t) => {
  const { home, ...host } = await pondWithOne(t);
  await move(host, '/Inbox/one', '/Inbox/two');
  await host.run('write', textFile(`${home}/more.csv`, 'a\n2\n'));
  await host.run('commit', { message: 'two' });
  await host.run('restore', { paths: ['/Inbox/two/resource.yaml'], at: 'HEAD~1' });
  assert.deepEqual(await names(host), [home, '/Inbox/one'].sort());
  assert.equal(await text(host, '/Inbox/one/resource.yaml'), inbox('one'));
  assert.equal(await text(host, '/Inbox/one/more.csv'), 'a\n2\n');
  await host.run('commit', { message: 'one again' });
});

test('restoring a document does not take a name that another resource has now', async (t) => {
  const { home, ...host } = await pondWithOne(t);
  await move(host, '/Inbox/one', '/Inbox/two');
  const other = await apply(host, inbox('one'));
  await host.run('commit', { message: 'two and another one' });
  const restored = host.run('restore', { paths: [`${home}/resource.yaml`], at: 'HEAD~1' });
  assert.equal(await refused(restored), 'already-exists');
  // The name at that version denotes the resource of that version.
  await host.run('restore', { paths: ['/Inbox/one'], at: 'HEAD~1' });
  assert.deepEqual(await names(host), [home, '/Inbox/one'].sort());
  assert.notEqual(other, home);
  await host.run('commit', { message: 'as it was' });
});

test('the data of a resource can be restored by its name', async (t) => {
  const { home, ...host } = await pondWithOne(t);
  await host.run('write', textFile(`${home}/rows.csv`, 'a\n2\n'));
  await host.run('commit', { message: 'changed' });
  const changes = await host.run('restore', { paths: ['/Inbox/one/rows.csv'], at: 'HEAD~1' });
  assert.deepEqual(
    changes.map(({ path }) => path),
    [`${home}/rows.csv`],
  );
});

test('discarding a new resource discards all of it', async (t) => {
  const host = await newPondHost(t);
  await apply(host, inbox('one'));
  await host.run('discard', { paths: ['/Inbox/one'] });
  assert.deepEqual(await host.run('resources', {}), []);
});

test('a copy of a resource is a copy of its files, not a second resource', async (t) => {
  const { home, ...host } = await pondWithOne(t);
  const copy = (from: string, to: string): Promise<unknown> =>
    host.run('copy', { from, to, recursive: true, overwrite: false });
  assert.equal(await refused(copy('/Inbox/one', '/Inbox/two')), 'invalid-path');
  assert.equal(await refused(copy(home, '/Inbox/2f1d8a4e-6c3b-4f5a-9d7e-0b1c2d3e4f50')), 'invalid-path');
  await copy('/Inbox/one', '/kept');
  assert.equal(await text(host, '/kept/rows.csv'), 'a\n1\n');
});

test('copying or moving a document over that of a resource has the effect of saving it there', async (t) => {
  const { home, ...host } = await pondWithOne(t);
  await host.run('write', textFile('/two.yaml', inbox('two')));
  await host.run('copy', { from: '/two.yaml', to: '/Inbox/one/resource.yaml', recursive: false, overwrite: true });
  assert.deepEqual(await names(host), [home, '/Inbox/two'].sort());
  await host.run('write', textFile('/three.yaml', inbox('three')));
  await move(host, '/three.yaml', `${home}/resource.yaml`, { overwrite: true });
  assert.deepEqual(await names(host), [home, '/Inbox/three'].sort());
  await host.run('commit', { message: 'three' });
});
