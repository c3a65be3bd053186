/** A prune that is killed, alone or while a push names again what it removes: no version loses an object. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import { type ObjectStore } from '../../server/src/remote/objectStore.ts';
import { pruneCopy } from '../../server/src/replica/prune.ts';
import { verifyCopy } from '../../server/src/replica/verify.ts';
import { commitFileAt, createBackedUp, fillPond, large, pushTo } from '../support/backup.ts';
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
  /** Commits the content of the orphan and pushes it, as another process does. */
  push(): Promise<void>;
  readonly isPushed: boolean;
  problems(): Promise<readonly string[]>;
  passDays(days: number): void;
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
  let isPushed = false;
  return {
    store,
    prune,
    get isPushed() {
      return isPushed;
    },
    async push() {
      isPushed = true;
      await commitFileAt(backed.pond, '/late', content);
      await pushTo(backed, store);
    },
    problems: async () => (await verifyCopy({ source, store }, { share: 1 })).problems,
    passDays: (days) => void (nowMs += days * dayMs),
  };
}

/** A store that is lost at a call, and calls `meanwhile` as the orphan is about to be removed. */
function losing(store: ObjectStore, when: 'before' | 'after', at: number, meanwhile: () => Promise<void>): ObjectStore {
  const kill = (_: StoreCall, index: number): void => {
    if (index >= at) throw new Killed();
  };
  const watched = watchStore(store, { [when]: kill }).store;
  return {
    ...watched,
    async remove(key, options) {
      if (key === orphan) await meanwhile();
      await watched.remove(key, options);
    },
  };
}

const others = { 'while nothing else works': false, 'while a push names what it removes': true };

describe('a prune that is killed at a call to the store', () => {
  for (const [name, isPushed] of Object.entries(others)) {
    for (const when of ['before', 'after'] as const) {
      it(`leaves each version whole after the next one: ${when} each call, ${name}`, async () => {
        let isWhole = false;
        for (let at = 0; !isWhole; at++) {
          const parts = await newPrunable();
          const meanwhile = (): Promise<void> => (isPushed ? parts.push() : Promise.resolve());
          isWhole = await parts.prune(losing(parts.store, when, at, meanwhile)).then(
            () => true,
            (error: unknown) => {
              assert.ok(error instanceof Killed, String(error));
              return false;
            },
          );
          if (!isPushed) assert.deepEqual(await parts.problems(), [], `killed at call ${at}`);
          parts.passDays(2);
          await parts.prune(parts.store);
          assert.deepEqual(await parts.problems(), [], `after call ${at}`);
          assert.equal(parts.store.objects.has(orphan), parts.isPushed, `after call ${at}`);
        }
      });
    }
  }
});
