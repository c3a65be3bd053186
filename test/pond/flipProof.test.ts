/**
 * One altered byte anywhere in a pond is found, by opening it or by a check, or nothing that can be observed differs;
 * never a crash or another answer. Each run alters every `stride`-th byte of each kind of file, from an offset that the
 * seed gives; as many rounds as the stride alter every byte.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isPondError, PondError } from '../../server/src/base/error.ts';
import { type Pond } from '../../server/src/pond/types.ts';
import { createMemoryDisk, type DiskImage } from '../../server/src/storage/memoryDisk.ts';
import { openPondOn } from '../support/pond.ts';
import { pondState } from '../support/pondState.ts';
import { seeds } from '../support/proof.ts';
import { randomOf } from '../support/random.ts';
import { smallPond } from '../support/smallPond.ts';
import { collect } from '../support/tree.ts';

/** Memory limit of the process: a decoder that trusts a count takes more, or all there is. */
const memoryKilobytesMax = 1024 * 1024;

/** Number of bytes of which a round alters one. */
const strides: Readonly<Record<string, number>> = {
  'data file': 2_000,
  'log entry': 1_000,
  checkpoint: 3_000,
  hint: 80,
  blob: 33_000,
  journal: 300,
  other: 100,
};

function kindOf(path: string): string {
  if (path.endsWith('.checkpoint.parquet')) return 'checkpoint';
  if (path.endsWith('.parquet')) return 'data file';
  if (path.endsWith('_last_checkpoint')) return 'hint';
  if (path.startsWith('_delta_log/')) return 'log entry';
  if (path.startsWith('_pond/blobs/')) return 'blob';
  return path === '_pond/journal' ? 'journal' : 'other';
}

async function withPond<T>(of: DiskImage, work: (pond: Pond) => Promise<T>): Promise<T> {
  const pond = await openPondOn(createMemoryDisk(of), 'flips', { mode: 'read' });
  try {
    return await work(pond);
  } finally {
    await pond.close();
  }
}

/** Everything that a person can observe: the working tree, all versions, the log, tags, status and history's rows. */
const observed = async (pond: Pond): Promise<unknown> => {
  const { head, staged, notices, foreignCommits, earlierForeignFiles } = await pond.status();
  const changes = staged.map(({ kind, path }) => `${kind} ${path}`);
  const entries = await collect((await pond.history()).entries());
  const [state, tags] = [await pondState(pond), [...(await pond.tags())]];
  return { head, changes, notices, foreignCommits, earlierForeignFiles, state, tags, entries };
};

/** Problems of opening and of a check; [] for a sound pond. */
const problemsOf = async (pond: Pond): Promise<readonly string[]> => {
  const { problems } = await pond.checkHistory();
  return [...pond.notices, ...problems];
};

const quickProblemsOf = async (pond: Pond): Promise<readonly string[]> => {
  const { problems } = await pond.checkHistory({ isQuick: true });
  return [...pond.notices, ...problems];
};

/** Returns the result, or the error when it is one that reports damage. */
async function attempt<T>(work: Promise<T>, where: string): Promise<T | PondError> {
  try {
    return await work;
  } catch (error) {
    const isReport = isPondError(error) && error.code !== 'cancelled';
    assert.ok(isReport, `${where}: ${error instanceof Error ? error.stack : String(error)}`);
    return error;
  }
}

interface Flip {
  readonly path: string;
  readonly offset: number;
  readonly mask: number;
}

/** Alterations of the bytes of some files, ordered by file: one of `stride` bytes for each round, each at most once. */
function* flipsOf(files: DiskImage['files'], stride: number): Generator<Flip> {
  const rounds = seeds(1);
  const phases = new Set(rounds.slice(0, stride).map((seed) => seed % stride));
  let position = 0;
  for (const [path, bytes] of files) {
    for (let offset = 0; offset < bytes.length; offset++, position++) {
      if (phases.has(position % stride)) yield { path, offset, mask: 1 + randomOf(rounds[0]! + position)(255) };
    }
  }
}

function altered(image: DiskImage, { path, offset, mask }: Flip): DiskImage {
  const files = [...image.files].map(([name, bytes]): readonly [string, Uint8Array] => {
    if (name !== path) return [name, bytes];
    const copy = bytes.slice();
    copy[offset]! ^= mask;
    return [name, copy];
  });
  return { ...image, files };
}

describe('one altered byte', async () => {
  const image = await smallPond();
  const expected = await withPond(image, observed);
  assert.deepEqual(await withPond(image, problemsOf), []);

  for (const [kind, stride] of Object.entries(strides)) {
    it(`of a file (${kind}) is found, or nothing differs`, async (t) => {
      const tally = { found: 0, quick: 0, harmless: 0 };
      const files = [...image.files].filter(([path]) => kindOf(path) === kind);
      assert.ok(files.length > 0);
      for (const flip of flipsOf(files, stride)) {
        const where = `${flip.path}[${flip.offset}]^=${flip.mask}`;
        const pond = altered(image, flip);
        const isFound = isProblem(await attempt(withPond(pond, problemsOf), where));
        const isFoundQuickly = isProblem(await attempt(withPond(pond, quickProblemsOf), where));
        assert.ok(isFound || !isFoundQuickly, `${where}: only the quick check found it`);
        // Of damage that is found, what is observed may be an error, and nothing may crash.
        const seen = await attempt(withPond(pond, observed), where);
        if (!isFound) assert.deepEqual(seen, expected, where);
        tally[isFound ? 'found' : 'harmless']++;
        if (isFoundQuickly) tally.quick++;
      }
      assert.ok(process.resourceUsage().maxRSS < memoryKilobytesMax);
      const { found, quick, harmless } = tally;
      t.diagnostic(`${kind}: ${found} found, ${quick} of them by the quick check; ${harmless} without effect`);
    });
  }
});

const isProblem = (outcome: readonly string[] | PondError): boolean =>
  outcome instanceof PondError || outcome.length > 0;
