import assert from 'node:assert/strict';
import { readFileSync, rmSync } from 'node:fs';
import { test } from 'node:test';
import { sha256 } from '../../server/src/pond/hash.ts';
import { hostFilesOf } from '../../server/src/pond/hostFiles.ts';
import { type PondNode } from '../../server/src/pond/node.ts';
import { type Disk } from '../../server/src/storage/disk.ts';
import { createMemoryDisk } from '../../server/src/storage/memoryDisk.ts';
import { storageError } from '../../server/src/storage/storageError.ts';
import { bytesOf } from '../support/tree.ts';

const content = bytesOf(`small content ${process.pid}`);
const node: PondNode = {
  id: 'node',
  type: 'file',
  version: 1,
  sizeBytes: content.length,
  modifiedUs: 0,
  sha256: sha256(content),
  attributes: {},
  name: 'a.csv',
  row: undefined,
  changedTxn: undefined,
  placedTxn: undefined,
  content: undefined,
  seriesHash: '',
  previous: undefined,
};

for (const errno of ['EROFS', 'ENOSPC', 'ENOENT', 'EIO']) {
  test(`small content is there for the engine when the pond's cache cannot be written: ${errno}`, async () => {
    const disk: Disk = {
      ...createMemoryDisk(),
      makeDirectory: (path) => {
        throw storageError(errno, 'make directory', path);
      },
    };
    const [file] = await hostFilesOf(disk, [node], () => Promise.resolve(content));
    assert.ok(file !== undefined);
    assert.deepEqual(new Uint8Array(readFileSync(file.hostPath)), content);
    rmSync(file.hostPath);
  });
}
