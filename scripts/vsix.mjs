/** Packs what was built as an extension. What goes in is listed in .vscodeignore. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { mustRun, root } from './run.mjs';

/** What decides the packed extension in addition to node_modules, for which package-lock.json stands. */
const packed = [
  ...['out', 'syntaxes', 'docs/images', 'package.json', 'package-lock.json', '.vscodeignore'],
  ...['README.md', 'CHANGELOG.md', 'LICENSE'],
];

/**
 * The packed extension as a file whose name carries the hash of its parts; packs it unless the same one was packed
 * before.
 * @param {(line: string) => void} report
 * @returns {Promise<string>}
 */
export async function vsix(report) {
  const folder = path.join(root, '.cache/vsix');
  const name = `duckpond-${await contentHash()}.vsix`;
  if (existsSync(path.join(folder, name))) return path.join(folder, name);
  report('packing the extension');
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const options = ['--allow-missing-repository', '--no-rewrite-relative-links'];
  await vsce(['package', '--target', target(), '--out', path.join(folder, name), ...options]);
  return path.join(folder, name);
}

/**
 * Runs vsce where only what can be packed is: it compares each file that it finds with each line of .vscodeignore, and took
 * half a minute for those in .cache. Returns its output.
 * @param {readonly string[]} args
 * @returns {Promise<string>}
 */
export async function vsce(args) {
  const folder = await mkdtemp(path.join(tmpdir(), 'pond-pack-'));
  try {
    for (const name of packed) await cp(path.join(root, name), path.join(folder, name), { recursive: true, filter });
    await symlink(path.join(root, 'node_modules'), path.join(folder, 'node_modules'), 'junction');
    const program = path.join(root, 'node_modules/@vscode/vsce/vsce');
    return await mustRun(process.execPath, [program, ...args], {
      cwd: folder,
      failure: 'the extension could not be packed',
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * Leaves out the bundles of tests that run now.
 * @param {string} file
 */
const filter = (file) => !path.relative(root, file).startsWith(path.join('out', 'tests-'));

/** The platform in the names of Visual Studio Code's marketplace: the packed native module runs on no other. */
function target() {
  const report = /** @type {{ header: { glibcVersionRuntime?: string } }} */ (process.report.getReport());
  const musl = process.platform === 'linux' && report.header.glibcVersionRuntime === undefined;
  return `${musl ? 'alpine' : process.platform}-${process.arch}`;
}

async function contentHash() {
  const hash = createHash('sha256');
  for (const file of (await Promise.all(packed.map(filesIn))).flat().sort()) {
    hash.update(`${file}\0`).update(await readFile(path.join(root, file)));
  }
  return hash.digest('hex').slice(0, 12);
}

/**
 * The file itself, or those below the folder, relative to the checkout; none when it is absent.
 * @param {string} name
 * @returns {Promise<string[]>}
 */
async function filesIn(name) {
  if (!existsSync(path.join(root, name))) return [];
  const entries = await readdir(path.join(root, name), { recursive: true, withFileTypes: true }).catch(() => undefined);
  if (entries === undefined) return [name];
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)));
}
