import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTransactionSpool } from '../../server/src/pond/transactionSpool.ts';
import { createMemoryDisk } from '../../server/src/storage/memoryDisk.ts';

const kibibyte = 1024;

test('a spool returns its content, from memory or from its file, and leaves no file', () => {
  const disk = createMemoryDisk();
  const spool = createTransactionSpool(disk, 'spool');
  const contents = [0, 1, 0, 600, 0, 500, 3, 0, 2000].map((size, i) => new Uint8Array(size * kibibyte).fill(i + 1));
  const kept = contents.map((bytes) => ({ bytes, offset: spool.keep(bytes) }));
  assert.equal(disk.stat('spool')?.kind, 'file');
  for (const { bytes, offset } of kept) assert.deepEqual(spool.read(offset, bytes.length), bytes);
  spool.dispose();
  assert.equal(disk.stat('spool'), undefined);
});

test('a small spool creates no file, and keeps its own copy', () => {
  const disk = createMemoryDisk();
  const spool = createTransactionSpool(disk, 'spool');
  const bytes = Buffer.from('first');
  const offset = spool.keep(bytes);
  bytes.write('other');
  assert.equal(Buffer.from(spool.read(offset, 5)).toString(), 'first');
  assert.equal(disk.stat('spool'), undefined);
  spool.dispose();
});
