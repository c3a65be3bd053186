import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { chmodSync, readFileSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { blobPath, BlobStore } from '../../server/src/pond/blobs.ts';
import { contentProblem, isUnknownContent, noteHashed } from '../../server/src/storage/contentCheck.ts';
import { type Disk } from '../../server/src/storage/disk.ts';
import { createMemoryDisk } from '../../server/src/storage/memoryDisk.ts';
import { overwrite } from '../support/pondState.ts';
import { openHostDisk } from '../../server/src/storage/hostDisk.ts';
import { temporaryFolder } from '../support/folder.ts';
import { collect } from '../support/tree.ts';
import '../support/userCache.ts';

const large = Buffer.from('large '.repeat(20_000));

test('reading a blob that was altered on the disk fails before its end', async () => {
  const disk = createMemoryDisk();
  const blobs = new BlobStore(disk);
  const { sha256 } = await blobs.store(large);
  assert.deepEqual(Buffer.concat(await collect(blobs.read(sha256, large.length))), large);
  const altered = Buffer.from(large);
  altered[100_000] = 0;
  overwrite(disk, blobPath(sha256), altered);
  await assert.rejects(collect(blobs.read(sha256, large.length)), { code: 'pond-damaged', message: /is altered/ });
});

test('a part of a blob that was altered elsewhere fails before its first byte', async (t) => {
  for (const disk of [createMemoryDisk(), openHostDisk(temporaryFolder(t))]) {
    const blobs = new BlobStore(disk);
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

/** Content of more than 4 MB, with a start of its own. */
const veryLarge = (start: string): Buffer => Buffer.from(start.padEnd(4_500_000, 'large '));

/** Stores content on a disk that takes ten seconds to flush it, as the time of the last write says. */
async function storedSlowly(folder: string, content: Buffer) {
  const disk = openHostDisk(folder);
  const createFromStream: Disk['createFromStream'] = async (path, chunks) => {
    const sizeBytes = await disk.createFromStream(path, chunks);
    const written = new Date(Date.now() - 10_000);
    utimesSync(disk.hostPath(path)!, written, written);
    return sizeBytes;
  };
  const { sha256, sizeBytes } = await new BlobStore({ ...disk, createFromStream }).store(content);
  return { hostPath: disk.hostPath(blobPath(sha256))!, stored: { sha256, sizeBytes } };
}

test('a large blob whose flush took a while is not read for its hash again', async (t) => {
  const { hostPath, stored } = await storedSlowly(temporaryFolder(t), veryLarge('a'));
  assert.equal(isUnknownContent(hostPath, stored), false);
  assert.equal(await contentProblem(hostPath, stored), undefined);
});

test('a file is read for its hash when other bytes could have been written since', (t) => {
  const hostPath = join(temporaryFolder(t), 'file');
  writeFileSync(hostPath, veryLarge('b'));
  const stored = { sizeBytes: 4_500_000, sha256: 'b'.repeat(64) };
  const now = Date.now();
  const isKnown = (modifiedMs: number, hashedMs: number): boolean => {
    utimesSync(hostPath, new Date(modifiedMs), new Date(modifiedMs));
    noteHashed(hostPath, stored, hashedMs);
    return !isUnknownContent(hostPath, stored);
  };
  assert.equal(isKnown(now - 30_000, now - 30_000), true);
  // It was modified after its content was hashed, and so recently that another write could have the same time.
  assert.equal(isKnown(now - 10_000, now - 20_000), false);
  assert.equal(isKnown(now + 10_000, now + 10_000), false);
});

test('a file that did not change is read for its hash again after a week: its disk may have lost bytes', async (t) => {
  const now = Date.now();
  const later = (days: number): void => void t.mock.method(Date, 'now', () => now + days * 24 * 60 * 60 * 1000);
  const hostPath = join(temporaryFolder(t), 'file');
  writeFileSync(hostPath, veryLarge('d'));
  utimesSync(hostPath, new Date(now - 30_000), new Date(now - 30_000));
  // Bytes that are not those that were hashed, in the same state.
  const lost = { sizeBytes: 4_500_000, sha256: 'd'.repeat(64) };
  noteHashed(hostPath, lost, now - 30_000);
  later(6);
  assert.equal(await contentProblem(hostPath, lost), undefined);
  later(8);
  assert.match((await contentProblem(hostPath, lost)) ?? '', /its content was altered/);
});

test('the comparison after a week counts for a week', async (t) => {
  const { hostPath, stored } = await storedSlowly(temporaryFolder(t), veryLarge('e'));
  const now = Date.now();
  for (const days of [8, 16]) {
    t.mock.method(Date, 'now', () => now + days * 24 * 60 * 60 * 1000);
    assert.equal(isUnknownContent(hostPath, stored), true);
    assert.equal(await contentProblem(hostPath, stored), undefined);
    assert.equal(isUnknownContent(hostPath, stored), false);
  }
});

test('a large blob that is altered after it was stored is found to be', async (t) => {
  const { hostPath, stored } = await storedSlowly(temporaryFolder(t), veryLarge('c'));
  const altered = readFileSync(hostPath);
  altered[1000] = 0;
  chmodSync(hostPath, 0o644);
  writeFileSync(hostPath, altered);
  assert.match((await contentProblem(hostPath, stored)) ?? '', /its content was altered/);
});

test('a link in the place of a blob is a problem, even when it is as long as the content', async (t) => {
  const folder = temporaryFolder(t);
  const content = Buffer.from('elsewhere');
  writeFileSync(join(folder, 'elsewhere'), content);
  symlinkSync('elsewhere', join(folder, 'link'));
  const expected = { sizeBytes: content.length, sha256: createHash('sha256').update(content).digest('hex') };
  assert.equal(await contentProblem(join(folder, 'elsewhere'), expected), undefined);
  assert.equal(await contentProblem(join(folder, 'link'), expected), 'it is not a regular file');
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
    await assert.rejects(new BlobStore(disk).store(source()), { message });
    assert.equal(closed, 1, message);
  }
});
