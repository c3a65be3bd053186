/**
 * Import of many small files by the command, and a commit, compared with `git add` and `git commit` of the same files.
 */
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createGitRepository } from './support/gitRepository.ts';
import { printMachine } from './support/machine.ts';
import { interleaved } from './support/measure.ts';
import { parametersOf } from './support/parameters.ts';
import { runPond } from './support/processes.ts';
import { printRatio } from './support/report.ts';
import { withScratch } from './support/scratch.ts';

const { files, perDirectory, ...rounds } = parametersOf(
  { files: 10_000, perDirectory: 100, rounds: 5, warmUp: 1 },
  { files: 20, perDirectory: 10, rounds: 1, warmUp: 0 },
);

printMachine();
await withScratch(async ({ make }) => {
  const source = make('source');
  for (let file = 0; file < files; file++) {
    const directory = join(source, `d${Math.floor(file / perDirectory)}`);
    mkdirSync(directory, { recursive: true });
    writeFileSync(join(directory, `f${file}.csv`), `time,value\n`.padEnd(200 + (file % 1800), `${file},`));
  }

  async function byPond(round: number): Promise<number> {
    const cwd = make(`pond-${round}`);
    const pond = join(cwd, '.pond');
    const start = performance.now();
    await runPond(pond, ['init', pond], { cwd });
    await runPond(pond, ['import', source, '/'], { cwd });
    await runPond(pond, ['commit', '-m', 'import'], { cwd });
    const elapsed = performance.now() - start;
    rmSync(cwd, { recursive: true });
    return elapsed;
  }

  const byGit = (name: string, durable: boolean) => async (round: number) => {
    const cwd = make(`${name}-${round}`);
    cpSync(source, join(cwd, 'source'), { recursive: true });
    const start = performance.now();
    const git = await createGitRepository(cwd, { durable });
    await git.run('add', '.');
    await git.run('commit', '--quiet', '-m', 'import');
    const elapsed = performance.now() - start;
    rmSync(cwd, { recursive: true });
    return elapsed;
  };

  const contenders = { pond: byPond, git: byGit('git', false), durableGit: byGit('durable', true) };
  const times = await interleaved(contenders, rounds);
  const what = `import of ${files} files`;
  printRatio({ what, ours: times.pond, peer: 'git', theirs: times.git, most: 1 });
  printRatio({ what, ours: times.pond, peer: 'git with core.fsync=all', theirs: times.durableGit, most: 1 });
});
