/**
 * One altered byte anywhere in a pond is found, by what a person does or by a check, or nothing that can be observed
 * differs; never a crash or another answer. A normal run tries a sample of each kind of file; POND_PROOF_ROUNDS tries
 * more, and every byte of a kind when they suffice.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isPondError, PondError } from '../../server/src/base/error.ts';
import { createMemoryDisk, type DiskImage } from '../../server/src/storage/memoryDisk.ts';
import { imageOf } from '../support/diskImage.ts';
import { checkedPond } from '../support/checkedPond.ts';
import { openPondOn } from '../support/pond.ts';
import { overwrite, pondState } from '../support/pondState.ts';
import { seeds } from '../support/proof.ts';
import { randomOf } from '../support/random.ts';

const { image } = await checkedPond(7);

/** Everything that a person can observe: the working tree, some versions, the log, the status and the history's rows. */
async function observed(of: DiskImage): Promise<unknown> {
  const pond = await openPondOn(createMemoryDisk(of), 'checked', { mode: 'read' });
  try {
    const { head, staged, notices, foreignCommits, earlierForeignFiles } = await pond.status();
    const changes = staged.map(({ kind, path }) => `${kind} ${path}`);
    const entries: unknown[] = [];
    for await (const entry of (await pond.history()).entries()) entries.push(entry);
    // The wide directory is the same from commit 4 on.
    const state = await pondState(pond, (number) => number < 4 || number === head.number);
    return { head, changes, notices, foreignCommits, earlierForeignFiles, state, entries };
  } finally {
    await pond.close();
  }
}

/** Problems of opening and of a check; [] for a sound pond. */
async function problemsOf(of: DiskImage): Promise<readonly string[]> {
  const pond = await openPondOn(createMemoryDisk(of), 'checked', { mode: 'read' });
  try {
    const { problems } = await pond.checkHistory();
    return [...pond.notices, ...problems];
  } finally {
    await pond.close();
  }
}

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

const paths = [...image.files].map(([path]) => path);
const kinds: Readonly<Record<string, { readonly paths: readonly string[]; readonly count: number }>> = {
  'a data file': { paths: paths.filter((path) => /^[^/]*\.parquet$/.test(path)), count: 6 },
  'a log entry': { paths: paths.filter((path) => path.endsWith('.json')), count: 6 },
  'a checkpoint': { paths: paths.filter((path) => path.endsWith('.checkpoint.parquet')), count: 2 },
  'the hint': { paths: paths.filter((path) => path.endsWith('_last_checkpoint')), count: 1 },
  'a blob': { paths: paths.filter((path) => path.startsWith('_pond/blobs/')), count: 1 },
  'the journal': { paths: paths.filter((path) => path === '_pond/journal'), count: 8 },
};

interface Flip {
  readonly path: string;
  readonly offset: number;
  readonly mask: number;
}

/** Alterations of bytes of some files: `count` random ones for each round, or each byte once when that is fewer. */
function flipsOf(files: readonly string[], count: number): readonly Flip[] {
  const bytes = files.flatMap((path) =>
    Array.from({ length: createMemoryDisk(image).stat(path)!.sizeBytes }, (_, offset) => ({ path, offset })),
  );
  const flip = (random: (count: number) => number, at: Omit<Flip, 'mask'>): Flip => ({ ...at, mask: 1 + random(255) });
  const chosen = seeds(count).map((seed) => randomOf(seed));
  if (chosen.length >= bytes.length) return bytes.map((at, index) => flip(randomOf(index), at));
  return chosen.map((random) => flip(random, bytes[random(bytes.length)]!));
}

describe('one altered byte', async () => {
  const expected = await observed(image);
  assert.deepEqual(await problemsOf(image), []);
  for (const [kind, { paths: files, count }] of Object.entries(kinds)) {
    it(`of ${kind} is found, or nothing differs`, async (t) => {
      const tally = { found: 0, harmless: 0 };
      for (const { path, offset, mask } of flipsOf(files, count)) {
        const where = `${path}[${offset}]^=${mask}`;
        const disk = createMemoryDisk(image);
        const bytes = disk.readFile(path)!;
        bytes[offset]! ^= mask;
        overwrite(disk, path, bytes);
        const altered = imageOf(disk);
        const problems = await attempt(problemsOf(altered), where);
        if (problems instanceof PondError || problems.length > 0) {
          tally.found++;
          // It is found; all the same nothing may crash.
          await attempt(observed(altered), where);
        } else {
          assert.deepEqual(await attempt(observed(altered), where), expected, where);
          tally.harmless++;
        }
      }
      t.diagnostic(`${kind}: ${tally.found} found, ${tally.harmless} harmless`);
    });
  }
});
