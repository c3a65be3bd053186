import assert from 'node:assert/strict';
import { FileStore } from '../../server/src/remote/fileStore.ts';
import { type ObjectStore } from '../../server/src/remote/objectStore.ts';
import { clonePond, type CloneReport } from '../../server/src/replica/clone.ts';
import { type CloneRequest } from '../../server/src/replica/cloneRequest.ts';
import { type Disk } from '../../server/src/storage/disk.ts';
import { createMemoryDisk, type DiskImage } from '../../server/src/storage/memoryDisk.ts';
import { imageOf } from './diskImage.ts';
import { initPondOn, openPondOn, storageOn } from './pond.ts';
import { type CommitState, pondState } from './pondState.ts';
import { bytesOf, parquetOf } from './tree.ts';

/** Address of the stores that copies are made from. */
const storeUrl = 'file:///store';

/** A small pond as a store has it: some commits with a series, links, small files and two contents of their own. */
export async function storedPond(): Promise<DiskImage> {
  const disk = createMemoryDisk();
  const pond = await initPondOn(disk, 'stored');
  const root = await pond.fs.root();
  const commit = (message: string): Promise<unknown> => pond.commit({ message, author: 'test' });
  await root.createDirectory('/d/e', { parents: true });
  await root.writeFile('/d/e/a', bytesOf('one'));
  await root.writeFile('/large', bytesOf('large '.repeat(12_000)));
  await root.createFile('/s', parquetOf('one'), { type: 'series' });
  await commit('one');
  await root.writeFile('/large', bytesOf('other '.repeat(12_000)));
  await root.writeFile('/s', parquetOf('two'));
  await root.createSymlink('/link', '/d/e');
  await commit('two');
  await root.rename('/d/e', '/d/f');
  await commit('three');
  await pond.close();
  return asStored(imageOf(disk));
}

/** The files of a pond that a store has: without its working files. */
export function asStored({ files }: DiskImage): DiskImage {
  const stored = [...files].filter(([path]) => !path.startsWith('_pond/') || path.startsWith('_pond/blobs/'));
  return { directories: [], files: stored };
}

/** A store with the files of a disk. */
export function storeOn(disk: Disk): ObjectStore {
  return new FileStore(disk, { address: storeUrl, prefix: '' });
}

/** Copies the pond of a store into the root of a disk. */
export function cloneOnto(disk: Disk, store: ObjectStore, request: Partial<CloneRequest> = {}): Promise<CloneReport> {
  return clonePond(store, storageOn(disk, 'clone'), { url: storeUrl, isThin: false, ...request });
}

/** Commits of the pond on a disk with their trees, after a check that finds nothing. */
export async function soundCommits(disk: Disk): Promise<readonly CommitState[]> {
  const pond = await openPondOn(disk, 'seen', { mode: 'read' });
  try {
    assert.deepEqual((await pond.checkHistory()).problems, []);
    return (await pondState(pond)).commits;
  } finally {
    await pond.close();
  }
}
