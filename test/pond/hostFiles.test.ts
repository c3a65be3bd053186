import assert from 'node:assert/strict';
import { readFileSync, rmSync } from 'node:fs';
import { test } from 'node:test';
import { sha256Of } from '../../server/src/base/sha256.ts';
import { hostFilesOf } from '../../server/src/pond/hostFiles.ts';
import { type PondNode } from '../../server/src/pond/node.ts';
import { type Disk } from '../../server/src/storage/disk.ts';
import { openHostDisk } from '../../server/src/storage/hostDisk.ts';
import { createMemoryDisk } from '../../server/src/storage/memoryDisk.ts';
import { storageError } from '../../server/src/storage/storageError.ts';
import { makeTemporaryDirectory } from '../support/temporaryDirectory.ts';
import { storageOn } from '../support/pond.ts';
import { bytesOf } from '../support/tree.ts';

const content = bytesOf(`small content ${process.pid}`);
const node: PondNode = {
  state: 'staged',
  id: 'node',
  type: 'file',
  version: 1,
  sizeBytes: content.length,
  modifiedUs: 0,
  sha256: sha256Of(content),
  attributes: {},
  name: 'a.csv',
  placedTxn: undefined,
  content: { in: 'journal', offset: 0, sizeBytes: content.length },
  seriesHash: '',
  previous: undefined,
};

for (const errno of ['EROFS', 'ENOSPC', 'ENOENT', 'EIO']) {
  test(`the engine can read small content when the pond's cache cannot be written: ${errno}`, async () => {
    const disk: Disk = {
      ...createMemoryDisk(),
      makeDirectory: (path) => {
        throw storageError(errno, 'make directory', path);
      },
    };
    const [file] = await hostFilesOf(storageOn(disk, 'memory'), [node], () => Promise.resolve(content));
    assert.ok(file !== undefined);
    assert.deepEqual(new Uint8Array(readFileSync(file.hostPath)), content);
    rmSync(file.hostPath);
  });
}

test('a file of the cache is complete or absent, and writing it waits for no flush', async () => {
  const temporary = makeTemporaryDirectory('duckpond-test');
  try {
    const disk = openHostDisk(temporary.path);
    const load = () => Promise.resolve(content);
    const isInPlace = () => true;
    const broken: Disk = {
      ...disk,
      create: (path) => {
        const file = disk.create(path);
        const append = (bytes: Uint8Array) => {
          file.append(bytes.subarray(1));
          throw new TypeError('the process is at its end');
        };
        return { sizeBytes: 0, isInPlace, append, truncate: file.truncate, sync: file.sync, close: () => file.close() };
      },
    };
    await assert.rejects(hostFilesOf(storageOn(broken, 'broken'), [node], load), TypeError);
    const directory = `_pond/cache/inline/${node.sha256.slice(0, 2)}`;
    assert.deepEqual(disk.list(directory), []);
    const unflushed: Disk = {
      ...disk,
      create: (path) => {
        const file = disk.create(path);
        const sync = () => assert.fail('the cache was flushed');
        const append = (bytes: Uint8Array) => file.append(bytes);
        return { sizeBytes: 0, isInPlace, append, truncate: file.truncate, sync, close: () => file.close() };
      },
      syncDirectory: () => assert.fail('the cache was flushed'),
    };
    const [file] = await hostFilesOf(storageOn(unflushed, 'unflushed'), [node], load);
    assert.ok(file !== undefined);
    assert.deepEqual(new Uint8Array(readFileSync(file.hostPath)), content);
    assert.deepEqual(disk.list(directory), [node.sha256]);
  } finally {
    temporary.remove();
  }
});
