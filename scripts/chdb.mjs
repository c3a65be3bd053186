/**
 * chdb, the independent Delta reader and writer of the interoperation tests. It takes 543 MB, so it is not a dependency:
 * it is installed into .cache/ by `npm run test:interop`, and by every run of the tests where CI is set. The lock file
 * in scripts/chdb pins its version and the hash of each of its packages.
 */
import { existsSync, readFileSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import path from 'node:path';
import { cachedFolder, fillOnce, npmInstall } from './cachedInstall.mjs';
import { ScriptError, root } from './run.mjs';

/** @typedef {{ version: string, os?: readonly string[], cpu?: readonly string[] }} LockedPackage */

const pinned = path.join(root, 'scripts/chdb');

/** @type {{ packages: Readonly<Record<string, LockedPackage>> }} */
const lock = JSON.parse(readFileSync(path.join(pinned, 'package-lock.json'), 'utf8'));

const folder = cachedFolder(`chdb-${lock.packages['node_modules/chdb']?.version}`);

/** Says that chdb is missing and how to get it; the reason of every test that is skipped without it. */
export const chdbMissing = 'chdb is not installed: npm run test:interop installs it (543 MB) and runs these tests';

/** The installed module as an absolute folder, or undefined. */
export function findChdb() {
  return existsSync(folder) ? path.join(folder, 'node_modules/chdb') : undefined;
}

/**
 * Installs chdb unless it is installed. Throws a ScriptError without network, when a package differs from its pinned
 * hash, and on a platform without a pinned package.
 * @param {(line: string) => void} report
 */
export async function ensureChdb(report) {
  if (findChdb() !== undefined) return;
  const library = libraryFolder();
  report('installing chdb (543 MB from npm, once, into .cache)');
  await fillOnce(folder, async (partial) => {
    for (const name of ['package.json', 'package-lock.json'])
      await copyFile(path.join(pinned, name), path.join(partial, name));
    await npmInstall(partial, { failure: 'chdb could not be installed from npm' });
    // The library is an optional package: npm silently skips one whose download fails or whose hash differs.
    if (!existsSync(path.join(partial, library)))
      throw new ScriptError(`chdb could not be installed: npm got no ${library} of the hash in scripts/chdb`);
  });
}

/** The folder of this platform's library, relative to the install. Throws a ScriptError when none is pinned. */
function libraryFolder() {
  const { platform, arch } = process;
  const found = Object.entries(lock.packages).find(([, { os, cpu }]) => os?.includes(platform) && cpu?.includes(arch));
  if (found === undefined) throw new ScriptError(`chdb is not pinned for ${platform}-${arch} in scripts/chdb`);
  return found[0];
}
