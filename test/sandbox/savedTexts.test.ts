/** What was found in a large file is saved for other processes; a text that cannot be believed is found again. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PondError } from '../../server/src/base/error.ts';
import { saveFound, savedOr } from '../../server/src/sandbox/savedTexts.ts';
import { type Disk, type OpenDisk } from '../../server/src/storage/disk.ts';
import { createMemoryDisk } from '../../server/src/storage/memoryDisk.ts';

const form = { write: JSON.stringify, read: (text: string) => JSON.parse(text) as readonly number[] };
const large = 1024 * 1024;

/** Returns what another process finds for a name, and whether it had to look for it. */
async function found(
  disk: Disk,
  { name = 'a', sizeBytes = large } = {},
): Promise<{ readonly value: readonly number[]; readonly isSought: boolean }> {
  let isSought = false;
  const openDisk: OpenDisk = () => disk;
  const value = await savedOr({ name, sizeBytes, openDisk }, form, () => {
    isSought = true;
    return Promise.resolve([1, 2]);
  });
  saveFound();
  return { value, isSought };
}

test('another process finds what was saved, by all that it depends on', async () => {
  const disk = createMemoryDisk();
  assert.deepEqual(await found(disk), { value: [1, 2], isSought: true });
  assert.deepEqual(await found(disk), { value: [1, 2], isSought: false });
  assert.equal((await found(disk, { name: 'b' })).isSought, true);
});

test('nothing is saved about small content', async () => {
  const disk = createMemoryDisk();
  await found(disk, { sizeBytes: 1000 });
  assert.equal((await found(disk, { sizeBytes: 1000 })).isSought, true);
  assert.deepEqual(disk.list(''), []);
});

test('a text that was altered, cut, or saved under another name is found again', async () => {
  const original = createMemoryDisk();
  await found(original);
  const [folder = ''] = original.list('');
  const [name = ''] = original.list(folder);
  const bytes = Buffer.from(original.readFile(`${folder}/${name}`) ?? []);
  const changes: Readonly<Record<string, Buffer>> = {
    empty: Buffer.alloc(0),
    cut: bytes.subarray(0, -1),
    zeros: Buffer.alloc(bytes.length),
    altered: Buffer.from(bytes.toString().replace('[1,2]', '[1,3]')),
    'without a hash': Buffer.from('[1,3]'),
  };
  for (const [title, content] of Object.entries(changes)) {
    const disk = createMemoryDisk();
    disk.makeDirectory(folder);
    const file = disk.create(`${folder}/${name}`);
    file.append(content);
    file.close();
    assert.deepEqual(await found(disk), { value: [1, 2], isSought: true }, title);
    assert.equal((await found(disk)).isSought, false, title);
  }
});

test('a disk that fails costs time and nothing else', async () => {
  const fails = (): never => {
    throw new PondError('storage-failed', 'the disk failed');
  };
  const failing: Disk = {
    ...createMemoryDisk(),
    ...{ stat: fails, list: fails, readFile: fails, makeDirectory: fails, create: fails, rename: fails },
  };
  assert.deepEqual(await found(failing), { value: [1, 2], isSought: true });
});

test('nothing is saved before the files are known to be the ones that were named', async () => {
  const disk = createMemoryDisk();
  const openDisk: OpenDisk = () => disk;
  await savedOr({ name: 'a', sizeBytes: large, openDisk }, form, () => Promise.resolve([1]));
  assert.deepEqual(disk.list(''), []);
  saveFound();
  assert.notDeepEqual(disk.list(''), []);
});
