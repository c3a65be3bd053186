import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import { PondError } from '../../server/src/base/error.ts';
import { pruneCopy } from '../../server/src/replica/prune.ts';
import { verifyCopy, type VerifyReport } from '../../server/src/replica/verify.ts';
import { type ObjectStore } from '../../server/src/remote/objectStore.ts';
import { type BackedUp, commitFileAt, createBackedUp, fillPond, large, pushTo } from '../support/backup.ts';
import { createMemoryStore, watchStore } from '../support/memoryStore.ts';
import { seeds } from '../support/proof.ts';
import { randomOf } from '../support/random.ts';
import { bytesOf } from '../support/tree.ts';

const dayMs = 24 * 60 * 60 * 1000;

const verify = ({ pond, store }: Pick<BackedUp, 'pond' | 'store'>, share = 1): Promise<VerifyReport> =>
  verifyCopy({ source: pond.stored, store }, { share });

async function pushed(): Promise<BackedUp> {
  const backed = await createBackedUp();
  await fillPond(backed.pond);
  for (let i = 0; i < 8; i++) await commitFileAt(backed.pond, '/small', bytesOf(`version ${i}`));
  await pushTo(backed, backed.store);
  return backed;
}

/** Keys of notes for people, and of the probe, which no program believes. */
const isNote = (key: string): boolean => /^_pond\/(tips|probe)\//.test(key);

describe('a verification', () => {
  it('of a sound copy reads all of it, or a share', async () => {
    const backed = await pushed();
    const all = await verify(backed);
    assert.deepEqual([all.problems, all.unnamed, all.readObjects], [[], 0, all.objects]);
    assert.equal(all.readBytes, all.bytes);
    const { store, calls } = watchStore(backed.store);
    const none = await verifyCopy({ source: backed.pond.stored, store }, { share: 0 });
    assert.deepEqual([none.problems, none.readObjects, none.objects], [[], 0, all.objects]);
    assert.equal(calls.filter(({ name }) => name === 'readStream').length, 0);
  });

  it('of a copy so small that its share is less than an object reads one', async () => {
    const backed = await pushed();
    const { readObjects, problems } = await verify(backed, 0.000_001);
    assert.deepEqual([readObjects, problems], [1, []]);
  });

  it('finds every altered byte, or it is one that no program believes', async () => {
    const backed = await pushed();
    for (const seed of seeds(40)) {
      const random = randomOf(seed);
      const keys = [...backed.store.objects.keys()].filter((key) => !isNote(key));
      const key = keys[seed % keys.length]!;
      const object = backed.store.objects.get(key)!;
      const bytes = Uint8Array.from(object.bytes);
      const at = random(bytes.length);
      bytes[at]! ^= 1 << random(8);
      backed.store.objects.set(key, { ...object, bytes });
      const outcome = await verify(backed).then(
        ({ problems }) => problems.join(),
        (error: unknown) => String(error),
      );
      // The hint and the record have parts that decide nothing.
      const isHarmless = key === '_delta_log/_last_checkpoint' || key === '_pond/remote.json';
      assert.ok(outcome !== '' || isHarmless, `byte ${at} of ${key}, seed ${seed}`);
      backed.store.objects.set(key, object);
    }
  });

  it('names each object that is missing or has another size', async () => {
    const backed = await pushed();
    const { objects } = backed.store;
    const needed = [...objects.keys()].filter((key) => !isNote(key) && !/checkpoint|remote\.json/.test(key));
    for (const key of needed) {
      const object = objects.get(key)!;
      objects.delete(key);
      const missing = await verify(backed, 0).then(
        ({ problems }) => problems,
        (error: unknown) => [String(error)],
      );
      // Without the last entry the copy ends earlier, which is no damage.
      const isLast = key === `_delta_log/${'13'.padStart(20, '0')}.json`;
      if (!isLast) assert.ok(missing.length === 1 && missing[0]!.includes(key), `${key}: ${missing.join()}`);
      objects.set(key, { ...object, bytes: object.bytes.subarray(1) });
      if (!isLast) assert.match((await verify(backed, 0)).problems.join(), / bytes; expected /);
      objects.set(key, object);
    }
  });
});

describe('a prune', () => {
  it('removes what interrupted pushes left, a day after it was listed, and nothing that a version names', async () => {
    const backed = await pushed();
    let nowMs = Date.now();
    const store = createMemoryStore(backed.store.objects, () => nowMs);
    const orphan = `_pond/blobs/ab/${'ab'.repeat(32)}`;
    store.objects.set(orphan, { bytes: large(9), modifiedMs: nowMs });
    const strangers = ['notes.txt', '_pond/remote.json', '_delta_log/00000000000000000099.crc'];
    for (const key of strangers) store.objects.set(key, { bytes: bytesOf('x'), modifiedMs: 0 });
    const before = new Set(store.objects.keys());
    const states = async (): Promise<unknown> => {
      const { objects } = await pruneCopy({ source: backed.pond.stored, store, pruner: store }, { now: () => nowMs });
      return objects.filter(({ key }) => !isNote(key)).map(({ key, state }) => [key, state]);
    };
    assert.deepEqual(await states(), []);
    nowMs += 8 * dayMs;
    assert.deepEqual(await states(), [[orphan, 'candidate']]);
    nowMs += dayMs / 2;
    assert.deepEqual(await states(), [[orphan, 'candidate']]);
    nowMs += dayMs;
    assert.deepEqual(await states(), [[orphan, 'removed']]);
    nowMs += 2 * dayMs;
    assert.deepEqual(await states(), []);
    before.delete(orphan);
    const kept = (keys: Iterable<string>): string[] => [...keys].filter((key) => !/^_pond\/(prune|probe)\//.test(key));
    assert.deepEqual(kept(store.objects.keys()).sort(), kept(before).sort());
  });

  it('keeps a candidate that a version names by then', async () => {
    const backed = await pushed();
    let nowMs = Date.now();
    const store = createMemoryStore(backed.store.objects, () => nowMs);
    await commitFileAt(backed.pond, '/late', large(9));
    // The blob is there before a version names it, as a push that was interrupted leaves it.
    const interrupted: ObjectStore = { ...store, putIfAbsent: stopAtEntries(store) };
    await assert.rejects(pushTo(backed, interrupted));
    nowMs += 8 * dayMs;
    const prune = () => pruneCopy({ source: backed.pond.stored, store, pruner: store }, { now: () => nowMs });
    await prune();
    nowMs += 2 * dayMs;
    await pushTo(backed, store);
    assert.deepEqual(
      (await prune()).objects.filter(({ key }) => !isNote(key)),
      [],
    );
    assert.deepEqual((await verify({ pond: backed.pond, store })).problems, []);
  });
});

/** A copy with an object that no version names yet, and the content of that object. */
async function withOrphan() {
  const backed = await pushed();
  const clock = { nowMs: Date.now() };
  const store = createMemoryStore(backed.store.objects, () => clock.nowMs);
  const content = large(9);
  const hash = createHash('sha256').update(content).digest('hex');
  const orphan = `_pond/blobs/${hash.slice(0, 2)}/${hash}`;
  store.objects.set(orphan, { bytes: content, modifiedMs: clock.nowMs });
  return { backed, clock, store, content, orphan };
}

describe('a push during a prune', () => {
  it('names nothing that is being removed, and sends it when the prune has ended', async () => {
    const { backed, clock, store, content, orphan } = await withOrphan();
    const remove: ObjectStore['remove'] = async (key, options) => {
      if (key === orphan) {
        await commitFileAt(backed.pond, '/late', content);
        await assert.rejects(pushTo(backed, store), { code: 'remote-failed', path: orphan });
      }
      await store.remove(key, options);
    };
    const prune = () =>
      pruneCopy({ source: backed.pond.stored, store, pruner: { ...store, remove } }, { now: () => clock.nowMs });
    clock.nowMs += 8 * dayMs;
    await prune();
    clock.nowMs += 2 * dayMs;
    await prune();
    assert.ok(!store.objects.has(orphan));
    await pushTo(backed, store);
    assert.ok(store.objects.has(orphan));
    assert.deepEqual((await verify({ pond: backed.pond, store })).problems, []);
  });

  it('removes nothing, and lets a push keep its own, where a note cannot be read', async () => {
    for (const [name, content] of [
      ['keep-1.json', undefined],
      ['keep-1.json', '{"format": 1, "keys": ['],
      ['keep-1.json', '{"format": 2}'],
      ['1.json', '<html>'],
    ] as const) {
      const { clock, store, backed, orphan } = await withOrphan();
      const note = `_pond/prune/${name}`;
      const read: ObjectStore['read'] = (key, options) =>
        key === note && content === undefined ? Promise.resolve(undefined) : store.read(key, options);
      const prune = () =>
        pruneCopy({ source: backed.pond.stored, store: { ...store, read }, pruner: store }, { now: () => clock.nowMs });
      clock.nowMs += 8 * dayMs;
      await prune();
      clock.nowMs += 2 * dayMs;
      await store.put(note, Buffer.from(content ?? ''));
      if (name === '1.json') {
        await commitFileAt(backed.pond, '/late', bytesOf('late'));
        await pushTo(backed, store);
        assert.ok([...store.objects.keys()].some((key) => key.startsWith('_pond/prune/keep-')));
      } else {
        await prune();
        assert.ok(store.objects.has(orphan), `${name} ${content}`);
      }
    }
  });

  it('keeps what it names from a prune that looked at the versions before', async () => {
    const { backed, clock, store, content, orphan } = await withOrphan();
    // The prune looks at the objects of the store after it looked at the versions.
    const list: ObjectStore['list'] = async function* (prefix, options) {
      if (prefix === '' && clock.nowMs > Date.now() + 9 * dayMs) {
        await commitFileAt(backed.pond, '/late', content);
        await pushTo(backed, store);
      }
      yield* store.list(prefix, options);
    };
    const prune = () =>
      pruneCopy({ source: backed.pond.stored, store: { ...store, list }, pruner: store }, { now: () => clock.nowMs });
    clock.nowMs += 8 * dayMs;
    await prune();
    clock.nowMs += 2 * dayMs;
    assert.deepEqual(
      (await prune()).objects.filter(({ key }) => !isNote(key)).map(({ key, state }) => [key, state]),
      [[orphan, 'candidate']],
    );
    assert.deepEqual((await verify({ pond: backed.pond, store })).problems, []);
  });
});

describe('a prune without the permission to remove', () => {
  it('says which objects the store did not let go, and goes on', async () => {
    const backed = await pushed();
    let nowMs = Date.now();
    const store = createMemoryStore(backed.store.objects, () => nowMs);
    const refusal = new PondError('remote-denied', 'the object is locked until 2030-01-01');
    const pruner: ObjectStore = { ...store, remove: () => Promise.reject(refusal) };
    const orphan = `_pond/blobs/ab/${'ab'.repeat(32)}`;
    store.objects.set(orphan, { bytes: large(9), modifiedMs: nowMs });
    const prune = () => pruneCopy({ source: backed.pond.stored, store, pruner }, { now: () => nowMs });
    nowMs += 8 * dayMs;
    await prune();
    nowMs += 2 * dayMs;
    const found = (await prune()).objects.find(({ key }) => key === orphan);
    assert.deepEqual([found?.state, found?.reason], ['refused', refusal.message]);
    assert.ok(store.objects.has(orphan));
  });
});

function stopAtEntries(store: ObjectStore): ObjectStore['putIfAbsent'] {
  return async (key, body, options) => {
    if (/^_delta_log\/\d+\.json$/.test(key)) throw new Error('stopped');
    return await store.putIfAbsent(key, body, options);
  };
}
