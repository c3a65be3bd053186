/** Blobs of changes that were discarded or failed are removed, and never one that something refers to. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Pond, type Transaction } from '../../server/src/pond/types.ts';
import { type Disk } from '../../server/src/storage/disk.ts';
import { createMemoryDisk } from '../../server/src/storage/memoryDisk.ts';
import { imageOf } from '../support/diskImage.ts';
import { initPondOn, openPondOn } from '../support/pond.ts';
import { endLockHolders, overwrite, pondState } from '../support/pondState.ts';
import { randomOf } from '../support/random.ts';
import { seeds } from '../support/proof.ts';
import { bytesOf } from '../support/tree.ts';

const large = (text: string): Uint8Array => bytesOf(text.repeat(100_000));

const write =
  (path: string, text: string) =>
  async (pond: Pond): Promise<unknown> =>
    (await pond.fs.root()).writeFile(path, large(text));
const commit = (pond: Pond): Promise<unknown> => pond.commit({ message: 'made', author: 'test' });
const discard =
  (...paths: string[]) =>
  (pond: Pond): Promise<unknown> =>
    pond.discard(paths);
const remove =
  (path: string) =>
  async (pond: Pond): Promise<unknown> =>
    (await pond.fs.root()).remove(path, { recursive: true });
/** Runs `work`, which must fail. */
const fails =
  (work: (pond: Pond) => Promise<unknown>) =>
  async (pond: Pond): Promise<unknown> =>
    assert.rejects(work(pond));
const transaction =
  (text: string, end: 'commit' | 'abandon') =>
  async (pond: Pond): Promise<unknown> => {
    const begun = await pond.begin();
    await (await begun.fs.root()).writeFile('/run', large(text));
    return end === 'abandon' ? await begun.abandon() : await begun.commit({ message: 'run', author: 'test' });
  };

type Step = (pond: Pond) => Promise<unknown>;

const failedBatch: Step = fails(async (pond) => {
  const root = await pond.fs.root();
  await root.backend.batch(async () => {
    for (const name of ['b', 'c']) await root.writeFile(`/${name}`, large(name));
    await root.remove('/a');
    throw new Error('stopped');
  });
});
const notParquet: Step = fails(async (pond) => (await pond.fs.root()).createFile('/t', large('t'), { type: 'table' }));
const conflicting: Step = async (pond) => {
  const begun = await pond.begin();
  await (await begun.fs.root()).writeFile('/x', large('x'));
  await write('/x', 'y')(pond);
  await commit(pond);
  await assert.rejects(begun.commit({ message: 'run', author: 'test' }), { code: 'conflict' });
};

/** The number of blobs that is left after the steps, each in a process of its own. */
const cases: Readonly<Record<string, readonly [blobs: number, ...steps: Step[]]>> = {
  'a discarded file': [0, write('/a', 'a'), discard('/a')],
  'a removed file': [0, write('/a', 'a'), remove('/a')],
  'a removed directory': [
    0,
    async (pond) => (await pond.fs.root()).createDirectory('/d'),
    write('/d/a', 'a'),
    write('/d/b', 'b'),
    remove('/d'),
  ],
  'a file that was written again': [1, write('/a', 'a'), write('/a', 'b')],
  'a discarded file beside another one': [1, write('/a', 'a'), write('/b', 'b'), discard('/a')],
  'a failed batch': [1, write('/a', 'a'), failedBatch],
  'a table that is not Parquet': [0, notParquet],
  'an abandoned transaction': [0, transaction('a', 'abandon')],
  'an abandoned transaction beside the same content, staged': [1, write('/a', 'a'), transaction('a', 'abandon')],
  'content that is staged twice, and discarded once': [1, write('/a', 'a'), write('/b', 'a'), discard('/a')],
  'content that is staged twice, and discarded twice': [0, write('/a', 'a'), write('/b', 'a'), discard('/a', '/b')],
  'a discarded copy of a staged file': [
    1,
    write('/a', 'a'),
    async (pond) => (await pond.fs.root()).copy('/a', '/b'),
    discard('/a'),
  ],
  'a renamed file': [1, write('/a', 'a'), async (pond) => (await pond.fs.root()).rename('/a', '/b')],
  'an attribute': [1, write('/a', 'a'), async (pond) => (await pond.fs.root()).setAttributes('/a', { k: 'v' })],
  'committed content': [1, write('/a', 'a'), commit, remove('/a')],
  'committed content that is staged again and discarded': [
    1,
    write('/a', 'a'),
    commit,
    write('/b', 'a'),
    discard('/b'),
  ],
  'content that a transaction committed': [1, write('/a', 'a'), transaction('a', 'commit'), discard('/a')],
  'a transaction that met a conflict': [2, conflicting],
};

const blobsOn = (disk: Disk): number =>
  disk.list('_pond/blobs').reduce((sum, directory) => sum + disk.list(`_pond/blobs/${directory}`).length, 0);

describe('blobs after', () => {
  for (const [name, [blobs, ...steps]] of Object.entries(cases)) {
    it(name, async () => {
      const disk = createMemoryDisk();
      await (await initPondOn(disk, 'blobs')).close();
      for (const step of steps) {
        const pond = await openPondOn(disk, 'blobs', { mode: 'write' });
        await step(pond);
        await pond.close();
      }
      assert.equal(blobsOn(disk), blobs);
      await checkWhole(disk);
    });
  }

  it('one of two changes with the same content failed, while the other was made', async () => {
    const disk = createMemoryDisk();
    const pond = await initPondOn(disk, 'blobs');
    const root = await pond.fs.root();
    const failing = root.createFile('/t', large('a'), { type: 'table' });
    await Promise.all([assert.rejects(failing), root.writeFile('/a', large('a'))]);
    await pond.close();
    assert.equal(blobsOn(disk), 1);
    await checkWhole(disk);
  });

  it('a kill before the blob of a discarded change was removed: the next writer removes it', async () => {
    const disk = createMemoryDisk();
    const pond = await initPondOn(disk, 'blobs');
    await write('/a', 'a')(pond);
    const blob = [...imageOf(disk).files].find(([path]) => path.startsWith('_pond/blobs/'))!;
    await write('/b', 'b')(pond);
    await discard('/a')(pond);
    await pond.close();
    const { directories, files } = imageOf(disk);
    const killed = createMemoryDisk({ directories, files: [...files, blob] });
    assert.equal(blobsOn(killed), 2);
    await checkWhole(killed);
    assert.equal(blobsOn(killed), 1);
  });
});

/** A copy of the disk of a process that is killed, and whose end other processes notice. */
const killed = (disk: Disk, more: readonly (readonly [string, Uint8Array])[] = []): Disk => {
  const { directories, files } = imageOf(disk);
  const copy = createMemoryDisk({ directories, files: [...files, ...more] });
  endLockHolders(copy);
  return copy;
};

describe('blobs of a process that was killed', () => {
  const listPath = '_pond/new-content';
  /** A pond with content in its history and in its staged changes, and a transaction at work. */
  async function working(): Promise<{ readonly disk: Disk; readonly pond: Pond; readonly run: Transaction }> {
    const disk = createMemoryDisk();
    const pond = await initPondOn(disk, 'blobs');
    await write('/history', 'a')(pond);
    await commit(pond);
    await write('/staged', 'b')(pond);
    const run = await pond.begin();
    await (await run.fs.root()).writeFile('/run', large('c'));
    return { disk, pond, run };
  }

  it('are removed by the next writer, but for those of the history and of staged changes', async () => {
    const { disk, pond, run } = await working();
    // The same content as the history and the staged changes have.
    await (await run.fs.root()).writeFile('/again', large('a'));
    await (await run.fs.root()).writeFile('/more', large('b'));
    const after = killed(disk);
    assert.equal(blobsOn(after), 3);
    await checkWhole(after);
    assert.equal(blobsOn(after), 2);
    assert.equal(after.stat(listPath), undefined);
    await pond.close();
  });

  it('stay after another commit, which may refer to them', async () => {
    const { disk, pond } = await working();
    await pond.commit({ message: 'staged', author: 'test' });
    const after = killed(disk);
    await checkWhole(after);
    assert.equal(blobsOn(after), 3);
    await pond.close();
  });

  it('stay when the journal has an unfinished end, which is quarantined', async () => {
    const { disk, pond } = await working();
    const unfinished = createMemoryDisk(imageOf(killed(disk)));
    const journal = unfinished.readFile('_pond/journal')!;
    overwrite(unfinished, '_pond/journal', journal.subarray(0, journal.length - 5));
    await (await openPondOn(unfinished, 'blobs', { mode: 'write' })).close();
    await checkWhole(unfinished);
    assert.equal(blobsOn(unfinished), 3);
    await pond.close();
  });

  it('a list of another history, or a damaged one, removes nothing', async () => {
    const { disk, pond } = await working();
    const list = Buffer.from(disk.readFile(listPath)!).toString();
    const [head = '', ...hashes] = list.split('\n');
    assert.deepEqual([head, hashes.length], [pond.head.id, 3]);
    for (const text of [
      '',
      head,
      `${crypto.randomUUID()}\n${hashes.join('\n')}`,
      list.replaceAll('\n', ' '),
      '\0'.repeat(99),
    ]) {
      const after = killed(disk);
      overwrite(after, listPath, Buffer.from(text));
      await checkWhole(after);
      assert.equal(blobsOn(after), 3, JSON.stringify(text));
    }
    await pond.close();
  });
});

for (const seed of seeds(2)) {
  it(`changes of large files in any order leave each file that is to be seen: seed ${seed}`, async () => {
    const pick = randomOf(seed);
    const text = (): string => 'abc'[pick(3)]!;
    const path = (): string => `/${'xyz'[pick(3)]!}`;
    const ignore =
      (step: Step): Step =>
      (pond) =>
        step(pond).catch(() => undefined);
    const kinds: readonly (() => Step)[] = [
      () => write(path(), text()),
      () => write(path(), text()),
      () => ignore(remove(path())),
      () => ignore(discard(path())),
      () => ignore(async (pond) => (await pond.fs.root()).copy(path(), `/${text()}`)),
      () => ignore(failedBatch),
      () => ignore(transaction(text(), pick(2) === 0 ? 'abandon' : 'commit')),
      () => ignore(commit),
    ];
    const disk = createMemoryDisk();
    await (await initPondOn(disk, 'blobs')).close();
    for (let round = 0; round < 12; round++) {
      const pond = await openPondOn(disk, 'blobs', { mode: 'write' });
      for (let step = 0; step < 1 + pick(4); step++) await kinds[pick(kinds.length)]!()(pond);
      // Killed, or closed.
      if (pick(2) === 0) endLockHolders(disk);
      await pond.close();
      await checkWhole(disk);
    }
  });
}

/** Every version and every staged file can be read. */
async function checkWhole(disk: Disk): Promise<void> {
  const pond = await openPondOn(disk, 'blobs', { mode: 'write' });
  await pondState(pond);
  assert.deepEqual(await pond.check(), []);
  await pond.close();
}
