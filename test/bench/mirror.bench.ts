/**
 * A round of a mirror of many small files, with nothing new and with one change, compared with `git status` of the same
 * folder, and with `rsync -an` where it is installed: both look at every file as well.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hostPondStorage } from '../../server/src/storage/hostPondStorage.ts';
import { runRound, settingsFor } from '../support/mirror.ts';
import { initPond } from '../support/pond.ts';
import { createGitRepository } from './support/gitRepository.ts';
import { printMachine } from './support/machine.ts';
import { interleaved } from './support/measure.ts';
import { parametersOf } from './support/parameters.ts';
import { runProgram } from './support/processes.ts';
import { printRatio } from './support/report.ts';
import { withScratch } from './support/scratch.ts';

const { files, perDirectory, ...rounds } = parametersOf(
  { files: 10_000, perDirectory: 100, rounds: 7, warmUp: 2 },
  { files: 40, perDirectory: 10, rounds: 1, warmUp: 0 },
);

const hasRsync = spawnSync('rsync', ['--version']).status === 0;

printMachine();
await withScratch(async ({ make }) => {
  const [folder, copy] = [make('folder'), make('copy')];
  const write = (file: number, text: string): void => {
    for (const at of [folder, copy]) {
      const directory = join(at, `d${Math.floor(file / perDirectory)}`);
      mkdirSync(directory, { recursive: true });
      writeFileSync(join(directory, `f${file}.csv`), text.padEnd(200 + (file % 1800), `${file},`));
    }
  };
  for (let file = 0; file < files; file += 1) write(file, 'time,value\n');
  const git = await createGitRepository(copy, { durable: false });
  await git.run('add', '.');
  await git.run('commit', '--quiet', '-m', 'all');
  const directory = make('pond');
  const pond = await initPond(directory);
  const { disk } = hostPondStorage(directory);
  // A clock in the future: files are not taken for being written.
  let nowMs = Date.now() + 60_000;
  const round = async (): Promise<void> => {
    nowMs += 60_000;
    await runRound(pond, disk, settingsFor(folder, { ignore: ['.git/'] }), { now: () => nowMs });
  };
  for (let i = 0; i < 3; i += 1) await round();

  const changing =
    (work: () => Promise<void>) =>
    async (round: number): Promise<number> => {
      write(round % files, `changed ${round} ${Math.random()}\n`);
      const start = performance.now();
      await work();
      return performance.now() - start;
    };
  const status = (): Promise<void> => git.run('status', '--porcelain');
  const rsync = async (): Promise<void> => {
    if (hasRsync) await runProgram('rsync', ['-an', '--exclude=.git', `${folder}/`, `${copy}/`], { cwd: copy });
  };
  const times = await interleaved({ pond: round, git: status, rsync }, rounds);
  const changed = await interleaved({ pond: changing(round), git: changing(status) }, rounds);
  await pond.close();
  const nothing = `round over ${files} files, nothing new`;
  printRatio({ what: nothing, ours: times.pond, peer: 'git status', theirs: times.git, most: 5 });
  if (hasRsync) printRatio({ what: nothing, ours: times.pond, peer: 'rsync -an', theirs: times.rsync, most: 3 });
  const one = `round over ${files} files, one changed in the folder, with its commit`;
  printRatio({ what: one, ours: changed.pond, peer: 'git status', theirs: changed.git, most: 6 });
});
