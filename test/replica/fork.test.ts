/** A fork: a pond of its own with the history of another one, sound by every check, whatever stops it. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isPondError } from '../../server/src/base/error.ts';
import { readReplica } from '../../server/src/pond/replica.ts';
import { type CloneReport } from '../../server/src/replica/clone.ts';
import { type Disk } from '../../server/src/storage/disk.ts';
import { createMemoryDisk } from '../../server/src/storage/memoryDisk.ts';
import { checkedPond } from '../support/checkedPond.ts';
import { asStored, cloneOnto, soundCommits, storedPond, storeOn } from '../support/clonedPond.ts';
import { imageOf } from '../support/diskImage.ts';
import { openPondOn } from '../support/pond.ts';
import { endLockHolders } from '../support/pondState.ts';
import { seeds } from '../support/proof.ts';
import { SimDisk } from '../support/simDisk.ts';
import { bytesOf } from '../support/tree.ts';

const image = await storedPond();
const store = storeOn(createMemoryDisk(image));
const expected = await soundCommits(createMemoryDisk(image));

const fork = (disk: Disk, from = store): Promise<CloneReport> => cloneOnto(disk, from, { forkAuthor: 'me' });

describe('a fork', () => {
  it('has the history under an id of its own, and a commit that says of which pond it is', async () => {
    const disk = createMemoryDisk();
    const { pond, of, head } = await fork(disk);
    assert.notEqual(pond, of);
    const commits = await soundCommits(disk);
    assert.deepEqual(commits.slice(0, -1), expected);
    assert.deepEqual([head.number, head.operation, head.author], [4, 'fork', 'me']);
    assert.equal(head.message, `Fork of pond ${of} at commit 3`);
    assert.equal(commits.at(-1)?.rootHash, expected.at(-1)?.rootHash);
    assert.equal(readReplica(disk), undefined);
  });

  it('is written to and copied like any other pond', async () => {
    const disk = createMemoryDisk();
    const { pond: id } = await fork(disk);
    const pond = await openPondOn(disk, 'fork', { mode: 'write' });
    assert.deepEqual([pond.id, pond.notices], [id, []]);
    await (await pond.fs.root()).writeFile('/mine', bytesOf('mine'));
    await pond.commit({ message: 'mine', author: 'test' });
    await pond.close();
    const copy = createMemoryDisk();
    assert.equal((await cloneOnto(copy, storeOn(createMemoryDisk(asStored(imageOf(disk)))))).of, id);
    assert.deepEqual(await soundCommits(copy), await soundCommits(disk));
  });

  it('of a version has the history up to it', async () => {
    const disk = createMemoryDisk();
    const { head } = await cloneOnto(disk, store, { forkAuthor: 'me', at: '1' });
    assert.deepEqual([head.number, head.message.endsWith('at commit 1')], [2, true]);
    await (await openPondOn(disk, 'fork', { mode: 'write' })).close();
  });

  it('of a fork, and of a pond with a wide directory and a checkpoint, is sound too', async () => {
    const [first, second] = [createMemoryDisk(), createMemoryDisk()];
    await fork(first, storeOn(createMemoryDisk(asStored((await checkedPond(7)).image))));
    const { head } = await fork(second, storeOn(createMemoryDisk(asStored(imageOf(first)))));
    assert.deepEqual([head.number, head.operation], [9, 'fork']);
    const pond = await openPondOn(second, 'fork', { mode: 'read' });
    assert.deepEqual((await pond.checkHistory()).problems, []);
    await pond.close();
  });

  it('leaves no file that only the other pond had', async () => {
    const disk = createMemoryDisk();
    await fork(disk);
    const names = disk.list('').filter((name) => name.endsWith('.parquet'));
    assert.equal(names.length, 5);
    assert.ok(!names.some((name) => new Map(image.files).has(name)));
  });

  it('does not become a copy, nor a copy a fork', async () => {
    const [copy, forked] = [createMemoryDisk(), createMemoryDisk()];
    await cloneOnto(copy, store);
    await assert.rejects(fork(copy), (error) => isPondError(error, 'already-exists'));
    await fork(forked);
    await assert.rejects(cloneOnto(forked, store), (error) => isPondError(error, 'already-exists'));
  });

  for (const seed of seeds(1)) {
    it(`that a crash stops leaves no pond or an older one, and goes on: seed ${seed}`, async () => {
      const sim = new SimDisk();
      await fork(sim.disk);
      const choice = { mode: 'sample', seed, pointsMax: 24, randomStates: 0 } as const;
      let number = 0;
      await sim.checkCrashes(choice, async ({ open }) => {
        if (number++ % 6 !== 0) return;
        const disk = open();
        endLockHolders(disk);
        const isDone = disk.stat('_delta_log') !== undefined && readReplica(disk) === undefined;
        if (!isDone) await fork(disk);
        const commits = await soundCommits(disk);
        assert.deepEqual(commits.slice(0, -1), expected);
        assert.match(commits.at(-1)!.message, /^Fork of pond/);
      });
    });
  }
});
