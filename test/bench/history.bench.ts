/**
 * Pages of a long history: the latest commits, a page in the middle, one from a time on, the commits of one file among
 * others, and those of an author and with a text, compared with `git log` of a repository with as many commits of the same
 * files.
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
/** One commit of so many is of another author, with another message. */
const otherEvery = 50;
const isOther = (commit: number): boolean => commit % otherEvery === 0;
const otherAuthor = 'visitor';
/** Time of a commit, seconds since 1970. */
const timeS = (commit: number): number => 1_800_000_000 + commit;
const messageOf = (commit: number): string => (isOther(commit) ? 'correct a depth' : 'change');
const fileOf = (commit: number): string => (commit % rareEvery === 0 ? '/d0/f0' : `/d0/f${1 + (commit % 50)}`);

printMachine();
await withScratch(async (scratch) => {
  const pond = join(scratch.folder, 'history.pond');
  const made = await initPond(pond, { author });
  await fillPond(made, 100, 100);
  for (let commit = 2; commit < commits; commit++) {
    const record = {
      message: messageOf(commit),
      author: isOther(commit) ? otherAuthor : author,
      timeUs: timeS(commit) * 1e6,
    };
    await commitInTransaction(made, fileOf(commit), `content ${commit}`, record);
  }
  await made.close();
  const repository = scratch.make('history.git');
  await importHistory(repository);

  const host = connectLocal();
  const page = async (params: Omit<Params<'history'>, 'pond'>): Promise<void> => {
    const { searched } = await host.call('history', { pond, limit: pageCommits, ...params });
    if (searched === 0) throw new Error('the page is empty');
  };
  /** Like page, by another process: what it has not read is in the user's cache folder. */
  const pageReopened = async (params: Omit<Params<'history'>, 'pond'>): Promise<void> => {
    const another = connectLocal();
    await another.call('history', { pond, limit: pageCommits, ...params });
    await another.close();
  };
  const git = async (...args: readonly string[]): Promise<void> => {
    await run('git', ['log', '-n', String(pageCommits), ...args], { cwd: repository });
  };
  const middle = Math.floor(commits / 2);
  const until = new Date(timeS(middle) * 1000).toISOString();
  const cases = {
    'latest 100 commits': [() => page({}), () => git()],
    [`100 commits before commit ${middle}`]: [() => page({ start: middle }), () => git(`--skip=${commits - middle}`)],
    'the last 100 commits before a time': [() => page({ until }), () => git(`--until=${until}`)],
    [`100 commits of an author of one in ${otherEvery}`]: [
      () => page({ author: otherAuthor }),
      () => git(`--author=${otherAuthor}`),
    ],
    'the same in a pond that is opened again': [
      () => pageReopened({ author: otherAuthor }),
      () => git(`--author=${otherAuthor}`),
    ],
    [`100 commits with a text of one in ${otherEvery}`]: [
      () => page({ message: 'a depth' }),
      () => git('--fixed-strings', '--grep=a depth'),
    ],
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
    const name = isOther(commit) ? otherAuthor : author;
    const message = messageOf(commit);
    const text =
      `commit refs/heads/master\ncommitter ${name} <${name}@host> ${timeS(commit)} +0000\n` +
      `data ${message.length}\n${message}\n` +
      `M 644 inline ${fileOf(commit).slice(1)}\ndata ${content.length}\n${content}\n`;
    if (!child.stdin.write(text)) await new Promise<void>((resolve) => child.stdin.once('drain', resolve));
  }
  child.stdin.end();
  await ended;
  await run('git', ['symbolic-ref', 'HEAD', 'refs/heads/master'], { cwd: repository });
}
