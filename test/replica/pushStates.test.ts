import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isPondError } from '../../server/src/base/error.ts';
import { pruneCopy } from '../../server/src/replica/prune.ts';
import { type ObjectStore } from '../../server/src/remote/objectStore.ts';
import { createMemoryDisk } from '../../server/src/storage/memoryDisk.ts';
import {
  type BackedUp,
  backupId,
  commitFileAt,
  createBackedUp,
  fillPond,
  openCopy,
  pushTo,
} from '../support/backup.ts';
import { cloneOnto, soundCommits } from '../support/clonedPond.ts';
import { imageOf } from '../support/diskImage.ts';
import { createMemoryStore, type StoreCall, watchStore } from '../support/memoryStore.ts';
import { openPondOn } from '../support/pond.ts';
import { seeds } from '../support/proof.ts';
import { randomOf } from '../support/random.ts';
import { bytesOf } from '../support/tree.ts';

/** The end of the process, at a call to the store. */
class Killed extends Error {}

/** Checked copies of one pond by the keys that they have: each has the same content everywhere. */
type CheckedCopies = Map<string, Promise<number | undefined>>;

/** Fails unless the copy is a whole version of the pond. Returns the latest commit; undefined for an empty log. */
function checkCopy({ pond, store }: CopiedPond, checked: CheckedCopies): Promise<number | undefined> {
  const keys = [...store.objects.keys()].filter((key) => !/^_pond\/(probe|tips)\//.test(key)).sort();
  const outcome = checked.get(keys.join()) ?? wholeCopy({ pond, store });
  checked.set(keys.join(), outcome);
  return outcome;
}

type CopiedPond = Pick<BackedUp, 'pond' | 'store'>;

/** The copy can be cloned, and the clone is the pond at a version: sound, with the hashes of its commit. */
async function wholeCopy({ pond, store }: CopiedPond): Promise<number | undefined> {
  if (![...store.objects.keys()].some((key) => /^_delta_log\/\d+\.json$/.test(key))) return undefined;
  const disk = createMemoryDisk();
  await cloneOnto(disk, store);
  const clone = await openPondOn(disk, 'clone', { mode: 'read' });
  assert.deepEqual((await clone.checkHistory()).problems, []);
  const { number, hash, rootHash } = clone.head;
  const original = await pond.resolve(String(number));
  assert.deepEqual([hash, rootHash], [original.hash, original.rootHash]);
  return number;
}

describe('a push that ends at a call to the store', () => {
  for (const when of ['before', 'after'] as const) {
    it(`leaves a whole older copy, and the next sends nothing again: ${when} each call`, async () => {
      const original = await createBackedUp();
      await fillPond(original.pond);
      const checked: CheckedCopies = new Map();
      let isWhole = false;
      for (let at = 0; !isWhole; at++) {
        const backed = { pond: original.pond, store: createMemoryStore(), cache: createMemoryDisk() };
        const acknowledged = new Set<string>();
        const kill = (_: StoreCall, index: number): void => {
          if (index >= at) throw new Killed();
        };
        const first = watchStore(backed.store, when === 'before' ? { before: kill } : { after: kill });
        isWhole = await pushTo(backed, first.store).then(
          () => true,
          (error: unknown) => {
            assert.ok(error instanceof Killed, String(error));
            return false;
          },
        );
        const reached = await checkCopy(backed, checked);
        for (const key of backed.store.objects.keys()) acknowledged.add(key);
        const second = watchStore(backed.store);
        await pushTo(backed, second.store);
        assert.equal(await checkCopy(backed, checked), 5, `after ${at} calls, when ${reached} was there`);
        const again = second.calls.filter(({ name, key }) => name === 'putIfAbsent' && acknowledged.has(key));
        // An object whose answer did not arrive may be sent again; one that was acknowledged is not.
        const isRepeated = ({ key }: StoreCall): boolean => when === 'before' || /^_pond\/blobs|\.json$/.test(key);
        assert.deepEqual(again.filter(isRepeated), []);
      }
    });
  }
});

describe('two writers of one pond', () => {
  it('make one history: the slower one is refused, and no object differs', async () => {
    // Proofs of 20 rounds make 1,000 races.
    for (const seed of seeds(1).length === 1 ? seeds(8) : seeds(50)) {
      const random = randomOf(seed);
      const one = await createBackedUp();
      await pushTo(one, one.store);
      const disk = createMemoryDisk(imageOf(one.disk));
      for (const name of disk.list('_pond')) if (name.startsWith('lock')) disk.remove(`_pond/${name}`);
      const twin = { pond: await openPondOn(disk, 'twin', { mode: 'write' }), cache: createMemoryDisk() };
      for (const [{ pond }, name] of [
        [one, 'one'],
        [twin, 'twin'],
      ] as const) {
        for (let i = random(3); i >= 0; i--) await commitFileAt(pond, `/${name}`, bytesOf(`${name} ${i}`));
      }
      const slow = async (): Promise<void> => {
        for (let turns = random(4); turns > 0; turns--) await new Promise(setImmediate);
      };
      const pushes = [one, twin].map((who) => pushTo(who, watchStore(one.store, { before: slow, after: slow }).store));
      const ends = await Promise.allSettled(pushes);
      const lost = ends.filter((end) => end.status === 'rejected');
      assert.equal(lost.length, 1, `seed ${seed}`);
      assert.ok(
        lost.every(({ reason }) => isPondError(reason, 'remote-diverged')),
        `seed ${seed}: ${lost[0]?.reason}`,
      );
      const winner = ends[0]?.status === 'fulfilled' ? one : twin;
      const copy = await openCopy(one.store);
      assert.deepEqual((await copy.checkHistory()).problems, [], `seed ${seed}`);
      assert.deepEqual(copy.head, winner.pond.head, `seed ${seed}`);
      assert.ok(one.store.objects.has(`_pond/tips/${backupId}.json`));
    }
  });
});

describe('a clone during a push and a prune of the same copy', () => {
  it('is a whole version, and neither loses what a version names', async () => {
    const backed = await createBackedUp();
    await fillPond(backed.pond);
    for (const seed of seeds(6)) {
      const random = randomOf(seed);
      let nowMs = Date.now();
      const store = createMemoryStore(new Map(), () => nowMs);
      const parts = { pond: backed.pond, cache: createMemoryDisk() };
      // Blobs without a version that names them, listed long ago: the first push was killed at its first log entry.
      const end = `${1 + random(5)}.json`;
      const killed = watchStore(store, {
        before: ({ name, key }) => {
          if (name === 'putIfAbsent' && key.endsWith(end)) throw new Killed();
        },
      });
      await assert.rejects(pushTo(parts, killed.store), Killed);
      nowMs += 8 * dayMs;
      const prune = (on: ObjectStore): Promise<unknown> =>
        pruneCopy({ source: backed.pond.stored, store: on, pruner: on }, { now: () => nowMs });
      await prune(store);
      nowMs += 2 * dayMs;
      const slow = async (): Promise<void> => {
        for (let turns = random(6); turns > 0; turns--) await new Promise(setImmediate);
      };
      const slowStore = (): ObjectStore => watchStore(store, { before: slow, after: slow }).store;
      const disk = createMemoryDisk();
      const [cloned, pushed] = await Promise.allSettled([
        cloneOnto(disk, slowStore()),
        pushTo(parts, slowStore()),
        prune(slowStore()),
      ]);
      if (cloned.status === 'fulfilled') assert.equal((await soundCommits(disk)).length, cloned.value.head.number + 1);
      else assert.fail(`seed ${seed}: ${String(cloned.reason)}`);
      if (pushed.status === 'rejected') assert.fail(`seed ${seed}: ${String(pushed.reason)}`);
      assert.equal(await wholeCopy({ pond: backed.pond, store }), 5, `seed ${seed}`);
    }
  });
});

const dayMs = 24 * 60 * 60 * 1000;

describe('a store whose listings are late', () => {
  it('is completed by a push that knows nothing of the last objects, and sends none of them twice', async () => {
    const backed = await createBackedUp();
    await fillPond(backed.pond);
    const all = createMemoryStore();
    await pushTo({ pond: backed.pond, cache: createMemoryDisk() }, all);
    const entries = [...all.objects.keys()].filter((key) => /^_delta_log\/\d+\.json$/.test(key));
    for (const there of [2, 4, 6]) {
      const store = createMemoryStore(new Map(all.objects));
      for (const key of entries.slice(there)) store.objects.delete(key);
      const before = new Map(store.objects);
      // Neither the last two entries nor any content is listed yet.
      const unlisted = new Set([...entries.slice(there - 2, there), ...[...before.keys()].filter(isBlob)]);
      const late: ObjectStore = {
        ...store,
        async *list(prefix, options) {
          for await (const object of store.list(prefix, options)) if (!unlisted.has(object.key)) yield object;
        },
      };
      const { commits } = await pushTo({ pond: backed.pond, cache: createMemoryDisk() }, late);
      assert.equal(commits, entries.length - there);
      assert.equal(await wholeCopy({ pond: backed.pond, store }), 5);
      for (const [key, object] of before) {
        if (!/tips|_last_checkpoint/.test(key)) assert.equal(store.objects.get(key), object, key);
      }
    }
  });
});

const isBlob = (key: string): boolean => key.startsWith('_pond/blobs/');
