/** Finds test and benchmark files and runs them with the TypeScript loader. */
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { root, run } from './run.mjs';

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
 * Runs test files with node's own test runner, output on this terminal, and returns its exit status.
 * @param {readonly string[]} files
 */
export async function runTests(files) {
  // The bundled runner of Node 20 runs one file per core less one; on two cores that would be one at a time.
  // The spec reporter, which Node 20 chooses for a terminal only, tells the failures once more at the end of a long log.
  const args = ['--import', 'tsx', '--test', '--test-concurrency=2', '--test-reporter=spec', ...files];
  const { status } = await run(process.execPath, args, { show: true });
  return status;
}
