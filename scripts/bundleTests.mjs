/**
 * Bundles test files before they run: loading TypeScript costs each file more than a second of processor time, and so does
 * each process that a test starts.
 */
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './run.mjs';

/** Sources that tests start as processes, and the benchmarks; test/support/sourceProcess.ts finds their bundles. */
const processes = ['deltaCommitter', 'pipelineRun', 'pondWriter'].map((name) => `test/support/${name}.ts`);
const benchmarks = 'test/bench';

/** The product is tested with the processes that a user runs: those in out/. */
const productUrl = String(pathToFileURL(path.join(root, 'out/server.mjs')));

/**
 * Bundles test files into a new folder below out/, which finds the installed packages and which the caller removes.
 * `bundles` has a module for each group of files, in the order given: it runs their tests in one process.
 * @param {readonly (readonly string[])[]} groups
 * @returns {Promise<{ folder: string, bundles: readonly string[] }>}
 */
export async function bundleTests(groups) {
  const files = groups.flat();
  // This module is loaded before the packages of a new checkout are installed.
  const { build } = await import('esbuild');
  await mkdir(path.join(root, 'out'), { recursive: true });
  const folder = await mkdtemp(path.join(root, 'out/tests-'));
  const relative = files.map((file) => path.relative(root, path.resolve(root, file)));
  const names = relative.map(nameOf);
  // Files outside of the checkout start none of them.
  const areOurs = relative.some((file) => !file.startsWith('..'));
  const sources = areOurs ? [...processes, ...(await benchmarkFiles())] : [];
  const started = sources.filter((file) => existsSync(path.join(root, file)));
  await build({
    entryPoints: {
      ...Object.fromEntries(files.map((file, index) => [names[index], path.resolve(root, file)])),
      ...Object.fromEntries(started.map((file) => [nameOf(file), file])),
    },
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    sourcemap: 'linked',
    sourcesContent: false,
    logLevel: 'warning',
    absWorkingDir: root,
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    define: { 'import.meta.url': 'sourceUrl' },
    plugins: [{ name: 'sourceUrl', setup: (plugins) => plugins.onLoad({ filter: /\.m?ts$|\.mjs$/ }, withSourceUrl) }],
  });
  return { folder, bundles: await Promise.all(groups.map((group) => moduleOf(folder, group))) };
}

/**
 * Returns the module that runs the files of a group: the bundle of a single file, or one that imports their bundles.
 * @param {string} folder
 * @param {readonly string[]} group
 */
async function moduleOf(folder, group) {
  const names = group.map((file) => nameOf(path.relative(root, path.resolve(root, file))));
  const module = path.join(
    folder,
    names.length === 1 ? `${names[0]}.mjs` : `${names[0]} to ${path.basename(names.at(-1) ?? '')}.mjs`,
  );
  const imports = names.map(
    (name) => `import ${JSON.stringify(String(pathToFileURL(path.join(folder, `${name}.mjs`))))};\n`,
  );
  if (names.length > 1) await writeFile(module, imports.join(''));
  return module;
}

async function benchmarkFiles() {
  const folder = path.join(root, benchmarks);
  const names = existsSync(folder) ? await readdir(folder) : [];
  return names.filter((name) => name.endsWith('.bench.ts')).map((name) => `${benchmarks}/${name}`);
}

/**
 * The path of a bundle in the folder, without its ending: as in the checkout, or the last name of a file from elsewhere.
 * @param {string} file
 */
function nameOf(file) {
  return (file.startsWith('..') ? path.basename(file) : file).replace(/\.\w+$/, '');
}

/**
 * Each source keeps the URL that it has without a bundle, by which it finds fixtures and scripts.
 * @param {{ path: string }} file
 * @returns {Promise<{ contents: string, loader: 'ts' | 'js' } | undefined>}
 */
async function withSourceUrl({ path: file }) {
  const contents = await readFile(file, 'utf8');
  if (!contents.includes('import.meta.url')) return undefined;
  const isProduct = /^(server|client)[\\/]/.test(path.relative(root, file));
  const url = isProduct ? productUrl : String(pathToFileURL(file));
  const loader = /ts$/.test(file) ? 'ts' : 'js';
  // On the first line, so that the numbers of the lines stay.
  return { contents: `const sourceUrl = ${JSON.stringify(url)}; ${contents}`, loader };
}
