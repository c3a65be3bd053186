/** A full disk: what takes content away works, what adds some fails and leaves nothing. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Pond } from '../../server/src/pond/types.ts';
import { createMemoryDisk } from '../../server/src/storage/memoryDisk.ts';
import { BoundedDisk } from '../support/boundedDisk.ts';
import { initPondOn, openPondOn } from '../support/pond.ts';
import { bytesOf } from '../support/tree.ts';

/** A pond with a commit, some hundred staged files, and a large one. */
async function newPlace(): Promise<BoundedDisk> {
  const bounded = new BoundedDisk(createMemoryDisk());
  const pond = await initPondOn(bounded.disk, 'full');
  const root = await pond.fs.root();
  await root.writeFile('/committed', bytesOf('one'));
  await pond.commit({ message: 'first', author: 'test' });
  await root.createDirectory('/d');
  for (let i = 0; i < 100; i++) await root.writeFile(`/d/${i}`, bytesOf(`${i} `.repeat(1000)));
  await pond.close();
  return bounded;
}

const open = (bounded: BoundedDisk): Promise<Pond> => openPondOn(bounded.disk, 'full', { mode: 'write' });
const pathsOf = async (pond: Pond): Promise<readonly string[]> => (await pond.status()).staged.map(({ path }) => path);

const write =
  (sizeBytes: number) =>
  async (pond: Pond): Promise<unknown> =>
    (await pond.fs.root()).writeFile('/new', bytesOf('x'.repeat(sizeBytes)));

const additions: Readonly<Record<string, (pond: Pond) => Promise<unknown>>> = {
  'a small file': write(30_000),
  'a large file': write(300_000),
  'a batch': async (pond) => {
    const root = await pond.fs.root();
    await root.backend.batch(async () => {
      for (let i = 0; i < 20; i++) await root.writeFile(`/more${i}`, bytesOf(`${i} `.repeat(5000)));
    });
  },
  'a commit': (pond) => pond.commit({ message: 'second', author: 'test' }),
};

/** What is staged after each, and the most blocks that the pond then takes in addition to those of a new one. */
const removals: Readonly<Record<string, { work: (pond: Pond) => Promise<unknown>; isAll: boolean }>> = {
  'discarding everything': { work: (pond) => pond.discard(), isAll: true },
  'discarding one file': { work: (pond) => pond.discard(['/d/7']), isAll: false },
  'removing the directory': {
    work: async (pond) => (await pond.fs.root()).remove('/d', { recursive: true }),
    isAll: true,
  },
  'removing files in a batch': {
    work: async (pond) => {
      const root = await pond.fs.root();
      await root.backend.batch(async () => {
        for (let i = 0; i < 100; i++) await root.remove(`/d/${i}`);
      });
    },
    isAll: false,
  },
};

describe('on a disk without any room', () => {
  for (const [name, { work, isAll }] of Object.entries(removals)) {
    it(`${name} works, in a process that is started then`, async () => {
      const bounded = await newPlace();
      bounded.leave(0);
      const pond = await open(bounded);
      const before = (await pathsOf(pond)).length;
      await work(pond);
      const staged = await pathsOf(pond);
      assert.ok(staged.length < before);
      await pond.close();
      if (isAll) assert.deepEqual([staged, bounded.freeBlocks > 40], [[], true]);
      // There is a reserve for the next time, as far as there is room.
      assert.equal(bounded.disk.stat('_pond/reserve') !== undefined || bounded.freeBlocks < 16, true);
      const again = await open(bounded);
      assert.deepEqual(await pathsOf(again), staged);
      assert.deepEqual(await again.check(), []);
      await again.close();
    });
  }

  for (const [name, work] of Object.entries(additions)) {
    it(`${name} fails, leaves nothing, and what is staged can be discarded`, async () => {
      const bounded = await newPlace();
      bounded.leave(0);
      for (let time = 0; time < 3; time++) {
        const pond = await open(bounded);
        const staged = await pathsOf(pond);
        await assert.rejects(work(pond), { code: 'storage-full' });
        assert.deepEqual(await pathsOf(pond), staged);
        await pond.close();
        // The lock of a process that ended stays as an empty file when there is no room to say more.
        assert.ok(bounded.freeBlocks <= 1, `${bounded.freeBlocks} blocks are free`);
        assert.notEqual(bounded.disk.stat('_pond/reserve'), undefined);
      }
      const pond = await open(bounded);
      await pond.discard();
      assert.deepEqual(await pathsOf(pond), []);
      await pond.close();
      bounded.leave(1000);
      const roomy = await open(bounded);
      await write(100)(roomy);
      await roomy.commit({ message: 'room', author: 'test' });
      assert.deepEqual(await roomy.check(), []);
      await roomy.close();
    });
  }
});
