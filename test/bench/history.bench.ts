/**
 * Pages of a long history: the latest commits, a page in the middle, and the commits of one file among others, compared with
 * `git log` of a repository with as many commits of the same files.
 */
import { execFile, spawn } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { connectLocal } from '../../server/src/main.ts';
import { type Params } from '../../server/src/protocol/commands.ts';
import { initPond } from '../support/pond.ts';
import '../support/userCache.ts';
import { printMachine } from './support/machine.ts';
import { interleaved } from './support/measure.ts';
import { parametersOf } from './support/parameters.ts';
import { author, commitInTransaction, fillPond } from './support/ponds.ts';
import { printRatio } from './support/report.ts';
import { withScratch } from './support/scratch.ts';

const run = promisify(execFile);
const { commits, rareEvery, rounds, warmUp } = parametersOf(
  { commits: 100_000, rareEvery: 1000, rounds: 20, warmUp: 3 },
  { commits: 60, rareEvery: 10, rounds: 1, warmUp: 0 },
);
const pageCommits = 100;
const fileOf = (commit: number): string => (commit % rareEvery === 0 ? '/d0/f0' : `/d0/f${1 + (commit % 50)}`);

printMachine();
await withScratch(async (scratch) => {
  const pond = join(scratch.folder, 'history.pond');
  const made = await initPond(pond, { author });
  await fillPond(made, 100, 100);
  for (let commit = 2; commit < commits; commit++) await commitInTransaction(made, fileOf(commit), `content ${commit}`);
  await made.close();
  const repository = scratch.make('history.git');
  await importHistory(repository);

  const host = connectLocal();
  const page = async (params: Omit<Params<'history'>, 'pond'>): Promise<void> => {
    const { searched } = await host.call('history', { pond, limit: pageCommits, ...params });
    if (searched === 0) throw new Error('the page is empty');
  };
  const git = async (...args: readonly string[]): Promise<void> => {
    await run('git', ['log', '-n', String(pageCommits), ...args], { cwd: repository });
  };
  const middle = Math.floor(commits / 2);
  const cases = {
    'latest 100 commits': [() => page({}), () => git()],
    [`100 commits before commit ${middle}`]: [() => page({ start: middle }), () => git(`--skip=${commits - middle}`)],
    'commits of a file that few changed': [() => page({ path: '/d0/f0' }), () => git('--', 'd0/f0')],
  } as const;
  for (const [what, [ours, theirs]] of Object.entries(cases)) {
    const times = await interleaved({ ours, theirs }, { rounds, warmUp });
    printRatio({ what: `${what}, of ${commits}`, ours: times.ours, peer: 'git log', theirs: times.theirs, most: 1 });
  }
  await host.close();
});

/** Makes a repository with the same commits. */
async function importHistory(repository: string): Promise<void> {
  await run('git', ['init', '--quiet', '--bare', repository]);
  const child = spawn('git', ['fast-import', '--quiet'], { cwd: repository, stdio: ['pipe', 'ignore', 'inherit'] });
  const ended = new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (status) => (status === 0 ? resolve() : reject(new Error(`git fast-import: ${status}`))));
  });
  for (let commit = 1; commit < commits; commit++) {
    const content = `content ${commit}`;
    const text =
      `commit refs/heads/master\ncommitter bench <bench@host> ${1_700_000_000 + commit} +0000\ndata 6\nchange\n` +
      `M 644 inline ${fileOf(commit).slice(1)}\ndata ${content.length}\n${content}\n`;
    if (!child.stdin.write(text)) await new Promise<void>((resolve) => child.stdin.once('drain', resolve));
  }
  child.stdin.end();
  await ended;
  await run('git', ['symbolic-ref', 'HEAD', 'refs/heads/master'], { cwd: repository });
}
