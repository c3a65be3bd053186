/** Makes node_modules what package-lock.json says, without touching it when it already is. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { ScriptError, mustRun, root } from './run.mjs';

/** @typedef {{ packages: Record<string, { version?: string, optional?: boolean, peer?: boolean }> }} Lock */

/**
 * Installs what the lock file asks for, when something of it is missing or of another version.
 * @param {(line: string) => void} report
 */
export async function ensureInstalled(report) {
  const [major = 0] = process.versions.node.split('.').map(Number);
  if (major < 20)
    throw new ScriptError(`Node 20 or newer is needed, this is ${process.version}: install it from nodejs.org`);
  if (await isInstalled()) return;
  report('installing packages (npm ci)');
  await mustRun('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    failure: 'the packages could not be installed',
  });
}

/** Whether npm's own record of node_modules agrees with the lock file; optional packages depend on the platform. */
async function isInstalled() {
  const wanted = await readLock('package-lock.json');
  const found = await readLock('node_modules/.package-lock.json');
  if (wanted === undefined || found === undefined) return false;
  return Object.entries(wanted.packages)
    .filter(([folder, { optional }]) => folder !== '' && optional !== true)
    .every(([folder, { version }]) => found.packages[folder]?.version === version);
}

/**
 * @param {string} file
 * @returns {Promise<Lock | undefined>}
 */
async function readLock(file) {
  try {
    return /** @type {Lock} */ (JSON.parse(await readFile(path.join(root, file), 'utf8')));
  } catch {
    return undefined;
  }
}
