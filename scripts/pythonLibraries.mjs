/**
 * pandas, polars, pyarrow and DuckDB for Python, which write files that ponds read, and read ponds. They are no
 * dependencies: they are installed into .cache/ by `npm run test:interop`, and by every run of the tests where CI is
 * set and a package index can be reached. requirements.txt in scripts/python pins their versions.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { cachedFolder, fillOnce } from './cachedInstall.mjs';
import { findOnPath, mustRun, root, run, ScriptError } from './run.mjs';

const requirements = path.join(root, 'scripts/python/requirements.txt');
const digest = createHash('sha256').update(readFileSync(requirements)).digest('hex').slice(0, 12);
const folder = cachedFolder(`python-${digest}`);

/** Says that the libraries are missing and how to get them; the reason of every test that is skipped without them. */
export const pythonMissing =
  'the Python libraries are not installed: npm run test:interop installs them and runs these tests';

/**
 * The command that starts Python with the libraries: the absolute path of the program, and the folder of the libraries
 * for PYTHONPATH. Undefined where they are not installed.
 */
export function findPython() {
  const program = findOnPath('python3', 'python');
  return existsSync(folder) && program !== undefined ? { program, libraries: folder } : undefined;
}

/**
 * Installs the libraries unless they are installed. Throws a ScriptError without Python 3, pip or network.
 * @param {(line: string) => void} report
 */
export async function ensurePython(report) {
  await installRequirements({ folder, requirements, what: 'pandas, polars, pyarrow and DuckDB' }, report);
}

/**
 * Installs the packages that a file of requirements pins into a folder, unless it exists. Throws a ScriptError without
 * Python 3, pip or network.
 * @param {{ folder: string, requirements: string, what: string }} libraries
 * @param {(line: string) => void} report
 */
export async function installRequirements({ folder, requirements, what }, report) {
  if (existsSync(folder)) return;
  await ensurePip(report);
  const program = findOnPath('python3', 'python');
  if (program === undefined) throw new ScriptError('the interoperation tests need Python 3 on the PATH');
  report(`installing ${what} (from PyPI, once, into .cache)`);
  await fillOnce(folder, async (partial) => {
    // Python compiles what a test imports, a part of them.
    const options = ['--quiet', '--no-compile', '--only-binary=:all:', '--target', partial];
    const pip = ['-m', 'pip', 'install', ...options, '-r', requirements];
    await mustRun(program, pip, { failure: `${what} could not be installed by pip` });
  });
}

/**
 * Installs Debian's Python with pip where one is missing and that is possible.
 * @param {(line: string) => void} report
 */
async function ensurePip(report) {
  const program = findOnPath('python3', 'python');
  if (program !== undefined && (await run(program, ['-m', 'pip', '--version'])).status === 0) return;
  if (process.getuid?.() !== 0 || findOnPath('apt-get') === undefined) return;
  report('installing python3-pip (apt-get)');
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  await run('apt-get', ['update', '-qq'], { env });
  await run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'python3', 'python3-pip'], { env });
}
