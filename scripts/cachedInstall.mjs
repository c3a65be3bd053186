/** Programs from npm that only some commands need: installed once, into folders of .cache/, without install scripts. */
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { mustRun, root } from './run.mjs';

const installArguments = [
  'install',
  '--ignore-scripts',
  '--omit=dev',
  '--no-audit',
  '--no-fund',
  '--no-save',
  '--loglevel=error',
];

/**
 * The absolute folder of an installed program. Its name carries the versions, so another version is another folder.
 * @param {string} name
 */
export function cachedFolder(name) {
  return path.join(root, '.cache', name);
}

/**
 * Fills `folder` by `fill`, unless it exists. `fill` works on a temporary folder that is renamed at the end, so an
 * interrupted install is never taken for a complete one. Throws what `fill` throws.
 * @param {string} folder
 * @param {(partial: string) => Promise<void>} fill
 */
export async function fillOnce(folder, fill) {
  if (existsSync(folder)) return;
  await mkdir(path.dirname(folder), { recursive: true });
  const partial = await mkdtemp(`${folder}.partial-`);
  try {
    await fill(partial);
    await rename(partial, folder).catch((error) => {
      // Another process may have finished the same install first: then its folder serves both.
      if (!existsSync(folder)) throw error;
    });
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}

/**
 * Installs packages into `folder`: the named ones, else those of its package.json, whose lock file, if there is one,
 * decides their versions and the hashes they must have. Throws a ScriptError of `failure`.
 * @param {string} folder
 * @param {{ packages?: readonly string[], failure: string }} options
 */
export async function npmInstall(folder, { packages = [], failure }) {
  await mustRun('npm', [...installArguments, ...packages], { cwd: folder, failure });
}
