/** Commits that are saved in the user's cache folder for the next search of the history. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { commitNumber } from '../../server/src/delta/commitNumber.ts';
import { commitFile } from '../../server/src/delta/logPaths.ts';
import { type Commit } from '../../server/src/pond/commitRecord.ts';
import { SavedCommits } from '../../server/src/pond/savedCommits.ts';
import { type Disk } from '../../server/src/storage/disk.ts';
import { createMemoryDisk, type DiskImage } from '../../server/src/storage/memoryDisk.ts';
import { createCountingDisk } from '../support/countingDisk.ts';
import { imageOf } from '../support/diskImage.ts';
import { initPondOn, openPondOn } from '../support/pond.ts';
import { bytesOf, collect } from '../support/tree.ts';
import { newUserCache } from '../support/userCache.ts';

const commits = 600;
const image: DiskImage = await (async () => {
  const disk = createMemoryDisk();
  const pond = await initPondOn(disk, 'saved', { author: 'first' });
  for (let number = 1; number < commits; number++) {
    await (await pond.fs.root()).writeFile('/a', bytesOf(`${number}`));
    await pond.commit({ message: `with "marks", ü and 🦆 ${number}`, author: `author ${number % 7}` });
  }
  await pond.close();
  return imageOf(disk);
})();

/** Returns what a process logs that opens the pond, from a commit on, and the calls for it. */
async function logged(disk: Disk, start = commits - 1): Promise<{ log: readonly Commit[]; calls: number }> {
  const counting = createCountingDisk(disk);
  const pond = await openPondOn(counting.disk, 'saved', { mode: 'read' });
  counting.take();
  const log = await collect(pond.log({ start }));
  const { calls } = counting.take();
  await pond.close();
  return { log, calls };
}

test('a later process reads the commits of whole blocks from the cache, and finds the same', async (t) => {
  newUserCache(t);
  const disk = createMemoryDisk(image);
  const first = await logged(disk);
  assert.equal(first.log.length, commits);
  const again = await logged(disk);
  assert.deepEqual(again.log, first.log);
  assert.ok(again.calls < first.calls / 3, `${again.calls} calls instead of ${first.calls}`);
  assert.deepEqual((await logged(disk, 400)).log, first.log.slice(commits - 1 - 400));
});

test('a search that ends inside a block saves only those before it', async (t) => {
  newUserCache(t);
  const disk = createMemoryDisk(image);
  const pond = await openPondOn(disk, 'saved', { mode: 'read' });
  assert.equal((await collect(pond.log({ limit: 300 }))).length, 300);
  await pond.close();
  const { log, calls } = await logged(disk);
  assert.equal(log.length, commits);
  assert.ok(calls > 250, `${calls} calls`);
});

/** A cache in memory, with the blocks of the pond, and the first commit after each. */
async function blocks(): Promise<{ texts: Map<string, string>; pondId: string; children: readonly Commit[] }> {
  const texts = new Map<string, string>();
  const pond = await openPondOn(createMemoryDisk(image), 'saved', { mode: 'read' });
  const saved = new SavedCommits(pond.id, () => cacheOf(texts));
  const collector = saved.collector();
  const children: Commit[] = [];
  for await (const commit of pond.log()) {
    collector(commit);
    if (commit.number % 256 === 0 && commit.number > 0) children.push(commit);
  }
  await pond.close();
  assert.deepEqual([texts.size, children.length], [2, 2]);
  return { texts, pondId: pond.id, children };
}

const cacheOf = (texts: Map<string, string>) => ({
  readText: (key: string) => texts.get(key),
  writeText: (key: string, text: string) => void texts.set(key, text),
});

test('a damaged block, one of other types, and one under the name of another are passed over', async () => {
  const { texts, pondId, children } = await blocks();
  const [child] = children;
  const read = (text: string): number => {
    const cache = { readText: () => text, writeText: () => undefined };
    return new SavedCommits(pondId, () => cache).before(child!).length;
  };
  const sound = [...texts.values()].find((text) => read(text) > 0)!;
  assert.equal(read(sound), 256);
  for (let at = 0; at < sound.length; at += 211) {
    const other = sound[at] === '1' ? '2' : '1';
    const altered = sound.slice(0, at) + other + sound.slice(at + 1);
    assert.equal(read(altered), 0, `character ${at}`);
    assert.equal(read(sound.slice(0, at)), 0, `cut at ${at}`);
  }
  const rows = JSON.parse(sound) as Record<string, unknown>[];
  for (const value of [rows.slice(0, -1), rows.slice(1), [...rows, rows.at(-1)], [], {}, null, 'text']) {
    assert.equal(read(JSON.stringify(value)), 0);
  }
  const counts = { added: 1, modified: 0, removed: 0, renamed: 0 };
  const changes = [{ number: '3' }, { timeUs: 0.5 }, { message: null }, { counts }, { counts: null }, { more: 1 }];
  for (const change of [...changes, { id: undefined }]) {
    const changed = rows.map((row, index) => (index === 3 ? { ...row, ...change } : row));
    assert.equal(read(JSON.stringify(changed)), 0, JSON.stringify(change));
  }
  assert.equal(read(JSON.stringify(rows)), 256);
  for (const text of texts.values()) if (text !== sound) assert.equal(read(text), 0);
});

test('the blocks of another pond are passed over, also those of a copy whose history went another way', async (t) => {
  const { texts, children } = await blocks();
  const other = new SavedCommits('00000000-0000-4000-8000-000000000000', () => cacheOf(texts));
  for (const child of children) assert.deepEqual(other.before(child), []);

  newUserCache(t);
  const disk = createMemoryDisk(image);
  await logged(disk);
  for (let number = 500; number < commits; number++) disk.remove(commitFile(commitNumber(number)));
  for (const name of disk.list('_delta_log').filter((one) => /checkpoint/.test(one))) disk.remove(`_delta_log/${name}`);
  for (const name of ['_pond/journal', '_pond/journal.end']) disk.remove(name);
  const pond = await openPondOn(disk, 'saved', { mode: 'write' });
  for (let number = 500; number < commits; number++) {
    await (await pond.fs.root()).writeFile('/a', bytesOf(`other ${number}`));
    await pond.commit({ message: 'another way', author: 'other' });
  }
  await pond.close();
  const { log } = await logged(disk);
  assert.equal(log.filter(({ message }) => message === 'another way').length, commits - 500);
  assert.equal(log.length, commits);
});
