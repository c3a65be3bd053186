/** A prune that is killed, alone or while a push is about to name what it removes: no version is without an object. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import { isPondError, type PondError } from '../../server/src/base/error.ts';
import { type ObjectStore } from '../../server/src/remote/objectStore.ts';
import { pruneCopy } from '../../server/src/replica/prune.ts';
import { verifyCopy } from '../../server/src/replica/verify.ts';
import { commitFileAt, createBackedUp, fillPond, large, pushTo } from '../support/backup.ts';
import { seeds } from '../support/proof.ts';
import { randomOf } from '../support/random.ts';
import { createMemoryStore, type MemoryStore, type StoreCall, watchStore } from '../support/memoryStore.ts';

const dayMs = 24 * 60 * 60 * 1000;

/** The end of the process, at a call to the store. */
class Killed extends Error {}

const content = large(9);
const hash = createHash('sha256').update(content).digest('hex');
const orphan = `_pond/blobs/${hash.slice(0, 2)}/${hash}`;

interface Prunable {
  readonly store: MemoryStore;
  prune(store: ObjectStore): Promise<unknown>;
  /** Commits the content of the orphan. */
  commit(): Promise<void>;
  /** Pushes, as another process does. Returns the failure. */
  push(store?: ObjectStore): Promise<PondError | undefined>;
  problems(): Promise<readonly string[]>;
  passDays(days: number): void;
  /** Milliseconds since 1970 UTC. */
  now(): number;
}

/** A copy with a content that no version names, which was listed two days ago. */
async function newPrunable(): Promise<Prunable> {
  const backed = await createBackedUp();
  await fillPond(backed.pond);
  let nowMs = Date.now();
  const store = createMemoryStore(new Map(), () => nowMs);
  await pushTo(backed, store);
  store.objects.set(orphan, { bytes: content, modifiedMs: nowMs });
  const source = backed.pond.stored;
  const prune: Prunable['prune'] = (own) => pruneCopy({ source, store: own, pruner: own }, { now: () => nowMs });
  nowMs += 8 * dayMs;
  await prune(store);
  nowMs += 2 * dayMs;
  return {
    store,
    prune,
    commit: () => commitFileAt(backed.pond, '/late', content),
    push: (on = store) => pushTo(backed, on).then(noFailure, failureOf),
    problems: async () => (await verifyCopy({ source, store }, { share: 1 })).problems,
    passDays: (days) => void (nowMs += days * dayMs),
    now: () => nowMs,
  };
}

const noFailure = (): undefined => undefined;

function failureOf(error: unknown): PondError {
  assert.ok(isPondError(error), String(error));
  return error;
}

/** A store that is lost at a call. */
function losing(store: ObjectStore, when: 'before' | 'after', at: number): ObjectStore {
  const kill = (_: StoreCall, index: number): void => {
    if (index >= at) throw new Killed();
  };
  return watchStore(store, { [when]: kill }).store;
}

/** Runs a prune up to a call; true when it ends before that. */
async function pruneUpTo(parts: Prunable, when: 'before' | 'after', at: number): Promise<boolean> {
  try {
    await parts.prune(losing(parts.store, when, at));
    return true;
  } catch (error) {
    assert.ok(error instanceof Killed, String(error));
    return false;
  }
}

describe('a prune that is killed at a call to the store', () => {
  for (const when of ['before', 'after'] as const) {
    it(`leaves each version whole, and the next one completes it: ${when} each call`, async () => {
      for (let at = 0, isWhole = false; !isWhole; at++) {
        const parts = await newPrunable();
        isWhole = await pruneUpTo(parts, when, at);
        assert.deepEqual(await parts.problems(), [], `killed at call ${at}`);
        parts.passDays(2);
        await parts.prune(parts.store);
        assert.deepEqual(await parts.problems(), [], `after call ${at}`);
        assert.equal(parts.store.objects.has(orphan), false, `after call ${at}`);
      }
    });

    it(`leaves each version whole that a push names afterwards, at once or a day later: ${when} each call`, async () => {
      const outcomes = new Set<string | undefined>();
      for (let at = 0, isWhole = false; !isWhole; at++) {
        const parts = await newPrunable();
        isWhole = await pruneUpTo(parts, when, at);
        await parts.commit();
        outcomes.add((await parts.push())?.code);
        assert.deepEqual(await parts.problems(), [], `after call ${at}`);
        parts.passDays(2);
        assert.equal(await parts.push(), undefined, `after call ${at}`);
        assert.deepEqual(await parts.problems(), [], `after call ${at}, and a push`);
        assert.ok(parts.store.objects.has(orphan));
      }
      assert.deepEqual([...outcomes].sort(), ['remote-failed', undefined]);
    });
  }
});

it('a push that a killed prune refuses names the time from which it goes on', async () => {
  const parts = await newPrunable();
  const removes = (call: StoreCall): void => {
    if (call.name === 'remove') throw new Killed();
  };
  await assert.rejects(parts.prune(watchStore(parts.store, { before: removes }).store), Killed);
  await parts.commit();
  const hint = (await parts.push())?.hint ?? '';
  const endMs = Date.parse(/backups go on at (\S+Z)/.exec(hint)?.[1] ?? '');
  assert.equal(endMs, parts.now() + dayMs);
  parts.passDays((endMs - 1 - parts.now()) / dayMs);
  assert.equal((await parts.push())?.code, 'remote-failed');
  parts.passDays(1 / dayMs);
  assert.equal(await parts.push(), undefined);
});

/** A store whose calls take a random number of turns of the event loop. */
function slow(store: ObjectStore, random: (below: number) => number): ObjectStore {
  const wait = async (): Promise<void> => {
    for (let turns = random(2) * random(20); turns > 0; turns--) await new Promise(setImmediate);
  };
  return watchStore(store, { before: wait, after: wait }).store;
}

/** Runs a prune that is killed at a random call, and a push of what it removes, which begins at another. */
async function pruneAndPush(parts: Prunable, random: (below: number) => number): Promise<PondError | undefined> {
  const [begins, ends] = [random(14), random(30)];
  const push = async (): Promise<PondError | undefined> => {
    await parts.commit();
    return await parts.push(slow(parts.store, random));
  };
  let pushing: Promise<PondError | undefined> | undefined;
  const atCall = (_: StoreCall, index: number): void => {
    if (index >= begins) pushing ??= push();
    if (index >= ends) throw new Killed();
  };
  await parts.prune(watchStore(slow(parts.store, random), { before: atCall }).store).catch((error) => {
    assert.ok(error instanceof Killed, String(error));
  });
  return await (pushing ?? push());
}

describe('a prune and a push of what it removes, at the same time', () => {
  it('leave each version whole in any order of their calls, and after each kill of the prune', async () => {
    for (const seed of seeds(20)) {
      const parts = await newPrunable();
      const code = (await pruneAndPush(parts, randomOf(seed)))?.code;
      assert.ok(code === undefined || code === 'remote-failed', `seed ${seed}: ${code}`);
      assert.deepEqual(await parts.problems(), [], `seed ${seed}`);
      parts.passDays(2);
      assert.equal(await parts.push(), undefined, `seed ${seed}`);
      assert.deepEqual(await parts.problems(), [], `seed ${seed}, and a push`);
    }
  });
});
