/**
 * The same commit, and the same opening and listing, in ponds of different ages, sizes and widths: the larger of each
 * pair compared with the smaller. Disk calls and bytes are counted too; these do not depend on the machine.
 */
import { join } from 'node:path';
import { initPondOn, openPondOn } from '../support/pond.ts';
import { type Pond } from '../../server/src/pond/types.ts';
import { openHostDisk } from '../../server/src/storage/hostDisk.ts';
import { createCountingDisk, type CountingDisk, type DiskCounts } from './support/countingDisk.ts';
import { printMachine } from './support/machine.ts';
import { interleaved } from './support/measure.ts';
import { parametersOf } from './support/parameters.ts';
import { author, commitInTransaction, fillPond } from './support/ponds.ts';
import { printRatio } from './support/report.ts';
import { type Scratch, withScratch } from './support/scratch.ts';

const parameters = parametersOf(
  { rounds: 100, warmUp: 30, fewCommits: 10, manyCommits: 1000, fewNodes: 100, manyNodes: 10_000 },
  { rounds: 2, warmUp: 1, fewCommits: 2, manyCommits: 60, fewNodes: 10, manyNodes: 300 },
);
const { fewCommits, manyCommits, fewNodes, manyNodes } = parameters;

interface Sample {
  readonly name: string;
  readonly directory: string;
  readonly counting: CountingDisk;
  readonly pond: Pond;
}

printMachine();
await withScratch(async (scratch) => {
  const spread = (nodes: number) => (pond: Pond) => fillPond(pond, nodes, 100);
  const wide = (nodes: number) => (pond: Pond) => fillPond(pond, nodes, nodes);
  const old = (commits: number) => async (pond: Pond) => {
    await fillPond(pond, 100, 100);
    for (let commit = 2; commit < commits; commit++) await commitInTransaction(pond, '/d0/f1', `content ${commit}`);
  };
  for (const [small, large] of [
    [
      await make(scratch, `${fewCommits} commits`, old(fewCommits)),
      await make(scratch, `${manyCommits} commits`, old(manyCommits)),
    ],
    [
      await make(scratch, `${fewNodes} nodes`, spread(fewNodes)),
      await make(scratch, `${manyNodes} nodes`, spread(manyNodes)),
    ],
    [
      await make(scratch, `${fewNodes} entries`, wide(fewNodes)),
      await make(scratch, `${manyNodes} entries`, wide(manyNodes)),
    ],
  ] as const) {
    await compare(small, large, 'commit', commitOne);
    await compare(small, large, 'open and list the root', openAndList);
    await small.pond.close();
    await large.pond.close();
  }
});

async function make(scratch: Scratch, name: string, fill: (pond: Pond) => Promise<void>): Promise<Sample> {
  const directory = join(scratch.folder, name);
  const counting = createCountingDisk(openHostDisk(directory));
  const pond = await initPondOn(counting.disk, directory, { author });
  await fill(pond);
  return { name, directory, counting, pond };
}

async function compare(
  small: Sample,
  large: Sample,
  what: string,
  action: (sample: Sample, round: number) => Promise<void>,
): Promise<void> {
  const times = await interleaved(
    { small: (round) => action(small, round), large: (round) => action(large, round) },
    parameters,
  );
  const [few, many] = [await count(small, action), await count(large, action)];
  printRatio({
    what: `${what} with ${large.name}`,
    ours: times.large,
    peer: small.name,
    theirs: times.small,
    most: 1.3,
  });
  const reported = ({ calls, bytesRead, bytesWritten }: DiskCounts): string =>
    `${calls} calls, ${bytesRead} bytes read, ${bytesWritten} written`;
  console.log(`${what} with ${large.name}: ${reported(many)}; ${small.name}: ${reported(few)}`);
}

/** Disk calls of one more round: the median of a few, since some commits write a checkpoint. */
async function count(sample: Sample, action: (sample: Sample, round: number) => Promise<void>): Promise<DiskCounts> {
  const all: DiskCounts[] = [];
  for (let round = -3; round < 0; round++) {
    sample.counting.reset();
    await action(sample, round);
    all.push({ ...sample.counting.counts });
  }
  return all.sort((a, b) => a.calls - b.calls)[1]!;
}

async function commitOne({ pond }: Sample, round: number): Promise<void> {
  await commitInTransaction(pond, '/d0/f1', `content in round ${round}`);
}

async function openAndList({ directory, counting }: Sample): Promise<void> {
  const pond = await openPondOn(counting.disk, directory, { mode: 'read' });
  await (await pond.fs.root()).list();
  await pond.close();
}
