import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runProgram } from './processes.ts';

/** A git repository to compare with. */
interface GitRepository {
  readonly folder: string;
  run(...args: readonly string[]): Promise<void>;
  /** Writes one file, adds it and commits it. */
  commitFile(name: string, content: string): Promise<void>;
}

/** Without the settings of the machine, so that figures can be compared. */
const environment = {
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_AUTHOR_NAME: 'bench',
  GIT_AUTHOR_EMAIL: 'bench@localhost',
  GIT_COMMITTER_NAME: 'bench',
  GIT_COMMITTER_EMAIL: 'bench@localhost',
};

/**
 * Creates a repository in a folder. `durable` makes git flush everything that it writes, as a pond does; by default it
 * flushes neither loose objects nor references, and a power failure may revert or damage a commit.
 */
export async function createGitRepository(folder: string, { durable }: { durable: boolean }): Promise<GitRepository> {
  const run = async (...args: readonly string[]): Promise<void> => {
    await runProgram('git', args, { cwd: folder, env: environment });
  };
  await run('init', '--quiet');
  await run('config', 'gc.auto', '0');
  if (durable) {
    await run('config', 'core.fsync', 'all');
    // One flush for all objects of a command, if the file system allows it.
    await run('config', 'core.fsyncMethod', 'batch');
  }
  return {
    folder,
    run,
    async commitFile(name, content) {
      writeFileSync(join(folder, name), content);
      await run('add', name);
      await run('commit', '--quiet', '-m', 'change');
    },
  };
}
