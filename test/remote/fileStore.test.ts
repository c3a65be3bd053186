import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { FileStore } from '../../server/src/remote/fileStore.ts';
import { parseLocation } from '../../server/src/remote/location.ts';
import { openObjectStore } from '../../server/src/remote/openStore.ts';
import { createMemoryDisk } from '../../server/src/storage/memoryDisk.ts';
import { keysOf, rejects, testObjectStoreContract, textBody } from '../contracts/objectStores.ts';
import { temporaryFolder } from '../support/folder.ts';

const inMemory = (): FileStore => new FileStore(createMemoryDisk(), { address: 'file:///memory', prefix: 'ponds/one' });

testObjectStoreContract('folder in memory', () => Promise.resolve({ store: inMemory(), dispose: () => undefined }));

testObjectStoreContract('folder on disk', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'pond-test-'));
  const location = parseLocation(pathToFileURL(folder).href, () => undefined);
  return {
    store: await openObjectStore({ ...location, prefix: 'ponds/one' }),
    dispose: () => rmSync(folder, { recursive: true, force: true }),
  };
});

test('a folder that is missing, such as that of an unmounted disk, is not an empty store', async (t) => {
  const folder = join(temporaryFolder(t), 'mount');
  const store = await openObjectStore({ kind: 'folder', folder, prefix: 'ponds' });
  await rejects('remote-failed', store.stat('a'));
  await rejects('remote-failed', store.read('a'));
  await rejects('remote-failed', keysOf(store, ''));
  await rejects('remote-failed', store.putIfAbsent('a', textBody('one')));
  await rejects('remote-failed', store.put('a', Buffer.from('one')));
  await rejects('remote-failed', store.remove('a'));
  mkdirSync(folder);
  assert.equal(await store.putIfAbsent('a', textBody('one')), 'created');
});

test('a link in the folder leads nowhere: no call follows it, and no listing has it', async (t) => {
  const [folder, outside] = [temporaryFolder(t), temporaryFolder(t)];
  writeFileSync(join(outside, 'secret'), 'secret');
  symlinkSync(outside, join(folder, 'linked'));
  symlinkSync(join(outside, 'secret'), join(folder, 'file'));
  const store = await openObjectStore({ kind: 'folder', folder, prefix: '' });
  for (const key of ['linked/secret', 'file']) {
    await rejects('remote-damaged', store.read(key));
    await rejects('remote-damaged', store.stat(key));
    await rejects('remote-damaged', store.putIfAbsent(key, textBody('one')));
    await rejects('remote-damaged', store.remove(key));
  }
  await rejects('remote-damaged', store.put('linked/new', Buffer.from('one')));
  assert.deepEqual(await keysOf(store, ''), []);
  assert.deepEqual(readdirSync(outside), ['secret']);
});

test('a folder in the place of an object is damage for a put, and a missing object for a reader', async () => {
  const store = inMemory();
  await store.putIfAbsent('a/b', textBody('one'));
  await rejects('remote-damaged', store.putIfAbsent('a', textBody('one')));
  assert.equal(await store.stat('a'), undefined);
});

test('what a killed process left is not listed, and is removed after a day', async () => {
  const disk = createMemoryDisk({ directories: [], files: [] }, () => 0);
  disk.makeDirectory('.tmp-unfinished');
  disk.create('.tmp-unfinished/.tmp-1').close();
  const hour = 3_600_000;
  const at = (nowMs: number): FileStore =>
    new FileStore(disk, { address: 'file:///memory', prefix: '', now: () => nowMs });
  await at(hour).putIfAbsent('a', textBody('one'));
  assert.deepEqual(disk.list('.tmp-unfinished'), ['.tmp-1']);
  assert.deepEqual(await keysOf(at(hour), ''), ['a']);
  await at(25 * hour).putIfAbsent('b', textBody('two'));
  assert.deepEqual(disk.list('.tmp-unfinished'), []);
});
