/**
 * A durable commit of one small file, in this process and as commands of a terminal, compared with the floor (as many
 * bytes in one new file, flushed, and its folder flushed) and with `git add` and `git commit` of the same change.
 */
import { initPondOn } from '../support/pond.ts';
import { openHostDisk } from '../../server/src/storage/hostDisk.ts';
import { createCountingDisk } from './support/countingDisk.ts';
import { writeFloor, writeOrdered } from './support/floor.ts';
import { createGitRepository } from './support/gitRepository.ts';
import { printMachine } from './support/machine.ts';
import { interleaved, type Rounds } from './support/measure.ts';
import { parametersOf } from './support/parameters.ts';
import { author, commitInTransaction, commitStaged } from './support/ponds.ts';
import { runNode, runPond } from './support/processes.ts';
import { printRatio } from './support/report.ts';
import { type Scratch, withScratch } from './support/scratch.ts';

const parameters = parametersOf(
  { rounds: 200, warmUp: 100, processRounds: 30, processWarmUp: 3 },
  { rounds: 2, warmUp: 1, processRounds: 1, processWarmUp: 0 },
);
const contentOf = (round: number): string => `measured at ${round}: 21.5 °C\n`;

printMachine();
await withScratch(async (scratch) => {
  await inProcess(scratch, { rounds: parameters.rounds, warmUp: parameters.warmUp });
  await asCommands(scratch, { rounds: parameters.processRounds, warmUp: parameters.processWarmUp });
});

async function inProcess(scratch: Scratch, rounds: Rounds): Promise<void> {
  const counting = createCountingDisk(openHostDisk(scratch.make('library.pond')));
  const pond = await initPondOn(counting.disk, `${scratch.folder}/library.pond`, { author });
  const git = await createGitRepository(scratch.make('library.git'), { durable: false });
  const durableGit = await createGitRepository(scratch.make('library-durable.git'), { durable: true });
  const floorFolder = scratch.make('floor');
  const logFolder = scratch.make('floor/log');

  await commitInTransaction(pond, '/transaction.csv', 'first\n');
  await commitStaged(pond, '/staged.csv', 'first\n');
  counting.reset();
  await commitInTransaction(pond, '/transaction.csv', contentOf(-1));
  const transaction = { ...counting.counts };
  counting.reset();
  await commitStaged(pond, '/staged.csv', contentOf(-1));
  const staged = { ...counting.counts };

  const near = await interleaved(
    {
      transactionFloor: (round) => writeFloor(floorFolder, `transaction-${round}`, transaction.bytesWritten),
      ordered: (round) => writeOrdered(floorFolder, logFolder, `ordered-${round}`, transaction.bytesWritten),
      transaction: (round) => commitInTransaction(pond, '/transaction.csv', contentOf(round)),
      stagedFloor: (round) => writeFloor(floorFolder, `staged-${round}`, staged.bytesWritten),
      staged: (round) => commitStaged(pond, '/staged.csv', contentOf(round)),
    },
    rounds,
  );
  let settled = 0;
  const far = await interleaved(
    {
      transaction: (round) => commitInTransaction(pond, '/transaction.csv', `again ${contentOf(round)}`),
      staged: (round) => commitStaged(pond, '/staged.csv', `again ${contentOf(round)}`),
      git: (round) => git.commitFile('file.csv', contentOf(round)),
      durableGit: (round) => durableGit.commitFile('file.csv', contentOf(round)),
    },
    { ...rounds, betweenRounds: () => writeFloor(floorFolder, `settled-${settled++}`, 1) },
  );
  await pond.close();

  for (const [name, floor, { bytesWritten, calls, flushes }] of [
    ['transaction', near.transactionFloor, transaction],
    ['staged', near.stagedFloor, staged],
  ] as const) {
    console.log(`${name}: ${bytesWritten} bytes in ${calls} calls, ${flushes} of them flushes`);
    printRatio({ what: name, ours: near[name], peer: 'floor', theirs: floor, most: 3 });
    printRatio({ what: name, ours: near[name], peer: 'four flushes in order', theirs: near.ordered });
    printRatio({ what: name, ours: far[name], peer: 'git add, git commit', theirs: far.git, most: 0.2 });
    printRatio({
      what: name,
      ours: far[name],
      peer: 'the same with core.fsync=all',
      theirs: far.durableGit,
      most: 0.2,
    });
  }
}

async function asCommands(scratch: Scratch, rounds: Rounds): Promise<void> {
  const cwd = scratch.make('commands');
  const pond = `${cwd}/.pond`;
  await runPond(pond, ['init', pond], { cwd });
  const git = await createGitRepository(scratch.make('commands.git'), { durable: false });
  const times = await interleaved(
    {
      pond: async (round) => {
        await runPond(pond, ['write', '/file.csv'], { cwd, input: contentOf(round) });
        await runPond(pond, ['commit', '-m', 'change'], { cwd });
      },
      git: (round) => git.commitFile('file.csv', contentOf(round)),
      node: async () => {
        await runNode(['-e', '0'], { cwd });
        await runNode(['-e', '0'], { cwd });
      },
    },
    rounds,
  );
  const what = 'pond write, pond commit';
  printRatio({ what, ours: times.pond, peer: 'git add, git commit', theirs: times.git });
  printRatio({ what, ours: times.pond, peer: 'node -e 0, twice', theirs: times.node });
}
