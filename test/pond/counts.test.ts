/** Numbers in the record of a commit: entries that it changed, and bytes of content that it stored. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMemoryDisk } from '../../server/src/storage/memoryDisk.ts';
import { initPondOn } from '../support/pond.ts';

test('a commit counts the entries that it changed, and the bytes that neither a copy nor a rename stores', async () => {
  const pond = await initPondOn(createMemoryDisk(), 'counts');
  const root = await pond.fs.root();
  const write = (path: string, sizeBytes: number) => root.writeFile(path, Buffer.alloc(sizeBytes, path));
  const commit = async () => (await pond.commit({ message: 'counted', author: 'test' })).counts;
  for (const [path, sizeBytes] of [
    ['/kept', 7],
    ['/edited', 9],
    ['/gone', 11],
    ['/moved', 13],
  ] as const) {
    await write(path, sizeBytes);
  }
  assert.deepEqual(await commit(), { added: 4, modified: 0, removed: 0, renamed: 0, bytes: 40 });
  await write('/new', 17);
  await write('/large', 100_000);
  await write('/edited', 19);
  await root.remove('/gone');
  await root.rename('/moved', '/here');
  await root.copy('/kept', '/copy');
  assert.deepEqual(await commit(), { added: 3, modified: 1, removed: 1, renamed: 1, bytes: 17 + 100_000 + 19 });
  await pond.close();
});
