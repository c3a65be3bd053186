/**
 * Bundles test files before they run: loading TypeScript costs each file more than a second of processor time, and so does
 * each process that a test starts. The packages that the product bundles are bundled here too: to find them file by file
 * took half of the start of a process.
 */
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './run.mjs';

/** Sources that tests start as processes, and the benchmarks; test/support/sourceProcess.ts finds their bundles. */
const processes = ['deltaCommitter', 'nativeLoad', 'orphanedWorker', 'pipelineRun', 'pondWriter'].map(
  (name) => `test/support/${name}.ts`,
);
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
  // This module is loaded before the packages of a new checkout are installed.
  const { build } = await import('esbuild');
  await mkdir(path.join(root, 'out'), { recursive: true });
  const folder = await mkdtemp(path.join(root, 'out/tests-'));
  const entries = new Map(groups.map((group) => [groupName(group), group]));
  // Files outside of the checkout start none of them.
  const areOurs = groups.flat().some((file) => !relativeOf(file).startsWith('..'));
  const sources = areOurs ? [...processes, ...(await benchmarkFiles())] : [];
  const started = sources.filter((file) => existsSync(path.join(root, file)));
  await build({
    entryPoints: {
      ...Object.fromEntries([...entries.keys()].map((name) => [name, `${groupScheme}:${name}`])),
      ...Object.fromEntries(started.map((file) => [nameOf(file), file])),
    },
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    external: await externalPackages(),
    sourcemap: 'linked',
    sourcesContent: false,
    logLevel: 'warning',
    absWorkingDir: root,
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    define: { 'import.meta.url': 'sourceUrl' },
    // Bundled CommonJS packages ask for Node's own modules by `require`, which an ES module lacks.
    banner: {
      js: `import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(${JSON.stringify(productUrl)});`,
    },
    plugins: [
      { name: 'group', setup: (plugins) => loadGroups(plugins, entries) },
      { name: 'sourceUrl', setup: (plugins) => plugins.onLoad({ filter: /\.m?ts$|\.mjs$/ }, withSourceUrl) },
    ],
  });
  return { folder, bundles: [...entries.keys()].map((name) => path.join(folder, `${name}.mjs`)) };
}

/** Begins the path of an entry that consists of the files of a group. */
const groupScheme = 'group';

/**
 * @param {import('esbuild').PluginBuild} plugins
 * @param {ReadonlyMap<string, readonly string[]>} groups by name
 */
function loadGroups(plugins, groups) {
  plugins.onResolve({ filter: new RegExp(`^${groupScheme}:`) }, ({ path: entry }) => ({
    path: entry.slice(groupScheme.length + 1),
    namespace: groupScheme,
  }));
  plugins.onLoad({ filter: /^/, namespace: groupScheme }, ({ path: name }) => ({
    contents: (groups.get(name) ?? []).map((file) => `import ${JSON.stringify(path.resolve(root, file))};\n`).join(''),
    resolveDir: root,
  }));
}

/** Packages that only development uses, some of which find files next to themselves, and what cannot be bundled. */
async function externalPackages() {
  /** @type {{ readonly devDependencies: Readonly<Record<string, string>> }} */
  const { devDependencies } = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8'));
  return ['vscode', '@duckdb/node-bindings', 'minijinja-js', ...Object.keys(devDependencies)];
}

/**
 * The path of the module of a group in the folder, without its ending: that of its only file, or its first and its last.
 * @param {readonly string[]} group
 */
function groupName(group) {
  const names = group.map((file) => nameOf(relativeOf(file)));
  return names.length === 1 ? `${names[0]}` : `${names[0]} to ${path.basename(names.at(-1) ?? '')}`;
}

/** @param {string} file */
function relativeOf(file) {
  return path.relative(root, path.resolve(root, file));
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
