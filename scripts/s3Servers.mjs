/**
 * S3-compatible servers for the tests of stores. They are not dependencies, and are installed into .cache/.
 *
 * One rule decides which run: moto if it is installed, else s3s-fs; both with `npm run proof`. moto (115 MB, Python) is
 * installed by every run of the tests where CI is set, if a package index can be reached, and by `npm run test:interop`.
 * s3s-fs takes minutes to compile, so only `npm run test:interop` builds it, where cargo is.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { cachedFolder, fillOnce } from './cachedInstall.mjs';
import { installRequirements } from './pythonLibraries.mjs';
import { findOnPath, mustRun, root } from './run.mjs';

const s3sFsVersion = '0.14.1';
const s3sFsFolder = cachedFolder(`s3s-fs-${s3sFsVersion}`);

const requirements = path.join(root, 'scripts/moto/requirements.txt');
const digest = createHash('sha256').update(readFileSync(requirements)).digest('hex').slice(0, 12);
const motoFolder = cachedFolder(`moto-${digest}`);

/** Says that no server is installed and how to get one; the reason of every test that is skipped without it. */
export const s3ServerMissing = 'no S3 server is installed: npm run test:interop installs them and runs these tests';

/** The program s3s-fs as an absolute file, or undefined. */
export function findS3sFs() {
  const file = path.join(s3sFsFolder, 'bin', process.platform === 'win32' ? 's3s-fs.exe' : 's3s-fs');
  return existsSync(file) ? file : undefined;
}

/** Python as an absolute file and the folder of moto for PYTHONPATH, or undefined. */
export function findMoto() {
  const program = findOnPath('python3', 'python');
  return existsSync(motoFolder) && program !== undefined ? { program, libraries: motoFolder } : undefined;
}

/**
 * Installs moto unless it is installed. Throws a ScriptError without Python 3, pip or network.
 * @param {(line: string) => void} report
 */
export async function ensureMoto(report) {
  await installRequirements({ folder: motoFolder, requirements, what: 'moto (115 MB)' }, report);
}

/**
 * Builds s3s-fs unless it is built, or cargo is missing. Throws a ScriptError without network.
 * @param {(line: string) => void} report
 */
export async function buildS3sFs(report) {
  const cargo = findOnPath('cargo');
  if (findS3sFs() !== undefined || cargo === undefined) return;
  report('building s3s-fs (from crates.io, once, into .cache; some minutes)');
  const what = ['s3s-fs', '--version', s3sFsVersion, '--features', 'binary', '--locked'];
  await fillOnce(s3sFsFolder, async (partial) => {
    await mustRun(cargo, ['install', ...what, '--root', partial], { failure: 's3s-fs could not be built' });
  });
}
