import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { initPondOn, openPondOn } from '../support/pond.ts';
import { type Pond } from '../../server/src/pond/types.ts';
import { type Disk } from '../../server/src/storage/disk.ts';
import { createMemoryDisk } from '../../server/src/storage/memoryDisk.ts';
import { createCountingDisk, type ReadCounts } from '../support/countingDisk.ts';
import { bytesOf, collect } from '../support/tree.ts';

interface Size {
  readonly commits: number;
  /** Number of files in the wide directory. */
  readonly width: number;
}

/** A pond with a small directory, a wide one, and commits that change a file in the root. */
async function makePond({ commits, width }: Size): Promise<Disk> {
  const disk = createMemoryDisk();
  const pond = await initPondOn(disk, 'cost');
  const root = await pond.fs.root();
  await root.backend.batch(async () => {
    await root.createDirectory('/small');
    for (let i = 0; i < 5; i++) await root.writeFile(`/small/${i}`, bytesOf(`${i}`));
    const wide = await root.createDirectory('/wide');
    for (let i = 0; i < width; i++) await wide.writeFile(`file ${i}`, bytesOf(`${i}`));
  });
  await pond.commit({ message: 'first', author: 'test' });
  for (let i = 0; i < commits; i++) {
    await root.writeFile('/a', bytesOf(`${i}`));
    await pond.commit({ message: `${i}`, author: 'test' });
  }
  await pond.close();
  return disk;
}

/** Reads by `work` of a pond that was just opened. */
async function costOf(disk: Disk, work: (pond: Pond) => Promise<unknown>): Promise<ReadCounts> {
  const counting = createCountingDisk(disk);
  const pond = await openPondOn(counting.disk, 'cost', { mode: 'read' });
  counting.take();
  await work(pond);
  return counting.take();
}

const listing = async (pond: Pond): Promise<unknown> => (await pond.fs.root()).list('/small');
const reading = async (pond: Pond): Promise<unknown> => (await pond.fs.root()).readFile('/small/3');
const lookingUp = async (pond: Pond): Promise<unknown> => (await pond.fs.root()).get('/wide/file 55');

const few = await makePond({ commits: 3, width: 100 });
const many = await makePond({ commits: 3, width: 10_000 });

describe('the reads of a pond', () => {
  it('to list, read and look up do not depend on its age', async () => {
    // Both have a checkpoint, before which the entry of a commit is asked for its data file.
    const [young, old] = [await makePond({ commits: 60, width: 100 }), await makePond({ commits: 300, width: 100 })];
    for (const work of [listing, reading, lookingUp]) {
      const [a, b] = [await costOf(young, work), await costOf(old, work)];
      assert.equal(a.calls, b.calls, work.toString());
      assert.ok(b.bytes < a.bytes * 1.2 + 1000, `${b.bytes} bytes instead of ${a.bytes}: ${work.toString()}`);
    }
    const counting = createCountingDisk(old);
    await (await openPondOn(counting.disk, 'cost', { mode: 'read' })).close();
    const { calls } = counting.take();
    // The commits since the last checkpoint, at most 50 at this age, and their content.
    assert.ok(calls < 200, `${calls} calls to open a pond of 300 commits`);
  });

  it('to list, read and look up do not depend on its number of nodes', async () => {
    for (const work of [listing, reading]) {
      const [a, b] = [await costOf(few, work), await costOf(many, work)];
      assert.ok(b.calls <= a.calls + 12, `${b.calls} calls instead of ${a.calls}: ${work.toString()}`);
      assert.ok(b.bytes < 1_500_000, `${b.bytes} bytes instead of ${a.bytes}: ${work.toString()}`);
    }
    const { bytes } = await costOf(many, lookingUp);
    assert.ok(bytes < 2_000_000, `${bytes} bytes to find one of 10,000 entries`);
  });

  it('to restore one file do not depend on other changes since', async () => {
    const disk = createMemoryDisk();
    const pond = await initPondOn(disk, 'cost');
    const root = await pond.fs.root();
    const write = async (text: string): Promise<void> => {
      await root.backend.batch(async () => {
        for (let i = 0; i < 100; i++) {
          await root.createDirectory(`/d${i}`, { parents: true });
          await root.writeFile(`/d${i}/f`, bytesOf(`${i} ${text}`));
        }
      });
      await pond.commit({ message: text, author: 'test' });
    };
    await write('old');
    for (let i = 0; i < 100; i++) {
      await root.writeFile(`/d${i}/f`, bytesOf(`${i} new`));
      await pond.commit({ message: 'new', author: 'test' });
    }
    await pond.close();
    const counting = createCountingDisk(disk);
    const writer = await openPondOn(counting.disk, 'cost', { mode: 'write' });
    counting.take();
    const restored = await writer.restore(['/d7/f'], '1');
    assert.deepEqual(
      restored.map(({ path }) => path),
      ['/d7/f'],
    );
    const { calls } = counting.take();
    assert.ok(calls < 40, `${calls} calls to restore one file`);
    await writer.close();
  });

  it('and writes to change one file of 10,000 are a few pages', async () => {
    const pond = await openPondOn(many, 'cost', { mode: 'write' });
    await (await pond.fs.root()).writeFile('/wide/file 55', bytesOf('changed'));
    await pond.commit({ message: 'one file', author: 'test' });
    const { files } = await pond.history();
    const rows = await collect((await pond.history()).entries());
    const listed = rows.filter(({ txn }) => txn === pond.head.number);
    assert.ok(listed.length < 400, `${listed.length} entries were written for one of 10,000`);
    assert.ok(many.stat(files.at(-1)!)!.sizeBytes < 100_000);
    await pond.close();
  });
});
