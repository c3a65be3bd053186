/** Packs what was built as an extension. What goes in is listed in .vscodeignore. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { mustRun, root } from './run.mjs';

/** What decides the packed extension beside node_modules, which package-lock.json stands for. */
const packed = ['out', 'syntaxes', 'package.json', 'package-lock.json', '.vscodeignore', 'README.md', 'CHANGELOG.md'];

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
  const vsce = path.join(root, 'node_modules/@vscode/vsce/vsce');
  const options = ['--allow-missing-repository', '--no-rewrite-relative-links'];
  await mustRun(
    process.execPath,
    [vsce, 'package', '--target', target(), '--out', path.join(folder, name), ...options],
    {
      failure: 'the extension could not be packed',
    },
  );
  return path.join(folder, name);
}

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
