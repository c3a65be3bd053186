import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { initPondOn, openPond } from '../support/pond.ts';
import { type Pond } from '../../server/src/pond/types.ts';
import { openHostDisk } from '../../server/src/storage/hostDisk.ts';
import { createCountingDisk } from '../bench/support/countingDisk.ts';
import { temporaryFolder } from '../support/folder.ts';
import { parquetOf } from '../support/tree.ts';

const count = 600;
const author = 'test';

const text = (version: number): string => Buffer.from(parquetOf(`version ${version}`)).toString();

async function addVersions(pond: Pond, from: number, to: number): Promise<void> {
  const transaction = await pond.begin();
  const root = await transaction.fs.root();
  for (let version = from; version < to; version++) {
    await root.writeFile('/s', parquetOf(`version ${version}`), { type: 'series' });
  }
  await transaction.commit({ message: 'versions', author });
}

async function contents(pond: Pond): Promise<readonly string[]> {
  const node = await (await pond.fs.root()).get('/s');
  return (await pond.hostFiles(node!.node)).map(({ hostPath }) => readFileSync(hostPath, 'utf8'));
}

const expected = (length: number): readonly string[] => Array.from({ length }, (_, index) => text(index));

test('a long series is complete in the process that wrote it and in others, in any state of the cache', async (t) => {
  const folder = temporaryFolder(t);
  const pond = await initPondOn(openHostDisk(folder), folder);
  await addVersions(pond, 0, count);
  assert.deepEqual(await contents(pond), expected(count));
  await addVersions(pond, count, count + 1);
  assert.deepEqual(await contents(pond), expected(count + 1));
  await (await pond.fs.root()).writeFile('/s', parquetOf(`version ${count + 1}`), { type: 'series' });
  assert.deepEqual(await contents(pond), expected(count + 2), 'with a staged version');
  await pond.discard();
  assert.deepEqual(await contents(pond), expected(count + 1), 'without it');
  await pond.close();

  const cache = join(folder, '_pond/cache/versions');
  const files = readdirSync(cache, { recursive: true, encoding: 'utf8' }).filter((name) => name.includes('-'));
  assert.equal(files.length, 2, 'two stretches are whole');
  for (const damage of [undefined, '', '[', '[]', '[[1]]']) {
    if (damage !== undefined) for (const name of files) writeFileSync(join(cache, name), damage);
    const again = await openPond(folder, { mode: 'read' });
    assert.deepEqual(await contents(again), expected(count + 1), `after ${damage ?? 'nothing'}`);
    await again.close();
  }
});

test('an old state of a series has the versions of its time, also after newer ones were read', async (t) => {
  const folder = temporaryFolder(t);
  const pond = await initPondOn(openHostDisk(folder), folder);
  t.after(() => pond.close());
  await addVersions(pond, 0, 3);
  const before = pond.head.number;
  await addVersions(pond, 3, 5);
  assert.deepEqual(await contents(pond), expected(5));
  const node = await (await (await pond.at(String(before))).root()).get('/s');
  assert.equal((await pond.hostFiles(node!.node)).length, 3);
  await (await pond.fs.root()).remove('/s');
  await pond.commit({ message: 'remove', author });
  await addVersions(pond, 0, 1);
  assert.deepEqual(await contents(pond), expected(1), 'another node under the same name');
});

test('one more version of a long series costs one read of that version', async (t) => {
  const folder = temporaryFolder(t);
  const counting = createCountingDisk(openHostDisk(folder));
  const pond = await initPondOn(counting.disk, folder);
  t.after(() => pond.close());
  for (let version = 0; version < 80; version++) await addVersions(pond, version, version + 1);
  await contents(pond);
  await addVersions(pond, 80, 81);
  counting.reset();
  assert.equal((await contents(pond)).length, 81);
  // One stat for each version checks whether its content is in the cache.
  assert.ok(counting.counts.calls < 81 + 20, `${counting.counts.calls} calls`);
});
