import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { type FileSystem } from '../../server/src/tinyfs/fs.ts';
import { fails } from '../support/tree.ts';
import { newResourcePond } from '../support/resourcePond.ts';

const id = '11111111-1111-4111-8111-111111111111';
const other = '22222222-2222-4222-8222-222222222222';
const home = `/Inbox/${id}`;

const inbox = (name: string): Uint8Array =>
  Buffer.from(`apiVersion: v1\nkind: Inbox\nname: ${name}\ndesc: Files\nspec:\n  pattern: /data/*.csv\n`);

/** The trees in which resources can be changed: the working tree, and one of a transaction. */
const writers = {
  'the working tree': async (t: TestContext): Promise<FileSystem> => (await newResourcePond(t)).fs,
  'a transaction': async (t: TestContext): Promise<FileSystem> => (await (await newResourcePond(t)).begin()).fs,
};

async function store(fs: FileSystem, resource: string, name: string): Promise<void> {
  const root = await fs.root();
  await root.createDirectory(`/Inbox/${resource}`, { parents: true });
  await root.writeFile(`/Inbox/${resource}/resource.yaml`, inbox(name));
}

/** Names in the directory of the kind; links with their targets. */
async function entries(fs: FileSystem): Promise<readonly string[]> {
  const root = await fs.root();
  const found = [];
  for (const { basename, path, node } of await root.list('/Inbox')) {
    found.push(node.type === 'symlink' ? `${basename} -> ${await root.readlink(path)}` : basename);
  }
  return found;
}

for (const [writer, open] of Object.entries(writers)) {
  test(`a document stored in ${writer} has a link, which follows its name`, async (t) => {
    const fs = await open(t);
    await store(fs, id, 'one');
    assert.deepEqual(await entries(fs), [id, `one -> ${id}`]);
    await store(fs, id, 'two');
    assert.deepEqual(await entries(fs), [id, `two -> ${id}`]);
    await fails('already-exists', store(fs, other, 'two'));
  });

  test(`the link moved in ${writer} renames the resource; its parts stay where they are`, async (t) => {
    const fs = await open(t);
    await store(fs, id, 'one');
    const root = await fs.root();
    await root.rename('/Inbox/one', '/Inbox/two');
    assert.match(Buffer.from(await root.readFile('/Inbox/two/resource.yaml')).toString(), /^name: "two"$/m);
    for (const path of [home, `${home}/resource.yaml`, '/Inbox/two', '/Inbox']) {
      await fails('invalid-path', root.rename(path, '/elsewhere'));
    }
    await fails('invalid-path', root.copy(home, `/Inbox/${other}`, { recursive: true }));
    assert.deepEqual(await entries(fs), [id, `two -> ${id}`]);
  });

  test(`a link or a directory removed in ${writer} takes the whole resource along, a document does not go`, async (t) => {
    const fs = await open(t);
    const root = await fs.root();
    for (const [resource, name] of [
      [id, 'one'],
      [other, 'two'],
    ] as const) {
      await store(fs, resource, name);
    }
    await root.createSymlink('/Inbox/alias', other);
    await root.remove('/Inbox/one');
    assert.deepEqual(await entries(fs), [other, `alias -> ${other}`, `two -> ${other}`]);
    await root.remove(`/Inbox/${other}`, { recursive: true });
    assert.deepEqual(await entries(fs), []);
  });
}

test('a document is not removed, but may be replaced in one batch', async (t) => {
  const { fs } = await newResourcePond(t);
  await store(fs, id, 'one');
  const root = await fs.root();
  await fails('invalid-path', root.remove(`${home}/resource.yaml`));
  await root.writeFile('/two.yaml', inbox('two'));
  await root.copy('/two.yaml', `${home}/resource.yaml`, { overwrite: true });
  assert.deepEqual(await entries(fs), [id, `two -> ${id}`]);
});

test('nothing takes the place of the link of a resource', async (t) => {
  const { fs } = await newResourcePond(t);
  await store(fs, id, 'one');
  const root = await fs.root();
  await root.writeFile('/file', inbox('one'));
  await fails('invalid-path', root.copy('/file', '/Inbox/one', { overwrite: true }));
  await fails('invalid-path', root.rename('/file', '/Inbox/one', { overwrite: true }));
  assert.deepEqual(await entries(fs), [id, `one -> ${id}`]);
});

test('another link to a resource is removed alone, and a resource with its documents may be removed in one batch', async (t) => {
  const { fs } = await newResourcePond(t);
  await store(fs, id, 'one');
  const root = await fs.root();
  await root.createSymlink('/Inbox/alias', id);
  await root.remove('/Inbox/alias');
  assert.deepEqual(await entries(fs), [id, `one -> ${id}`]);
  await fs.backend.batch(async () => {
    await root.remove(`${home}/resource.yaml`);
    await root.remove(home, { recursive: true });
  });
  assert.deepEqual(await entries(fs), []);
});
