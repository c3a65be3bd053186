import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type ErrorCode, isPondError, type PondError } from '../../server/src/base/error.ts';
import { type StoredCommit } from '../../server/src/pond/storedFiles.ts';
import { createMemoryDisk } from '../../server/src/storage/memoryDisk.ts';
import { type BackedUp, commitFileAt, createBackedUp, fillPond, large, openCopy, pushTo } from '../support/backup.ts';
import { imageOf } from '../support/diskImage.ts';
import { createMemoryStore, type StoreCall, watchStore } from '../support/memoryStore.ts';
import { openPondOn } from '../support/pond.ts';
import { seeds } from '../support/proof.ts';
import { bytesOf } from '../support/tree.ts';

const entryKey = (version: number): string => `_delta_log/${String(version).padStart(20, '0')}.json`;

/** The calls of a push, by name, without those that are not there, and the bytes that it sent. */
async function costOf(
  backed: BackedUp,
): Promise<{ readonly calls: Readonly<Record<string, number>>; readonly bytes: number }> {
  const { store, calls } = watchStore(backed.store);
  const { bytes } = await pushTo(backed, store);
  const counts: Record<string, number> = {};
  for (const { name } of calls) counts[name] = (counts[name] ?? 0) + 1;
  return { calls: counts, bytes };
}

const callsOf = async (backed: BackedUp): Promise<Readonly<Record<string, number>>> => (await costOf(backed)).calls;

async function refused(work: Promise<unknown>, code: ErrorCode): Promise<PondError> {
  const error = await work.then(
    () => undefined,
    (failure: unknown) => failure,
  );
  assert.ok(isPondError(error, code), `expected ${code}, got ${String(error)}`);
  return error;
}

/** Another process that opened a copy of the pond's folder. */
async function twinOf({ disk, store, cache }: BackedUp): Promise<BackedUp> {
  const copy = createMemoryDisk(imageOf(disk));
  for (const name of copy.list('_pond')) if (name.startsWith('lock')) copy.remove(`_pond/${name}`);
  const pond = await openPondOn(copy, 'twin', { mode: 'write' });
  return { disk: copy, pond, store, cache: createMemoryDisk(imageOf(cache)) };
}

describe('a push', () => {
  it('makes a copy that opens as the pond, byte for byte', async () => {
    const backed = await createBackedUp();
    await fillPond(backed.pond);
    const report = await pushTo(backed, backed.store);
    assert.deepEqual([report.before, report.after, report.commits, report.notes], [undefined, 5, 6, []]);
    const copy = await openCopy(backed.store);
    assert.deepEqual(copy.head, backed.pond.head);
    assert.deepEqual((await copy.checkHistory()).problems, []);
    for (const [key, { bytes }] of backed.store.objects) {
      const own = backed.disk.readFile(key);
      if (own !== undefined) assert.deepEqual(Buffer.from(bytes), Buffer.from(own), key);
    }
  });

  it('costs what is new, at any age of the pond', async () => {
    const backed = await createBackedUp();
    await pushTo(backed, backed.store);
    const change = (text: string): Promise<void> => commitFileAt(backed.pond, '/small', bytesOf(text.padEnd(100)));
    const bytes: number[] = [];
    // Commits before; with 20 rounds the pond has 10,000.
    for (const age of [10, seeds(500).length === 500 ? 30 : seeds(500).length]) {
      while (backed.pond.head.number < age) await change(`commit ${backed.pond.head.number}`);
      await pushTo(backed, backed.store);
      assert.deepEqual(await costOf(backed), { calls: { list: 1 }, bytes: 0 });
      await change('one more');
      const cost = await costOf(backed);
      // The data file and the entry are put; the listing finds the end, before the note its entry is looked at.
      assert.deepEqual(cost.calls, { list: 2, putIfAbsent: 2, stat: 1, put: 1 }, `after ${age} commits`);
      bytes.push(cost.bytes);
    }
    // Ids and times compress differently.
    assert.ok(Math.abs(bytes[1]! / bytes[0]! - 1) < 0.1, `${bytes.join(' and ')} bytes`);
  });

  it('sends each of many commits once, and the files in between that make the log short', async () => {
    const backed = await createBackedUp();
    await pushTo(backed, backed.store);
    for (let i = 0; i < 100; i++) await commitFileAt(backed.pond, '/small', bytesOf(`commit ${i}`));
    const { store, calls } = watchStore(backed.store);
    assert.equal((await pushTo(backed, store)).commits, 100);
    const puts = calls.filter(({ name }) => name === 'putIfAbsent').map(({ key }) => key);
    const checkpoints = puts.filter((key) => key.includes('.checkpoint.'));
    assert.deepEqual([puts.length - checkpoints.length, new Set(puts).size], [200, puts.length]);
    assert.ok(checkpoints.length <= 2, checkpoints.join());
    // The end of the log, and the notes of prunes.
    assert.equal(calls.filter(({ name }) => name === 'list').length, 2);
    assert.ok(calls.length <= puts.length + 10, `${calls.length} calls`);
  });

  it('sends a blob once, however often commits refer to it', async () => {
    const backed = await createBackedUp();
    const { store, calls } = watchStore(backed.store);
    await commitFileAt(backed.pond, '/a', large(1));
    await pushTo(backed, store);
    await commitFileAt(backed.pond, '/b', large(1));
    await pushTo(backed, store);
    await commitFileAt(backed.pond, '/c', large(1));
    await pushTo({ ...backed, cache: createMemoryDisk() }, store);
    const puts = calls.filter(({ name, key }) => name === 'putIfAbsent' && key.startsWith('_pond/blobs/'));
    assert.equal(puts.length, 1);
  });

  it('lists a folder of blobs once rather than asking for each of many', async () => {
    const backed = await createBackedUp();
    await pushTo(backed, backed.store);
    // Blobs whose names begin alike cannot be chosen, so there are many.
    const root = await backed.pond.fs.root();
    for (let i = 0; i < 40; i++) await root.writeFile(`/${i}`, large(i));
    await backed.pond.commit({ message: 'many', author: 'test' });
    const first = await callsOf(backed);
    assert.equal(first['stat'], 41);
    assert.equal(first['putIfAbsent'], 42);
  });

  it('asks again for what it sent before the clock was set back', async () => {
    const backed = await createBackedUp();
    const yearMs = 365 * 24 * 60 * 60 * 1000;
    const ahead = { ...backed, cache: createMemoryDisk(undefined, () => Date.now() + yearMs) };
    await commitFileAt(backed.pond, '/large', large(1));
    const isEntry = (key: string): boolean => /^_delta_log\/\d+\.json$/.test(key);
    const killed = watchStore(backed.store, {
      before: ({ name, key }) => {
        if (name === 'putIfAbsent' && isEntry(key)) throw new Error('killed');
      },
    });
    await assert.rejects(pushTo(ahead, killed.store), /killed/);
    const blobs = [...backed.store.objects.keys()].filter((key) => key.startsWith('_pond/blobs/'));
    assert.equal(blobs.length, 1);
    backed.store.objects.delete(blobs[0]!);
    await pushTo(ahead, backed.store);
    assert.ok(backed.store.objects.has(blobs[0]!));
  });

  it('with nothing to send but minor commits sends nothing', async () => {
    const backed = await createBackedUp();
    await pushTo(backed, backed.store);
    const isMinor = ({ operation }: StoredCommit): boolean => operation === 'minor';
    await (await backed.pond.fs.root()).writeFile('/a', bytesOf('a'));
    await backed.pond.commit({ message: 'a', author: 'test', operation: 'minor' });
    assert.equal((await pushTo(backed, backed.store, { isMinor })).commits, 0);
    await commitFileAt(backed.pond, '/b', bytesOf('b'));
    assert.equal((await pushTo(backed, backed.store, { isMinor })).commits, 2);
  });

  it('reports files and bytes, and ends at all of them', async () => {
    const backed = await createBackedUp();
    await fillPond(backed.pond);
    const reports: [number, number | undefined][] = [];
    const report = await pushTo(backed, backed.store, { progress: (_, done, total) => reports.push([done, total]) });
    const [done, total] = reports.at(-1)!;
    assert.equal(done, total);
    assert.ok(report.bytes <= done && report.objects > 10);
  });
});

describe('a push to a store with another history', () => {
  it('changes nothing, and names both commits', async () => {
    const backed = await createBackedUp();
    const twin = await twinOf(backed);
    await commitFileAt(backed.pond, '/ours', bytesOf('ours'));
    await commitFileAt(twin.pond, '/theirs', bytesOf('theirs'));
    await pushTo(backed, backed.store);
    const before = new Map(backed.store.objects);
    for (const cache of [createMemoryDisk(), backed.cache]) {
      const error = await refused(pushTo({ pond: twin.pond, cache }, backed.store), 'remote-diverged');
      assert.match(error.message, new RegExp(`commit 1 \\(${backed.pond.head.id}\\).*\\(${twin.pond.head.id}\\)`));
    }
    assert.deepEqual(backed.store.objects, before);
  });

  it('is refused when the store is ahead of the pond', async () => {
    const backed = await createBackedUp();
    const twin = await twinOf(backed);
    await commitFileAt(backed.pond, '/more', bytesOf('more'));
    await pushTo(backed, backed.store);
    const error = await refused(pushTo({ ...twin, cache: backed.cache }, backed.store), 'remote-diverged');
    assert.match(error.message, /this pond ends with commit 0/);
  });

  it('is refused when another pond is at the prefix', async () => {
    const [backed, other] = [await createBackedUp(), await createBackedUp()];
    await pushTo(backed, backed.store);
    await refused(pushTo(other, backed.store), 'remote-diverged');
  });

  it('names the log entry that a gap lacks', async () => {
    const backed = await createBackedUp();
    await fillPond(backed.pond);
    await pushTo(backed, backed.store);
    backed.store.objects.delete(entryKey(3));
    const error = await refused(pushTo({ ...backed, cache: createMemoryDisk() }, backed.store), 'remote-damaged');
    assert.equal(error.path, entryKey(3));
  });

  it('begins again where the end of the log was removed, with or without what it remembers', async () => {
    const backed = await createBackedUp();
    await fillPond(backed.pond);
    await pushTo(backed, backed.store);
    for (const cache of [backed.cache, createMemoryDisk()]) {
      backed.store.objects.delete(entryKey(5));
      backed.store.objects.delete(entryKey(4));
      assert.equal((await pushTo({ ...backed, cache }, backed.store)).commits, 2);
      assert.equal((await openCopy(backed.store)).head.number, 5);
    }
  });

  it('counts no commit that the store has, and its listing hides', async () => {
    const backed = await createBackedUp();
    await fillPond(backed.pond);
    await pushTo(backed, backed.store);
    await commitFileAt(backed.pond, '/small', bytesOf('one more'));
    const { store, calls } = watchStore({
      ...watchStore(backed.store).store,
      async *list(prefix, options) {
        for await (const object of backed.store.list(prefix, options)) if (object.key <= entryKey(3)) yield object;
      },
    });
    assert.equal((await pushTo({ ...backed, cache: createMemoryDisk() }, store)).commits, 1);
    const entries = calls.filter(({ name, key }) => name === 'putIfAbsent' && key >= entryKey(4));
    assert.equal(entries.filter(({ key }) => key <= entryKey(9)).length, 3);
  });

  it('keeps an object of another size or hash, and names it', async () => {
    const backed = await createBackedUp();
    await pushTo(backed, backed.store);
    await commitFileAt(backed.pond, '/large', large(1));
    const pushed = createMemoryStore(new Map(backed.store.objects));
    await pushTo({ ...backed, cache: createMemoryDisk() }, pushed);
    const blob = [...pushed.objects.keys()].find((key) => key.startsWith('_pond/blobs/'))!;
    backed.store.objects.set(blob, { bytes: bytesOf('other'), modifiedMs: 0 });
    const error = await refused(pushTo(backed, backed.store), 'remote-damaged');
    assert.equal(error.path, blob);
    assert.equal((await openCopy(backed.store)).head.number, 0);
  });
});

describe('a push of a damaged pond', () => {
  for (const [what, pattern] of [
    ['data file', /^[0-9a-f-]{36}\.parquet$/],
    ['blob', /^_pond\/blobs\//],
  ] as const) {
    it(`sends the commits before an altered ${what}, and names the file`, async () => {
      const backed = await createBackedUp();
      const before = new Set(imageFiles(backed));
      await commitFileAt(backed.pond, '/large', large(1));
      const path = imageFiles(backed).find((name) => pattern.test(name) && !before.has(name))!;
      const disk = backed.disk;
      const bytes = disk.readFile(path)!;
      bytes[bytes.length >> 1]! ^= 1;
      disk.remove(path);
      const file = disk.create(path);
      file.append(bytes);
      file.close();
      const error = await refused(pushTo(backed, backed.store), 'pond-damaged');
      assert.equal(error.path, path);
      assert.ok(!backed.store.objects.has(path), 'nothing altered is sent');
    });
  }

  it('refuses a log entry that calls a file of the log data', async () => {
    const backed = await createBackedUp();
    const path = entryKey(1);
    const add = { path: entryKey(2), partitionValues: {}, size: 1, modificationTime: 1, dataChange: true };
    const file = backed.disk.create(path);
    file.append(bytesOf(`${JSON.stringify({ commitInfo: {} })}\n${JSON.stringify({ add })}\n`));
    file.close();
    await backed.pond.refresh();
    await refused(pushTo(backed, backed.store), 'pond-damaged');
    assert.ok(!backed.store.objects.has(entryKey(2)));
  });
});

const imageFiles = ({ disk }: BackedUp): string[] => [...imageOf(disk).files].map(([path]) => path);

describe('a store that lets an object be written twice', () => {
  it('is refused before anything is sent, unless there is a single writer', async () => {
    const backed = await createBackedUp();
    const unsafe: typeof backed.store = {
      ...backed.store,
      putIfAbsent: async (key, body, options) => {
        backed.store.objects.delete(key);
        return await backed.store.putIfAbsent(key, body, options);
      },
    };
    await refused(pushTo(backed, unsafe), 'remote-unsafe');
    assert.deepEqual(
      [...backed.store.objects.keys()].filter((key) => !key.startsWith('_pond/probe/')),
      [],
    );
    assert.equal((await pushTo(backed, unsafe, { isSingleWriter: true })).commits, 1);
  });
});

describe('an answer that is lost', () => {
  it('is resolved by comparing: the object is ours, and the push goes on', async () => {
    const backed = await createBackedUp();
    await fillPond(backed.pond);
    const lost = new Set<string>();
    const { store } = watchStore({
      ...backed.store,
      putIfAbsent: async (key, body, options) => {
        const outcome = await backed.store.putIfAbsent(key, body, options);
        // As a retry after a lost answer finds it.
        if (outcome === 'created') lost.add(key);
        return 'exists';
      },
    });
    await pushTo(backed, store);
    assert.ok(lost.size > 10);
    assert.equal((await openCopy(backed.store)).head.number, 5);
  });
});

describe('a push that is cancelled', () => {
  it('leaves an older whole copy, which the next push completes', async () => {
    const backed = await createBackedUp();
    await fillPond(backed.pond);
    const abort = new AbortController();
    const { store } = watchStore(backed.store, {
      after: ({ name, key }: StoreCall) => {
        if (name === 'putIfAbsent' && key === entryKey(2)) abort.abort();
      },
    });
    await refused(pushTo(backed, store, { signal: abort.signal }), 'cancelled');
    assert.equal((await openCopy(backed.store)).head.number, 2);
    assert.equal((await pushTo(backed, backed.store)).commits, 3);
  });
});
