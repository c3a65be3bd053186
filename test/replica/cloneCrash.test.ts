/**
 * A copy that is stopped, at any call of the store or of the disk, leaves no pond or a whole older one, and the same
 * command completes it without fetching again what arrived.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isPondError, PondError } from '../../server/src/base/error.ts';
import { type ObjectStore } from '../../server/src/remote/objectStore.ts';
import { type Disk } from '../../server/src/storage/disk.ts';
import { createMemoryDisk } from '../../server/src/storage/memoryDisk.ts';
import { cloneOnto, soundCommits, storedPond, storeOn } from '../support/clonedPond.ts';
import { faultKinds, forEachFault } from '../support/faultDisk.ts';
import { endLockHolders } from '../support/pondState.ts';
import { seeds } from '../support/proof.ts';
import { SimDisk } from '../support/simDisk.ts';

const image = await storedPond();
const store = storeOn(createMemoryDisk(image));
const expected = await soundCommits(createMemoryDisk(image));

/** Checks what a stopped copy left: nothing that opens as a pond, or the first commits of the pond, whole. */
async function checkLeft(disk: Disk): Promise<'none' | 'older' | 'whole'> {
  try {
    const commits = await soundCommits(disk);
    assert.deepEqual(commits, expected.slice(0, commits.length));
    return commits.length === expected.length ? 'whole' : 'older';
  } catch (error) {
    assert.ok(isPondError(error, 'pond-not-found'), String(error));
    return 'none';
  }
}

/** Checks what a stopped copy left, and that the same command completes it. */
async function checkResumed(disk: Disk): Promise<'none' | 'older' | 'whole'> {
  endLockHolders(disk);
  const left = await checkLeft(disk);
  const { head } = await cloneOnto(disk, store);
  assert.equal(head.number, expected.length - 1);
  assert.deepEqual(await soundCommits(disk), expected);
  return left;
}

describe('a copy that a crash of the machine stops', () => {
  for (const seed of seeds(1)) {
    it(`leaves no pond or an older one, and goes on: seed ${seed}`, async () => {
      const sim = new SimDisk();
      await cloneOnto(sim.disk, store);
      const seen = new Set<string>();
      let number = 0;
      const choice = { mode: 'sample', seed, pointsMax: 24, randomStates: 0 } as const;
      await sim.checkCrashes(choice, async ({ open, point }) => {
        // The last calls give the entries their names, one after another; those before them are much alike.
        const isLate = point > sim.pointCount - 70;
        if (number++ % (isLate ? 4 : 16) === 0) seen.add(await checkResumed(open()));
      });
      assert.deepEqual([...seen].sort(), ['none', 'older', 'whole']);
    });
  }
});

/** A store that fails, and what was read of it. */
interface FailingStore {
  readonly store: ObjectStore;
  /** Keys of the objects of which all was read. */
  readonly complete: Set<string>;
  readonly keys: string[];
}

/** Counts the calls of a store, and fails one of them: before it begins, or from then on, in the middle of its content. */
function failingStore(at: number, middle: boolean): FailingStore {
  let calls = 0;
  let broken: string | undefined;
  const complete = new Set<string>();
  const keys: string[] = [];
  const lost = (): PondError => new PondError('remote-failed', 'the connection was lost');
  const fails = (): boolean => ++calls === at;
  const { address, stat, put, putIfAbsent, remove } = store;
  return {
    complete,
    keys,
    store: {
      ...{ address, stat, put, putIfAbsent, remove },
      close: () => undefined,
      async read(key, options) {
        if (fails()) throw lost();
        return await store.read(key, options);
      },
      async readStream(key, options) {
        keys.push(key);
        if (fails()) broken = key;
        if (broken === key && !middle) throw lost();
        const content = await store.readStream(key, options);
        return content && part(content, key, options?.start);
      },
      async *list(prefix, options) {
        if (fails()) throw lost();
        yield* store.list(prefix, options);
      },
    },
  };
  async function* part(content: AsyncIterable<Uint8Array>, key: string, start = 0): AsyncIterable<Uint8Array> {
    for await (const chunk of content) {
      if (broken !== key) yield chunk;
      else if (start === 0) yield chunk.subarray(0, chunk.length >> 1);
      if (broken === key) throw lost();
    }
    complete.add(key);
  }
}

async function* firstHalf(content: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  for await (const chunk of content) {
    yield chunk.subarray(0, chunk.length >> 1);
    throw new PondError('remote-failed', 'the connection was lost');
  }
}

describe('a copy that the network stops', () => {
  for (const middle of [false, true]) {
    it(`goes on where it was, ${middle ? 'in the middle of' : 'before'} any request`, async () => {
      let stopped = 0;
      for (let at = 1; ; at++) {
        const disk = createMemoryDisk();
        const failing = failingStore(at, middle);
        const outcome = await cloneOnto(disk, failing.store).catch((error: unknown) => error);
        if (!(outcome instanceof Error)) break;
        assert.ok(isPondError(outcome, 'remote-failed'), String(outcome));
        stopped++;
        const again = failingStore(0, false);
        await cloneOnto(disk, again.store);
        const repeated = again.keys.filter((key) => failing.complete.has(key));
        assert.deepEqual(repeated, [], `after request ${at}`);
        if (at % 3 === 0) assert.deepEqual(await soundCommits(disk), expected);
      }
      assert.ok(stopped > 8, `${stopped} requests`);
    });
  }

  it('asks again for the rest of a content that broke off', async () => {
    const starts: (number | undefined)[] = [];
    const breaking: ObjectStore = {
      ...failingStore(0, false).store,
      async readStream(key, options) {
        starts.push(options?.start);
        const content = await store.readStream(key, options);
        return content && (options?.start === 0 ? firstHalf(content) : content);
      },
    };
    const disk = createMemoryDisk();
    await cloneOnto(disk, breaking);
    assert.deepEqual(await soundCommits(disk), expected);
    assert.equal(starts.filter((start) => start !== 0).length, starts.length / 2);
  });

  it('is canceled at any step, and goes on', async () => {
    for (const stop of ['log', 'data files', 'checking', 'contents'] as const) {
      const [disk, controller] = [createMemoryDisk(), new AbortController()];
      const onProgress = (step: string): void => (step === stop ? controller.abort() : undefined);
      const canceled = cloneOnto(disk, store, { signal: controller.signal, onProgress });
      await assert.rejects(canceled, (error) => isPondError(error, 'cancelled'), stop);
      await checkResumed(disk);
    }
  });
});

describe('a copy onto a disk that fails', () => {
  // One kind in a normal run, all of them in a long one.
  for (const name of ['ENOSPC', 'late EIO', 'dead disk'].slice(0, seeds(1).length)) {
    const kind = faultKinds.find((one) => one.name === name)!;
    it(`leaves no pond or an older one, and goes on: ${name}`, async () => {
      let number = 0;
      const count = await forEachFault(kind, 'changes', async (faults) => {
        const disk = createMemoryDisk();
        const outcome = await cloneOnto(faults.wrap(disk), store).catch((error: unknown) => error);
        if (outcome instanceof Error)
          assert.ok(isPondError(outcome) && outcome.code.startsWith('storage-'), String(outcome));
        if (number++ % 24 === 0) await checkResumed(disk);
      });
      assert.ok(count > 50, `${count} calls`);
    });
  }
});
