/** Finds test and benchmark files and runs them with the TypeScript loader. */
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { cleanEnvironment, root, run } from './run.mjs';

/** With more failing files than this, what is wrong is not that a test depends on how fast it runs. */
const rerunMax = 3;

/**
 * The files under `folder` whose names end with `ending`, relative to the checkout, in order.
 * @param {string} folder
 * @param {string} ending
 * @returns {Promise<string[]>}
 */
export async function filesEndingWith(folder, ending) {
  const names = await readdir(path.join(root, folder), { recursive: true });
  return names
    .filter((name) => name.endsWith(ending))
    .map((name) => path.join(folder, name))
    .sort();
}

/**
 * Runs test files with node's own test runner, output on this terminal, and returns its exit status. With `again`, a
 * few files that failed are run once more, alone, and that run decides: the log still tells the first failures, and
 * which files they are in.
 * @param {readonly string[]} files
 * @param {{ again?: boolean }} [options]
 */
export async function runTests(files, { again = false } = {}) {
  const first = await runOnce(files, 2);
  if (first.status !== 1 || !again || first.failed.length === 0 || first.failed.length > rerunMax) return first.status;
  process.stderr.write(`== failed, and run once more: ${first.failed.join(' ')}\n`);
  const second = await runOnce(first.failed, 1);
  if (second.status === 0) process.stderr.write('== passed the second time: what failed above depends on chance\n');
  return second.status;
}

/**
 * @param {readonly string[]} files
 * @param {number} concurrency
 * @returns {Promise<{ status: number, failed: readonly string[] }>}
 */
async function runOnce(files, concurrency) {
  const folder = await mkdtemp(path.join(tmpdir(), 'pond-tests-'));
  const list = path.join(folder, 'failed');
  try {
    // The bundled runner of Node 20 runs one file per core less one; on two cores that would be one at a time. The spec
    // reporter, which Node 20 chooses for a terminal only, tells the failures once more at the end of a long log.
    const reporters = [
      ['--test-reporter=spec', '--test-reporter-destination=stdout'],
      [`--test-reporter=${new URL('failedFiles.mjs', import.meta.url).href}`, `--test-reporter-destination=${list}`],
    ];
    const args = ['--import', 'tsx', '--test', `--test-concurrency=${concurrency}`, ...reporters.flat(), ...files];
    // What tests derive stays out of the cache of the person who runs them.
    const env = { ...cleanEnvironment(), POND_CACHE_DIR: path.join(folder, 'cache') };
    const { status } = await run(process.execPath, args, { show: true, env });
    return { status, failed: await linesOf(list) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * The lines of a file that a process which crashed may not have made.
 * @param {string} file
 */
async function linesOf(file) {
  const text = await readFile(file, 'utf8').catch(() => '');
  return text.split('\n').filter((line) => line !== '');
}
