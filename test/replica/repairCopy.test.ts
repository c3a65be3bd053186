/** A damaged copy is repaired from its pond, and nothing else of it is changed. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PondError } from '../../server/src/base/error.ts';
import { verifyCopy, type VerifyReport } from '../../server/src/replica/verify.ts';
import { type ObjectStore } from '../../server/src/remote/objectStore.ts';
import { type BackedUp, commitFileAt, createBackedUp, fillPond, pushTo } from '../support/backup.ts';
import { createMemoryStore, type StoredObject, watchStore } from '../support/memoryStore.ts';
import { overwrite } from '../support/pondState.ts';
import { seeds } from '../support/proof.ts';
import { randomOf } from '../support/random.ts';
import { bytesOf } from '../support/tree.ts';

async function pushed(): Promise<BackedUp> {
  const backed = await createBackedUp();
  await fillPond(backed.pond);
  await pushTo(backed, backed.store);
  return backed;
}

const backed = await pushed();
const whole: ReadonlyMap<string, StoredObject> = new Map(backed.store.objects);
/** What versions need, without notes. */
const needed = [...whole.keys()].filter((key) => /^[^_].*parquet$|blobs|_delta_log.*\d\.json$/.test(key));
const lastEntry = needed.find((key) => key.endsWith('5.json'))!;

const verify = (store: ObjectStore, pruner?: ObjectStore): Promise<VerifyReport> =>
  verifyCopy({ source: backed.pond.stored, store }, { share: 1, ...(pruner && { pruner }) });

/** Damages a random object in a random way; returns its key. */
function damage(objects: Map<string, StoredObject>, seed: number): string {
  const random = randomOf(seed);
  const present = needed.filter((one) => objects.get(one) === whole.get(one));
  const key = present[random(present.length)]!;
  const object = objects.get(key)!;
  const bytes = Uint8Array.from(object.bytes);
  bytes[random(bytes.length)]! ^= 1 + random(255);
  // A copy without its last entry ends earlier, which is no damage.
  const way = key === lastEntry ? 1 + random(2) : random(3);
  if (way === 0) objects.delete(key);
  else objects.set(key, { ...object, bytes: way === 1 ? bytes : bytes.subarray(1) });
  return key;
}

const contents = (objects: ReadonlyMap<string, StoredObject>): ReadonlyMap<string, string> =>
  new Map([...objects].map(([key, { bytes }]) => [key, Buffer.from(bytes).toString('base64')]));

describe('the repair of a copy', () => {
  it('makes it what it was, whatever is missing, short or altered, and changes no other object', async () => {
    for (const seed of seeds(12)) {
      const store = createMemoryStore(new Map(whole));
      const keys = new Set([0, 1, 2].map((number) => damage(store.objects, seed * 3 + number)));
      const { store: watched, calls } = watchStore(store);
      const { problems, repaired } = await verify(watched, watched);
      assert.deepEqual([problems, new Set(repaired)], [[], keys], `seed ${seed}`);
      assert.deepEqual(contents(store.objects), contents(whole), `seed ${seed}`);
      const changes = calls.filter(({ name }) => name === 'remove' || name === 'put' || name === 'putIfAbsent');
      assert.ok(changes.every(({ key }) => keys.has(key)));
      assert.deepEqual((await verify(store)).problems, []);
    }
  });

  it('goes on after it was stopped at any call', async () => {
    for (const when of ['before', 'after'] as const) {
      for (let stop = 0; ; stop++) {
        const store = createMemoryStore(new Map(whole));
        for (const seed of [1, 2, 3, 4]) damage(store.objects, seed);
        const stopped = (call: { readonly name: string }, index: number): void => {
          if (call.name !== 'readStream' && index === stop) throw new PondError('remote-failed', 'stopped');
        };
        const { store: watched, calls } = watchStore(store, { [when]: stopped });
        await verify(watched, watched).catch(() => undefined);
        assert.deepEqual((await verify(store, store)).problems, []);
        // Stopped between the removal and the put of the last entry, the copy ends earlier: the next push sends it.
        const expected = new Map([...whole].filter(([key]) => key !== lastEntry || store.objects.has(key)));
        assert.deepEqual(contents(store.objects), contents(expected), `${when} call ${stop}`);
        if (stop >= calls.length) break;
      }
    }
  });

  it('fills a gap in the log of the same history, and leaves that of another', async () => {
    const entry = (number: number): string => `_delta_log/${String(number).padStart(20, '0')}.json`;
    const store = createMemoryStore(new Map(whole));
    for (const number of [1, 3]) store.objects.delete(entry(number));
    await assert.rejects(verify(store), { code: 'remote-damaged' });
    assert.deepEqual((await verify(store, store)).repaired, [entry(1), entry(3)]);
    assert.deepEqual(contents(store.objects), contents(whole));
    const other = await pushed();
    for (const number of [1, 3]) other.store.objects.delete(entry(number));
    const before = contents(other.store.objects);
    await assert.rejects(verify(other.store, other.store));
    assert.deepEqual(contents(other.store.objects), before);
  });

  it('names what the store does not let go, and repairs the rest', async () => {
    const store = createMemoryStore(new Map(whole));
    const [altered = '', missing = ''] = needed;
    store.objects.set(altered, { bytes: bytesOf('altered'), modifiedMs: 0 });
    store.objects.delete(missing);
    const refusal = new PondError('remote-denied', 'the object is locked until 2030-01-01');
    const { problems, repaired } = await verify(store, { ...store, remove: () => Promise.reject(refusal) });
    assert.deepEqual(repaired, [missing]);
    assert.equal(problems.length, 1);
    assert.match(problems[0]!, new RegExp(`^${altered} has .*; it was not repaired: the object is locked until 2030`));
  });

  it('removes nothing that the pond cannot send again', async () => {
    const own = await pushed();
    await commitFileAt(own.pond, '/later', bytesOf('later'));
    const blob = [...own.store.objects.keys()].find((key) => key.includes('blobs'))!;
    own.store.objects.set(blob, { bytes: bytesOf('altered'), modifiedMs: 0 });
    overwrite(own.disk, blob, bytesOf('altered too'));
    const { store, calls } = watchStore(own.store);
    const report = await verifyCopy({ source: own.pond.stored, store }, { share: 1, pruner: store });
    assert.match(report.problems.join(), /blobs.* has 7 bytes; .*; it was not repaired: .* is damaged/);
    assert.deepEqual(
      calls.filter(({ name }) => name === 'remove'),
      [],
    );
  });
});
