import assert from 'node:assert/strict';
import { test } from 'node:test';
import { blobPath, createBlobStore } from '../../server/src/pond/blobs.ts';
import { type Disk } from '../../server/src/storage/disk.ts';
import { createMemoryDisk } from '../../server/src/storage/memoryDisk.ts';
import { overwrite } from '../support/pondState.ts';
import { openHostDisk } from '../../server/src/storage/hostDisk.ts';
import { temporaryFolder } from '../support/folder.ts';
import { collect } from '../support/tree.ts';

const large = Buffer.from('large '.repeat(20_000));

test('reading a blob that was altered on the disk fails before its end', async () => {
  const disk = createMemoryDisk();
  const blobs = createBlobStore(disk);
  const { sha256 } = await blobs.store(large);
  assert.deepEqual(Buffer.concat(await collect(blobs.read(sha256, large.length))), large);
  const altered = Buffer.from(large);
  altered[100_000] = 0;
  overwrite(disk, blobPath(sha256), altered);
  await assert.rejects(collect(blobs.read(sha256, large.length)), { code: 'pond-damaged', message: /is altered/ });
});

test('a part of a blob that was altered elsewhere fails before its first byte', async (t) => {
  for (const disk of [createMemoryDisk(), openHostDisk(temporaryFolder(t))]) {
    const blobs = createBlobStore(disk);
    const { sha256 } = await blobs.store(large);
    const part = (): Promise<Uint8Array[]> => collect(blobs.read(sha256, large.length, { start: 6, end: 11 }));
    assert.equal(Buffer.concat(await part()).toString(), 'large');
    const altered = Buffer.from(large);
    altered[100_000] = 0;
    disk.remove(blobPath(sha256));
    overwrite(disk, blobPath(sha256), altered);
    await assert.rejects(part(), { code: 'pond-damaged', path: blobPath(sha256), message: /its hash is/ });
  }
});

test('a part of a blob is read without the rest', async () => {
  const disk = createMemoryDisk();
  const blobs = createBlobStore(disk);
  const { sha256 } = await blobs.store(large);
  const part = await collect(blobs.read(sha256, large.length, { start: 6, end: 11 }));
  assert.equal(Buffer.concat(part).toString(), 'large');
});

/** A disk of which one call fails. */
function failingDisk(call: 'makeDirectory' | 'createFromStream'): Disk {
  const fail = (): never => {
    throw new Error(`${call} failed`);
  };
  return { ...createMemoryDisk(), [call]: fail };
}

test('a source is closed although its blob cannot be stored', async () => {
  const cases: readonly (readonly [Disk, string])[] = [
    [failingDisk('makeDirectory'), 'makeDirectory failed'],
    [failingDisk('createFromStream'), 'createFromStream failed'],
    [createMemoryDisk(), 'the source failed'],
  ];
  for (const [disk, message] of cases) {
    let closed = 0;
    const source = async function* (): AsyncIterable<Uint8Array> {
      try {
        yield large;
        await Promise.reject(new Error('the source failed'));
      } finally {
        closed += 1;
      }
    };
    await assert.rejects(createBlobStore(disk).store(source()), { message });
    assert.equal(closed, 1, message);
  }
});
