/** Checkpoints that other engines or damage left: what the commits say counts. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type AddFile } from '../../server/src/delta/files.ts';
import { writeCheckpoint } from '../../server/src/delta/checkpoint.ts';
import { commitNumber, commitsUp, firstCommit } from '../../server/src/delta/commitNumber.ts';
import { commitVersion } from '../../server/src/delta/commit.ts';
import { LayeredMap } from '../../server/src/delta/layeredMap.ts';
import { sha256Tag } from '../../server/src/delta/log.ts';
import { commitFile, hintFile } from '../../server/src/delta/logPaths.ts';
import { openTable } from '../../server/src/delta/snapshot.ts';
import { type DeltaSnapshot } from '../../server/src/delta/deltaSnapshot.ts';
import { type Pond } from '../../server/src/pond/types.ts';
import { type Disk } from '../../server/src/storage/disk.ts';
import { createMemoryDisk, type DiskImage } from '../../server/src/storage/memoryDisk.ts';
import { imageOf } from '../support/diskImage.ts';
import { checkpointForms, writeOtherCheckpoint } from '../support/otherCheckpoint.ts';
import { initPondOn, openPondOn } from '../support/pond.ts';
import { type PondState, pondState } from '../support/pondState.ts';
import { bytesOf } from '../support/tree.ts';

const open = (disk: Disk, mode: 'read' | 'write' = 'read'): Promise<Pond> => openPondOn(disk, 'pond', { mode });

async function stateOf(disk: Disk): Promise<PondState> {
  const pond = await open(disk);
  try {
    return await pondState(pond);
  } finally {
    await pond.close();
  }
}

const image: DiskImage = await (async () => {
  const disk = createMemoryDisk();
  const pond = await initPondOn(disk, 'pond');
  for (const text of ['one', 'two', 'three']) {
    await (await pond.fs.root()).writeFile(`/${text}`, bytesOf(text));
    await pond.commit({ message: text, author: 'test' });
  }
  await pond.close();
  return imageOf(disk);
})();
const expected = await stateOf(createMemoryDisk(image));

/** Returns a disk with a checkpoint of an altered table, without a hash. */
async function withCheckpoint(alter: (table: DeltaSnapshot) => DeltaSnapshot): Promise<Disk> {
  const disk = createMemoryDisk(image);
  await writeCheckpoint(disk, alter((await openTable(disk))!), 0);
  disk.remove(hintFile);
  return disk;
}

/** Alters the file of the latest commit. */
function withFile(table: DeltaSnapshot, alter: (file: AddFile) => AddFile): DeltaSnapshot {
  const files = [...table.files.values()].map((file) => (file.addedVersion === table.version ? alter(file) : file));
  return { ...table, files: LayeredMap.of(new Map(files.map((file) => [file.path, file]))) };
}

describe('a checkpoint without a hash that says other than the commits', () => {
  const missing = 'ab'.repeat(4);
  const cases: Readonly<Record<string, (table: DeltaSnapshot) => DeltaSnapshot>> = {
    'the path of a file': (table) =>
      withFile(table, (file) => ({
        ...file,
        path: `${missing}.parquet`,
        add: { ...file.add, path: `${missing}.parquet` },
      })),
    'the size of a file': (table) => withFile(table, (file) => ({ ...file, add: { ...file.add, size: 7 } })),
    'the hash of a file': (table) =>
      withFile(table, (file) => ({
        ...file,
        add: { ...file.add, tags: { ...file.add.tags, [sha256Tag]: 'ab'.repeat(32) } },
      })),
    'the commits of a file': (table) =>
      withFile(table, (file) => ({
        ...file,
        add: { ...file.add, tags: { ...file.add.tags, 'duckpond.txn': '77-77' } },
      })),
    'the latest commit': (table) => ({
      ...table,
      transactions: LayeredMap.of(new Map([['duckpond', { appId: 'duckpond', version: 99 }]])),
    }),
    'the id of the table': (table) => ({ ...table, metaData: { ...table.metaData, id: 'no id' } }),
  };
  for (const [what, alter] of Object.entries(cases)) {
    it(`in ${what} is passed over`, async () => {
      const disk = await withCheckpoint(alter);
      assert.deepEqual(await stateOf(disk), expected);
      const pond = await open(disk);
      assert.ok((await pond.checkHistory()).problems.some((problem) => /checkpoint\.parquet differs/.test(problem)));
      await pond.close();
    });
  }

  it('is damage when the commits are gone', async () => {
    const disk = await withCheckpoint(cases['the path of a file']!);
    for (const number of commitsUp(firstCommit, commitNumber(3))) disk.remove(commitFile(number));
    await assert.rejects(stateOf(disk), { code: 'pond-damaged' });
  });
});

describe('a checkpoint of another engine', () => {
  for (const form of checkpointForms) {
    it(`in the form ${form} replaces commits that are gone`, async () => {
      const disk = createMemoryDisk(image);
      writeOtherCheckpoint(disk, (await openTable(disk))!, form);
      for (const number of commitsUp(firstCommit, commitNumber(2))) disk.remove(commitFile(number));
      assert.deepEqual(await stateOf(disk), expected);
      const pond = await open(disk, 'write');
      assert.deepEqual((await pond.checkHistory()).problems, []);
      await (await pond.fs.root()).writeFile('/four', bytesOf('four'));
      assert.equal((await pond.commit({ message: 'four', author: 'test' })).number, 4);
      await pond.close();
    });
  }

  it('does not hide the operations of other engines before it', async () => {
    const disk = createMemoryDisk(image);
    const commitInfo = { txnId: 'x', operation: 'VACUUM START', engineInfo: 'delta-rs:py-1.6.6' };
    assert.deepEqual(commitVersion(disk, commitNumber(4), { commitInfo }), { committed: true });
    await writeCheckpoint(disk, (await openTable(disk))!, 0);
    const pond = await open(disk);
    const { foreignCommits, earlierForeignFiles } = await pond.status();
    const named = { version: 4, operation: 'VACUUM START', engine: 'delta-rs:py-1.6.6', removedCommits: [] };
    assert.deepEqual([foreignCommits, earlierForeignFiles], [[named], 0]);
    await pond.close();
  });
});
