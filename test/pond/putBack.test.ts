/** A change that makes again what is committed leaves nothing staged; any other one does. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMemoryDisk } from '../../server/src/storage/memoryDisk.ts';
import { type Disk } from '../../server/src/storage/disk.ts';
import { type Pond } from '../../server/src/pond/types.ts';
import { type WorkingDirectory } from '../../server/src/tinyfs/workingDirectory.ts';
import { seeds } from '../support/proof.ts';
import { randomOf } from '../support/random.ts';
import { endLockHolders } from '../support/pondState.ts';
import { initPondOn, openPondOn } from '../support/pond.ts';
import { bytesOf, parquetOf, textOf } from '../support/tree.ts';

const author = 'test';
const large = bytesOf('time,level\n'.repeat(10_000));

async function newPond(disk: Disk): Promise<Pond> {
  const pond = await initPondOn(disk, 'memory', { author });
  const root = await pond.fs.root();
  await root.createDirectory('/d');
  await root.writeFile('/d/a', bytesOf('one'));
  await root.writeFile('/d/large', large);
  await root.createSymlink('/d/link', 'a');
  await root.createDirectory('/d/below');
  await root.writeFile('/d/below/b', bytesOf('two'));
  await root.createFile('/d/series', parquetOf('first'), { type: 'series' });
  await root.setAttributes('/d/a', { unit: 'm' });
  await pond.commit({ message: 'first', author });
  return pond;
}

/** Paths of the staged changes. */
const staged = async (pond: Pond): Promise<readonly string[]> =>
  (await pond.status()).staged.map(({ kind, path }) => `${kind} ${path}`);

type Step = (root: WorkingDirectory, pond: Pond) => Promise<unknown>;

const write =
  (path: string, content: Uint8Array | string): Step =>
  (root) =>
    root.writeFile(path, typeof content === 'string' ? bytesOf(content) : content);
const remove =
  (path: string): Step =>
  (root) =>
    root.remove(path);

/** Makes the directory again but for its series. */
const makeAgain: Step = async (root) => {
  const directory = await root.createDirectory('/d');
  await directory.writeFile('a', bytesOf('one'));
  await directory.writeFile('large', large);
  await directory.createSymlink('link', 'a');
  await directory.setAttributes('a', { unit: 'm' });
  await directory.createDirectory('below');
  await directory.writeFile('below/b', bytesOf('two'));
};

const putBack: Readonly<Record<string, readonly Step[]>> = {
  'an edit and the old text': [write('/d/a', 'two'), write('/d/a', 'three'), write('/d/a', 'one')],
  'an edit of a large file and the old content': [write('/d/large', 'short'), write('/d/large', large)],
  'a removal and the old text with the old attributes': [
    remove('/d/a'),
    (root) => root.createFile('/d/a', bytesOf('one'), { attributes: { unit: 'm' } }),
  ],
  'a removal and the old text, whose attributes follow': [
    remove('/d/a'),
    write('/d/a', 'one'),
    (root) => root.setAttributes('/d/a', { unit: 'm' }),
  ],
  'a removal and a restoration': [remove('/d/a'), (_, pond) => pond.restore(['/d/a'], 'HEAD')],
  'an edit and a restoration': [write('/d/a', 'two'), (_, pond) => pond.restore(['/d/a'], 'HEAD')],
  'other attributes and the old ones': [
    (root) => root.setAttributes('/d/a', { unit: 'ft' }),
    (root) => root.setAttributes('/d/a', { unit: 'm' }),
  ],
  'another target of a link and the old one': [remove('/d/link'), (root) => root.createSymlink('/d/link', 'a')],
  'a rename there and back': [(root) => root.rename('/d/a', '/d/b'), (root) => root.rename('/d/b', '/d/a')],
  'a removed directory that is made again': [
    (root) => root.remove('/d', { recursive: true }),
    makeAgain,
    (root) => root.createFile('/d/series', parquetOf('first'), { type: 'series' }),
  ],
  'a moved directory, one like it in its place, and the removal of the moved one': [
    (root) => root.rename('/d', '/e'),
    makeAgain,
    (root) => root.rename('/e/series', '/d/series'),
    (root) => root.remove('/e', { recursive: true }),
  ],
  'files that are moved to another directory, which gets the name of the first': [
    (root) => root.createDirectory('/e'),
    (root) => root.rename('/d/a', '/e/a'),
    (root) => root.rename('/d/large', '/e/large'),
    (root) => root.rename('/d/link', '/e/link'),
    (root) => root.rename('/d/below', '/e/below'),
    (root) => root.rename('/d/series', '/e/series'),
    (root) => root.remove('/d'),
    (root) => root.rename('/e', '/d'),
  ],
  'a text that is edited under another name': [
    write('/d/a', 'two'),
    (root) => root.rename('/d/a', '/d/b'),
    write('/d/b', 'one'),
    (root) => root.rename('/d/b', '/d/a'),
  ],
  'a copy in the place of a moved file, which is removed': [
    (root) => root.rename('/d/a', '/a'),
    (root) => root.copy('/a', '/d/a'),
    remove('/a'),
  ],
  'a batch that ends as it began': [
    (root) =>
      root.backend.batch(async () => {
        await root.remove('/d/large');
        await root.writeFile('/d/large', large);
      }),
  ],
};

for (const [title, steps] of Object.entries(putBack)) {
  test(`${title} leave nothing staged`, async () => {
    const disk = createMemoryDisk();
    const pond = await newPond(disk);
    const root = await pond.fs.root();
    for (const step of steps) await step(root, pond);
    assert.deepEqual(await staged(pond), []);
    await assert.rejects(pond.commit({ message: 'nothing', author }), { code: 'nothing-staged' });
    assert.equal(textOf(await root.readFile('/d/a')), 'one');
    assert.deepEqual(await root.readFile('/d/large'), large);
    assert.deepEqual(await pond.checkHistory().then(({ problems }) => problems), []);
    await pond.close();
    endLockHolders(disk);
    const again = await openPondOn(disk, 'memory', { mode: 'write' });
    assert.deepEqual(await staged(again), []);
    assert.equal(textOf(await (await again.fs.root()).readFile('/d/a')), 'one');
    await again.close();
  });
}

const kept: Readonly<Record<string, { readonly steps: readonly Step[]; readonly changes: readonly string[] }>> = {
  'the old text without the old attributes': {
    steps: [remove('/d/a'), write('/d/a', 'one')],
    changes: ['modified /d/a'],
  },
  'the old text in a file that was moved away': {
    steps: [
      (root) => root.rename('/d/a', '/d/b'),
      (root) => root.createFile('/d/a', bytesOf('one'), { attributes: { unit: 'm' } }),
    ],
    changes: ['modified /d/a', 'renamed /d/b'],
  },
  'a directory that is made again with another text': {
    steps: [
      (root) => root.remove('/d', { recursive: true }),
      makeAgain,
      write('/d/a', 'two'),
      (root) => root.createFile('/d/series', parquetOf('first'), { type: 'series' }),
    ],
    changes: ['added /d/a'],
  },
  'a version of a series with the rows of the one before': {
    steps: [write('/d/series', parquetOf('first'))],
    changes: ['modified /d/series'],
  },
};

for (const [title, { steps, changes }] of Object.entries(kept)) {
  test(`${title} is staged`, async () => {
    const pond = await newPond(createMemoryDisk());
    const root = await pond.fs.root();
    for (const step of steps) await step(root, pond);
    const found = await staged(pond);
    assert.deepEqual(
      found.map((line) => line.split(' ').at(-1)),
      changes.map((line) => line.split(' ').at(-1)),
      found.join(', '),
    );
    await pond.close();
  });
}

test('the old text is staged, and a conflict, after another commit of the file', async () => {
  const pond = await newPond(createMemoryDisk());
  const root = await pond.fs.root();
  await root.writeFile('/d/a', bytesOf('mine'));
  const transaction = await pond.begin();
  await (await transaction.fs.root()).writeFile('/d/a', bytesOf('theirs'));
  await transaction.commit({ message: 'other', author });
  await root.writeFile('/d/a', bytesOf('one'));
  const { staged: changes, conflicts } = await pond.status();
  assert.deepEqual([changes.map(({ path }) => path), conflicts.map(({ path }) => path)], [['/d/a'], ['/d/a']]);
  assert.equal(textOf(await root.readFile('/d/a')), 'one');
  assert.equal(await pond.keepStaged(['/d/a']), 1);
  await pond.commit({ message: 'kept', author });
  assert.equal(textOf(await root.readFile('/d/a')), 'one');
  await pond.close();
});

test('what another commit makes as it is staged is not staged any more', async () => {
  const pond = await newPond(createMemoryDisk());
  const root = await pond.fs.root();
  const make = async (at: WorkingDirectory): Promise<void> => {
    await at.createDirectory('/new');
    await at.writeFile('/new/file', bytesOf('text'));
    await at.writeFile('/d/a', bytesOf('two'));
    await at.remove('/d/link');
  };
  await make(root);
  await root.writeFile('/d/large', bytesOf('mine'));
  const transaction = await pond.begin();
  await make(await transaction.fs.root());
  await transaction.commit({ message: 'the same', author });
  assert.deepEqual(await staged(pond), ['modified /d/large']);
  assert.deepEqual((await pond.status()).conflicts, []);
  await pond.close();
});

test('changes in a directory that is as committed again meanwhile find it', async () => {
  const pond = await newPond(createMemoryDisk());
  const root = await pond.fs.root();
  await root.remove('/d', { recursive: true });
  await makeAgain(root, pond);
  await root.writeFile('/d/a', bytesOf('two'));
  await root.createFile('/d/series', parquetOf('first'), { type: 'series' });
  await Promise.all(['a one', 'b', 'c'].map((text) => root.writeFile(`/d/${text[0]}`, bytesOf(text.slice(-3)))));
  assert.deepEqual(await staged(pond), ['added /d/b', 'added /d/c']);
  await pond.close();
});

const remadePaths = ['/d/a', '/d/b', '/d/s/c', '/d/s/e', '/d/s/t/f', '/d/u/g'];

/** The texts of all files of the test's directories, by path. */
async function textsIn(pond: Pond): Promise<Readonly<Record<string, string>>> {
  const root = await pond.fs.root();
  const texts: Record<string, string> = {};
  for (const path of [...remadePaths, '/x', '/y/s/c'])
    if ((await root.get(path)) !== undefined) texts[path] = textOf(await root.readFile(path));
  return texts;
}

test('directories that are removed and made again in any way have the changes that a comparison finds', async () => {
  for (const seed of seeds(15)) {
    const random = randomOf(seed);
    const disk = createMemoryDisk();
    const pond = await initPondOn(disk, 'memory', { author });
    const root = await pond.fs.root();
    const write = async (path: string, text: string): Promise<void> => {
      await root.createDirectory(path.slice(0, path.lastIndexOf('/')), { parents: true });
      await root.writeFile(path, bytesOf(text));
    };
    const expected: Record<string, string> = {};
    for (const path of remadePaths) await write(path, (expected[path] = path));
    await pond.commit({ message: 'first', author });
    // Some files, or a directory, are kept elsewhere meanwhile, and some return.
    if (random(3) === 0) await root.rename('/d/a', '/x');
    const isAside = random(3) === 0;
    if (isAside) await root.rename('/d', '/y');
    else await root.remove('/d', { recursive: true });
    const again = async (): Promise<void> => {
      for (const path of remadePaths) {
        if (random(6) === 0) delete expected[path];
        else await write(path, (expected[path] = random(4) === 0 ? `new ${path}` : path));
      }
    };
    if (random(2) === 0) await root.backend.batch(again);
    else await again();
    if (isAside && random(2) === 0) await root.remove('/y', { recursive: true });
    else if (isAside) expected['/y/s/c'] = '/d/s/c';
    if ((await root.get('/x')) !== undefined) {
      if (random(2) === 0) expected['/x'] = '/d/a';
      else {
        if ((await root.get('/d/a')) !== undefined) await root.remove('/d/a');
        await root.createDirectory('/d', { parents: true });
        await root.rename('/x', '/d/a');
        expected['/d/a'] = '/d/a';
      }
    }
    const sorted = Object.fromEntries(Object.entries(expected).sort());
    const found = async (at: Pond): Promise<object> => Object.fromEntries(Object.entries(await textsIn(at)).sort());
    assert.deepEqual(await found(pond), sorted, `seed ${seed}`);
    const changes = await staged(pond);
    if (!isAside) {
      const compared = (await pond.diff('HEAD', undefined)).map(({ path }) => path);
      const paths = changes.map((line) => line.split(' ').at(-1) ?? '');
      // The node of /d/a may be at /x. A removed directory is named for all below it, and one with less than half of
      // its entries is another one.
      const isCovered = (path: string): boolean => paths.some((at) => path.startsWith(`${at}/`));
      const uncovered = (all: readonly string[]): readonly string[] =>
        all.filter((path) => /.\/[b-g]$/.test(path) && !isCovered(path));
      assert.deepEqual(uncovered(paths), uncovered(compared), `seed ${seed}: ${changes.join(', ')}`);
    }
    await pond.close();
    endLockHolders(disk);
    const reopened = await openPondOn(disk, 'memory', { mode: 'write' });
    assert.deepEqual([await staged(reopened), await found(reopened)], [changes, sorted], `seed ${seed}, replayed`);
    if (changes.length > 0) await reopened.commit({ message: 'second', author });
    assert.deepEqual(await found(reopened), sorted, `seed ${seed}, committed`);
    assert.deepEqual((await reopened.checkHistory()).problems, []);
    await reopened.close();
  }
});
