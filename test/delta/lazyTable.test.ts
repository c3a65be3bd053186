import assert from 'node:assert/strict';
import { test } from 'node:test';
import { writeCheckpoint } from '../../server/src/delta/checkpoint.ts';
import { commitNumber } from '../../server/src/delta/commitNumber.ts';
import { type LazyTable, lazyTableAt } from '../../server/src/delta/lazyTable.ts';
import { checkpointFile, commitFile, hintFile } from '../../server/src/delta/logPaths.ts';
import { openTable } from '../../server/src/delta/snapshot.ts';
import { type Disk } from '../../server/src/storage/disk.ts';
import { replaceFile } from '../../server/src/storage/durable.ts';
import { createMemoryDisk } from '../../server/src/storage/memoryDisk.ts';
import { addOf, commit, contentOf, grow, openLatest } from '../support/deltaTable.ts';

/** A table with a checkpoint of version 9, and versions 10 to 12, which also remove files on both sides of it. */
async function makeDisk(): Promise<Disk> {
  const disk = createMemoryDisk();
  grow(disk, 9);
  commit(disk, 9, { removes: [{ path: 'f3', dataChange: true }], txns: [{ appId: 'app', version: 9 }] });
  await writeCheckpoint(disk, (await openTable(disk))!, 0);
  commit(disk, 10, { adds: [addOf('f10'), addOf('f3')] });
  commit(disk, 11, { adds: [addOf('f11')], removes: [{ path: 'f1', dataChange: true }] });
  commit(disk, 12, { removes: [{ path: 'f10', dataChange: true }], txns: [{ appId: 'app', version: 12 }] });
  return disk;
}

const at = (disk: Disk, version: number, base?: LazyTable): Promise<LazyTable> =>
  lazyTableAt(disk, commitNumber(version), base);

test('a table is known by its checkpoint and the commits after it, and reads its files when they are needed', async () => {
  const disk = await makeDisk();
  const table = await at(disk, 12);
  assert.equal(table.read, undefined);
  assert.deepEqual([table.head.version, table.head.transactions.get('app')?.version], [12, 12]);
  assert.deepEqual([...table.recent.values()].map(({ path }) => path).sort(), ['f11', 'f3']);
  const files = await table.snapshot();
  assert.deepEqual(contentOf(files), contentOf(await openLatest(disk)));
  assert.equal(table.read, files);
});

test('commits after its files were read, or before, give the same table', async () => {
  const disk = await makeDisk();
  const [unread, read] = [await at(disk, 12), await at(disk, 12)];
  await read.snapshot();
  commit(disk, 13, { adds: [addOf('f13')], removes: [{ path: 'f5', dataChange: true }] });
  const change = { version: commitNumber(13), txns: [], adds: [addOf('f13')] };
  const next = { ...change, removes: [{ path: 'f5', dataChange: true }] };
  const expected = contentOf(await openLatest(disk));
  for (const table of [unread, read]) assert.deepEqual(contentOf(await table.with(next).snapshot()), expected);
  assert.ok(unread.with(next).rows >= read.with(next).rows);
});

test('a table is known by an earlier state of it, and neither the checkpoint nor earlier commits are read', async () => {
  const disk = await makeDisk();
  const earlier = await at(disk, 11);
  const expected = (await at(disk, 12)).head;
  disk.remove(checkpointFile(commitNumber(9)));
  disk.remove(commitFile(commitNumber(10)));
  const { head, rows } = await at(disk, 12, earlier);
  assert.deepEqual(
    [head.version, head.transactions.get('app')?.version, head.checkpointVersion, rows],
    [12, 12, expected.checkpointVersion, earlier.rows],
  );
  await assert.rejects((await at(disk, 12, earlier)).snapshot(), { code: 'pond-damaged' });
});

test('an altered checkpoint, or one without a known hash, is not believed for what it says about the table', async () => {
  for (const alter of [
    (disk: Disk) => replaceFile(disk, checkpointFile(commitNumber(9)), new TextEncoder().encode('PAR1, or not')),
    (disk: Disk) => disk.remove(hintFile),
  ]) {
    const disk = await makeDisk();
    alter(disk);
    const table = await at(disk, 12);
    assert.deepEqual(contentOf(await table.snapshot()), contentOf(await openLatest(disk)));
    assert.notEqual(table.read, undefined);
  }
});

test('a missing commit after the checkpoint is an error, as for a table that is read whole', async () => {
  const disk = await makeDisk();
  disk.remove(commitFile(commitNumber(11)));
  await assert.rejects(at(disk, 12), { code: 'pond-damaged', message: /commit 11 is missing/ });
});
