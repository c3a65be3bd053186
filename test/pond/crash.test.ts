import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import { isPondError } from '../../server/src/base/error.ts';
import { readJournal } from '../../server/src/pond/journal.ts';
import { journalEndPath } from '../../server/src/pond/journalEnd.ts';
import { initPondOn, openPondOn } from '../support/pond.ts';
import { type Pond } from '../../server/src/pond/types.ts';
import { type Disk } from '../../server/src/storage/disk.ts';
import { nameOf } from '../../server/src/storage/diskPath.ts';
import { isTemporaryName } from '../../server/src/storage/durable.ts';
import { createMemoryDisk, type DiskImage } from '../../server/src/storage/memoryDisk.ts';
import { imageOf } from '../support/diskImage.ts';
import { seeds } from '../support/proof.ts';
import { endLockHolders, pondState, type PondState } from '../support/pondState.ts';
import { type CrashChoice, SimDisk } from '../support/simDisk.ts';
import { bytesOf, parquetOf } from '../support/tree.ts';

/** An operation of a pond, which is durable when the call returns. */
type Step = (pond: Pond) => Promise<unknown>;

const write =
  (path: string, text: string): Step =>
  async (pond) =>
    (await pond.fs.root()).writeFile(path, bytesOf(text));
const commit =
  (message: string): Step =>
  (pond) =>
    pond.commit({ message, author: 'test' });
const inRoot =
  (work: (root: Awaited<ReturnType<Pond['fs']['root']>>) => Promise<unknown>): Step =>
  async (pond) =>
    work(await pond.fs.root());

const tagged = { message: 'tagged', author: 'test', operation: 'tag' };
const largeText = 'all work and no play makes a large file '.repeat(2000);

interface Workload {
  /** Done and durable before the examined calls. */
  readonly before?: readonly Step[];
  readonly steps: readonly Step[];
}

const committed: readonly Step[] = [write('/a', 'one'), commit('first')];

/** Short workloads: every state that a crash after any call can leave is opened. */
const shortWorkloads: Readonly<Record<string, Workload>> = {
  'two staged files': { steps: [write('/a', 'one'), write('/b', 'two')] },
  'a staged file that is committed': { steps: [write('/a', 'one'), commit('first')] },
  'a file that is staged again after its commit': { before: committed, steps: [write('/a', 'two')] },
  'a change just after a commit': { before: [write('/a', 'one')], steps: [commit('first'), write('/a', 'two')] },
  'a rename': { before: committed, steps: [inRoot((root) => root.rename('/a', '/b')), commit('second')] },
  'a removal': { before: committed, steps: [inRoot((root) => root.remove('/a')), commit('second')] },
  'content that becomes a blob': { steps: [write('/large', largeText)] },
  'a large file that is discarded and staged again': {
    before: [write('/large', largeText), write('/a', 'one')],
    steps: [(pond) => pond.discard(['/large']), write('/large', largeText)],
  },
  'a failed batch with a large file': {
    before: [write('/a', 'one')],
    steps: [
      (pond) =>
        pond.fs.backend
          .batch(async () => {
            await write('/large', largeText)(pond);
            throw new Error('stopped');
          })
          .catch(() => undefined),
      write('/large', largeText),
    ],
  },
  'a discarded change': { before: [write('/a', 'one')], steps: [(pond) => pond.discard()] },
  'a batch': {
    before: [write('/a', 'one')],
    steps: [
      inRoot((root) =>
        root.backend.batch(async () => {
          await root.writeFile('/a', bytesOf('two'));
          await root.createDirectory('/d/e', { parents: true });
          await root.writeFile('/d/e/f', bytesOf('three'));
        }),
      ),
    ],
  },
  'a directory that is made again as it is committed': {
    before: [inRoot((root) => root.createDirectory('/d')), write('/d/a', 'one'), commit('first')],
    steps: [
      inRoot((root) => root.remove('/d', { recursive: true })),
      inRoot((root) => root.createDirectory('/d')),
      write('/d/a', 'one'),
    ],
  },
  'a commit of a part': {
    before: [...committed, write('/a', 'two'), write('/large', largeText)],
    steps: [
      inRoot((root) => root.createDirectory('/d')),
      write('/d/x', 'one'),
      write('/d/y', 'two'),
      (pond) => pond.commit({ message: 'a part', author: 'test' }, ['/d/x', '/large']),
      write('/d/x', 'three'),
      (pond) => pond.commit({ message: 'another', author: 'test' }, ['/d/x']),
    ],
  },
  'a tag alongside what is staged': {
    before: [...committed, write('/a', 'two')],
    steps: [(pond) => pond.changeTag({ name: 'v1', commit: pond.head.number, force: false }, tagged)],
  },
  'an undone commit': {
    before: [...committed, write('/a', 'two'), write('/large', largeText), commit('second'), write('/b', 'staged')],
    steps: [
      async (pond) => {
        const transaction = await pond.begin();
        await transaction.restore(pond.head.parent!);
        await transaction.commit({ message: 'undone', author: 'test', operation: 'undo' });
      },
    ],
  },
  'a transaction beside what is staged': {
    before: [write('/a', 'staged')],
    steps: [
      async (pond) => {
        const transaction = await pond.begin();
        await (await transaction.fs.root()).writeFile('/b', bytesOf('by a transaction'));
        await transaction.commit({ message: 'beside', author: 'test' });
      },
    ],
  },
};

/** A workload of all operations, with some hundred calls: its states are sampled. */
const longWorkload: readonly Step[] = [
  inRoot((root) => root.createDirectory('/deep/er', { parents: true })),
  write('/deep/er/file', 'first'),
  inRoot((root) => root.createFile('/series', parquetOf('first'), { type: 'series' })),
  commit('files'),
  inRoot((root) => root.writeFile('/series', parquetOf('second'))),
  inRoot((root) => root.writeFile('/series', parquetOf('third'))),
  inRoot((root) => root.createSymlink('/link', 'deep/er/file')),
  inRoot((root) => root.setAttributes('/deep', { owner: 'test' })),
  commit('series'),
  inRoot((root) => root.rename('/deep', '/moved')),
  write('/moved/er/file', 'second'),
  inRoot((root) => root.copy('/moved', '/copy', { recursive: true })),
  commit('moved'),
  write('/large', largeText),
  inRoot((root) => root.writeFile('/large', bytesOf(largeText + largeText))),
  commit('large'),
  (pond) => pond.restore(['/'], '1'),
  commit('restored'),
  write('/a', 'kept'),
  inRoot((root) => root.remove('/moved', { recursive: true }).catch(() => root.remove('/deep', { recursive: true }))),
  (pond) => pond.discard(['/a']),
  commit('removed'),
];

describe('a crash of the machine', () => {
  it('leaves a complete pond or none, while a pond is created', async () => {
    const sim = new SimDisk<PondState>(undefined, [journalEndPath]);
    const made = await initPondOn(sim.disk, 'sim');
    sim.acknowledge(await pondState(made));
    await sim.checkCrashes({ mode: 'every' }, async ({ open, acknowledged }) => {
      const disk = open();
      endLockHolders(disk);
      if (acknowledged.length === 0 && (await isNoPond(disk))) return;
      await checkRecovery(disk, [await pondState(made)]);
    });
  });

  for (const [name, workload] of Object.entries(shortWorkloads)) {
    it(`loses nothing that was acknowledged, at any call: ${name}`, async () => {
      await checkWorkload(workload, { mode: 'every' });
    });
  }

  const [seed = 1] = seeds(1);
  it(`loses nothing that was acknowledged, in a long workload: seed ${seed}`, async () => {
    // More rounds crash at more of the calls, at each of them at the most: any number of rounds ends.
    await checkWorkload(
      { steps: longWorkload },
      { mode: 'sample', seed, pointsMax: seeds(14).length, randomStates: 1 },
    );
  });

  it('loses nothing while checkpoints are written', async () => {
    const pointsMax = seeds(6).length;
    const steps = Array.from({ length: 51 }, (_, i) => [write(`/${i % 7}`, `text ${i}`), commit(`${i}`)]).flat();
    const workload = { before: steps.slice(0, -5), steps: steps.slice(-5) };
    await checkWorkload(workload, { mode: 'sample', seed: 11, pointsMax, randomStates: 0 }, (n) => n % 25 === 0);
  });

  it('can happen again during the recovery from the first one', async () => {
    const steps = [write('/a', 'one'), commit('first'), write('/a', 'two'), write('/b', largeText)];
    const { sim, states } = await record({ steps });
    let seed = 100;
    const pointsMax = seeds(4).length;
    for (const state of sim.crashStates({ mode: 'sample', seed: 3, pointsMax, randomStates: 0 })) {
      const expected = statesAfter(states, Math.max(1, state.acknowledged.length));
      const disk = state.open();
      endLockHolders(disk);
      const again = new SimDisk(imageOf(disk), [journalEndPath]);
      await (await openPondOn(again.disk, 'sim', { mode: 'write' })).close();
      const choice = { mode: 'sample', seed: seed++, pointsMax: 6, randomStates: 0 } as const;
      await again.checkCrashes(choice, async ({ open }) => {
        const disk = open();
        endLockHolders(disk);
        assertOneOf(await stateOn(disk), expected);
      });
    }
  });
});

interface Recorded {
  readonly sim: SimDisk<number>;
  /** Observable state after init and after each step. */
  readonly states: readonly PondState[];
}

type Wanted = (number: number) => boolean;

/** Carries out the steps, and records the observable state after each. */
async function record({ before = [], steps }: Workload, wanted?: Wanted): Promise<Recorded> {
  const sim = new SimDisk<number>(await imageAfter(before), [journalEndPath]);
  const states: PondState[] = [];
  const pond = await openPondOn(sim.disk, 'sim', { mode: 'write' });
  for (const step of [undefined, ...steps]) {
    await step?.(pond);
    sim.acknowledge(states.length);
    states.push(await pondState(pond, wanted));
  }
  return { sim, states };
}

async function imageAfter(steps: readonly Step[]): Promise<DiskImage> {
  const disk = createMemoryDisk();
  const pond = await initPondOn(disk, 'sim');
  for (const step of steps) await step(pond);
  await pond.close();
  return imageOf(disk);
}

/** The trees of unwanted commits are not compared. */
async function checkWorkload(workload: Workload, choice: CrashChoice, wanted?: Wanted): Promise<void> {
  const { sim, states } = await record(workload, wanted);
  // Many crashes leave the same files except for stray ones: these are opened once.
  const opened = new Map<string, PondState>();
  await sim.checkCrashes(choice, async ({ image, open, acknowledged }) => {
    // Opening the pond came first; it acknowledges nothing new.
    const expected = statesAfter(states, Math.max(1, acknowledged.length));
    const key = keyOf(image);
    const known = opened.get(key);
    if (known !== undefined) return assertOneOf(known, expected);
    const disk = open();
    endLockHolders(disk);
    opened.set(key, await checkRecovery(disk, expected, wanted));
  });
  assert.ok(opened.size > workload.steps.length, `only ${opened.size} states were opened`);
}

/** Equal for images with the same files except for stray ones. */
function keyOf(image: DiskImage): string {
  const files = [...image.files].filter(([path]) => !isTemporaryName(nameOf(path)));
  return files
    .map(([path, bytes]) => JSON.stringify([path, digestOf(bytes)]))
    .sort()
    .join('\n');
}

/** Images share the bytes of the files that they have in common. */
const digests = new WeakMap<Uint8Array, string>();

function digestOf(bytes: Uint8Array): string {
  const known = digests.get(bytes) ?? createHash('sha256').update(bytes).digest('hex');
  digests.set(bytes, known);
  return known;
}

/** The allowed states after a number of acknowledged ones: the last of them, or the one in progress. */
function statesAfter(states: readonly PondState[], acknowledged: number): readonly PondState[] {
  return states.slice(Math.max(0, acknowledged - 1), acknowledged + 1);
}

/** A machine that stops while a pond is created leaves none, and then one can be created. */
async function isNoPond(disk: Disk): Promise<boolean> {
  try {
    const pond = await openPondOn(disk, 'sim', { mode: 'read' });
    await pond.close();
    return false;
  } catch (error) {
    if (!isPondError(error, 'pond-not-found')) throw error;
  }
  const pond = await initPondOn(disk, 'sim');
  assert.deepEqual(await pond.check(), []);
  await pond.close();
  return true;
}

/** Opens a pond after a crash, twice, and works on it. Returns its state, which is one of those expected. */
async function checkRecovery(disk: Disk, expected: readonly PondState[], wanted?: Wanted): Promise<PondState> {
  const { cutBytes } = readJournal(disk);
  const pond = await openPondOn(disk, 'sim', { mode: 'write' });
  const state = await pondState(pond, wanted);
  assertOneOf(state, expected);
  assert.deepEqual(await pond.check(), []);
  const { notices, conflicts } = await pond.status();
  assert.deepEqual([notices.length, conflicts], [cutBytes > 0 ? 1 : 0, []], notices.join());
  await pond.close();

  const again = await openPondOn(disk, 'sim', { mode: 'write' });
  assert.deepEqual(await pondState(again, wanted), state, 'opened a second time');
  assert.deepEqual((await again.status()).notices, []);
  await worksOn(again, state);
  return state;
}

/** The pond accepts one more change and commit, with all staged changes. */
async function worksOn(pond: Pond, { working, commits }: PondState): Promise<void> {
  await write('/afterwards', 'still works')(pond);
  const head = await pond.commit({ message: 'afterwards', author: 'test' });
  const newest = commits[commits.length - 1]!;
  assert.deepEqual([head.parent, head.number], [newest.number, newest.number + 1]);
  const { working: now, commits: later } = await pondState(pond, () => false);
  assert.deepEqual(
    [now.filter((line) => !line.startsWith('["/afterwards"')), later.length],
    [working, commits.length + 1],
  );
  await pond.close();
}

function assertOneOf(state: PondState, expected: readonly PondState[]): void {
  const texts = expected.map((one) => JSON.stringify(one));
  if (texts.includes(JSON.stringify(state))) return;
  assert.deepEqual(state, expected[expected.length - 1], `none of ${expected.length} possible states`);
}

async function stateOn(disk: Disk): Promise<PondState> {
  const pond = await openPondOn(disk, 'sim', { mode: 'write' });
  const state = await pondState(pond);
  await pond.close();
  return state;
}
