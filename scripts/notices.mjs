/** The licences of the packages that are bundled into out/, as their authors ask. */
import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { root } from './run.mjs';

/**
 * The name, version and licence text of every package that went into a bundle, by name.
 * @param {readonly import('esbuild').Metafile[]} metafiles
 * @returns {Promise<string>}
 */
export async function notices(metafiles) {
  const inputs = metafiles.flatMap(({ inputs }) => Object.keys(inputs));
  const packages = new Set(inputs.flatMap((file) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file) ?? []));
  const parts = await Promise.all([...packages].sort().map(notice));
  return `DuckPond contains these packages.\n\n${parts.join('\n')}`;
}

/** @param {string} folder */
async function notice(folder) {
  const directory = path.join(root, folder);
  const { name, version, license } = JSON.parse(await readFile(path.join(directory, 'package.json'), 'utf8'));
  const files = (await readdir(directory)).filter((file) => /^(licen[cs]e|notice)/i.test(file)).sort();
  const texts = await Promise.all(files.map((file) => readFile(path.join(directory, file), 'utf8')));
  return [`${name} ${version} (${license})`, ...texts.map((text) => text.trim()), ''].join('\n\n');
}
