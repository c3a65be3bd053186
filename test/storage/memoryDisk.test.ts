import assert from 'node:assert/strict';
import { it } from 'node:test';
import { createMemoryDisk } from '../../server/src/storage/memoryDisk.ts';
import { testDiskContract } from '../contracts/disk.ts';

testDiskContract('memory disk', () => ({ disk: createMemoryDisk(), dispose: () => undefined }));

it('a memory disk starts with its image and never writes to it', () => {
  const content = new Uint8Array([1, 2]);
  const disk = createMemoryDisk({ directories: ['empty'], files: [['a/b', content]] }, () => 5);
  const file = disk.openAppend('a/b');
  file.append(new Uint8Array([3]));
  file.truncate(1);
  file.append(new Uint8Array([4]));
  assert.deepEqual(disk.readFile('a/b'), new Uint8Array([1, 4]));
  assert.deepEqual(content, new Uint8Array([1, 2]));
  assert.deepEqual(disk.stat('empty'), { kind: 'directory', sizeBytes: 0, modifiedMs: 5, linkCount: 1 });
  assert.equal(disk.hostPath('a/b'), undefined);
});
