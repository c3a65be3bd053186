/** The licenses of the packages that are bundled into out/ or packed alongside it, as their authors ask. */
import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { root } from './run.mjs';
import { compiledFileIn } from './thirdParties.mjs';

/**
 * The name, version and license text of every package that went into a bundle or is packed alongside the bundles, by name,
 * with what is known of the third parties inside its compiled files.
 * @param {readonly import('esbuild').Metafile[]} metafiles
 * @returns {Promise<string>}
 */
export async function notices(metafiles) {
  const inputs = metafiles.flatMap(({ inputs }) => Object.keys(inputs));
  const bundled = inputs.flatMap((file) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file) ?? []);
  const packages = new Set([...bundled, ...(await packagesAlongside())]);
  const parts = await Promise.all([...packages].sort().map(notice));
  return `DuckPond contains these packages.\n\n${parts.join('\n')}`;
}

/**
 * The folders of the packages that .vscodeignore lets into the packed extension as they are. A `*` at the end of a name
 * matches what is installed, since the native module is a package for each platform.
 */
async function packagesAlongside() {
  const lines = (await readFile(path.join(root, '.vscodeignore'), 'utf8')).split('\n');
  const patterns = new Set(lines.flatMap((line) => /^!(node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(line)?.[1] ?? []));
  return (await Promise.all([...patterns].map(foldersLike))).flat();
}

/** @param {string} pattern */
async function foldersLike(pattern) {
  if (!pattern.endsWith('*')) return [pattern];
  const parent = path.posix.dirname(pattern);
  const start = path.posix.basename(pattern).slice(0, -1);
  const names = await readdir(path.join(root, parent));
  return names.filter((name) => name.startsWith(start)).map((name) => `${parent}/${name}`);
}

/** @param {string} folder */
async function notice(folder) {
  const directory = path.join(root, folder);
  /** @type {{ name: string, version: string, license: string }} */
  const { name, version, license } = JSON.parse(await readFile(path.join(directory, 'package.json'), 'utf8'));
  const texts = await licenseTexts(directory, license);
  return [`${name} ${version} (${license})`, ...texts, ...thirdParties(name), ''].join('\n\n');
}

/**
 * @param {string} directory
 * @param {string} license
 */
async function licenseTexts(directory, license) {
  const files = (await readdir(directory)).filter((file) => /^(licen[cs]e|notice)/i.test(file)).sort();
  const texts = await Promise.all(files.map((file) => readFile(path.join(directory, file), 'utf8')));
  // Such a package is under its license without repeating the text, which is the one that DuckPond's own license has.
  if (texts.length === 0 && license === 'Apache-2.0') texts.push(await readFile(path.join(root, 'LICENSE'), 'utf8'));
  return texts.map((text) => text.trim());
}

/** @param {string} name */
function thirdParties(name) {
  const compiled = compiledFileIn(name);
  if (compiled === undefined) return [];
  const { file, source, parts } = compiled;
  return [`${file} contains:`, parts.map(([part, license]) => `- ${part} (${license})`).join('\n'), source];
}
