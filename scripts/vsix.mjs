/** Packs what was built as an extension. What goes in is listed in .vscodeignore. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
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
 * half a minute for those in .cache, and four seconds for those of packages that are in the bundles. Returns its output.
 * @param {readonly string[]} args
 * @returns {Promise<string>}
 */
export async function vsce(args) {
  const folder = await mkdtemp(path.join(tmpdir(), 'pond-pack-'));
  try {
    for (const name of packed) await cp(path.join(root, name), path.join(folder, name), { recursive: true, filter });
    await copyPackages(folder);
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
 * Copies the packages of the product: as a whole where .vscodeignore names files of them, else what `npm list`, by which
 * vsce finds packages, asks of them.
 * @param {string} folder
 */
async function copyPackages(folder) {
  const lines = await readFile(path.join(root, '.vscodeignore'), 'utf8');
  const beginnings = [...lines.matchAll(/^!(node_modules\/(?:@[^/]+\/)?[^/*]+)/gm)].map(([, name = '']) => name);
  /** @type {{ readonly packages: Readonly<Record<string, { readonly dev?: boolean, readonly inBundle?: boolean }>> }} */
  const { packages } = JSON.parse(await readFile(path.join(root, 'package-lock.json'), 'utf8'));
  for (const [name, { dev, inBundle }] of Object.entries(packages)) {
    // The lock also lists the package itself, packages inside of others, and optional ones for other platforms.
    if (name === '' || dev || inBundle || !existsSync(path.join(root, name))) continue;
    const isPacked = beginnings.some((beginning) => name.startsWith(beginning));
    const needed = isPacked ? name : path.join(name, 'package.json');
    await cp(path.join(root, needed), path.join(folder, needed), { recursive: isPacked });
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
