/**
 * Bundles everything that is run from out/: the extension, the server with its query worker and the command (which share
 * chunks, so that a light command loads little), the pages of the webviews, and the suite that runs inside VS Code.
 */
import { build } from 'esbuild';
import { chmod, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { iconPng } from './scripts/icon.mjs';
import { notices } from './scripts/notices.mjs';
import { root } from './scripts/run.mjs';
import { sharedCore } from './scripts/sharedCore.mjs';

const outdir = 'out';
const { version } = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8'));

/** @type {import('esbuild').BuildOptions} */
const common = {
  bundle: true,
  minifySyntax: true,
  minifyWhitespace: true,
  // Names stay as they are, for stack traces. Short names that remember the long ones (keepNames) cost a call for every
  // function when a bundle is loaded.
  sourcemap: 'linked',
  // The sources are in the repository: the maps need not repeat them.
  sourcesContent: false,
  legalComments: 'none',
  // Imports of types alone are dropped; by the compiler's settings they would load the module that has the type.
  tsconfigRaw: { compilerOptions: { strict: true } },
  metafile: true,
  logLevel: 'warning',
  outdir,
  absWorkingDir: root,
};

/** @type {import('esbuild').BuildOptions} */
const node = {
  ...common,
  platform: 'node',
  target: 'node20',
  // Native modules and WebAssembly cannot be bundled: they are loaded from node_modules, and packed beside out/.
  external: ['vscode', '@duckdb/node-bindings', 'minijinja-js'],
};

/** @type {import('esbuild').BuildOptions} */
const modules = {
  ...node,
  define: { POND_VERSION: JSON.stringify(version) },
  format: 'esm',
  splitting: true,
  // Chunks lie beside the entries: a file's URL relative to `import.meta.url` is the same from either.
  chunkNames: 'chunk-[hash]',
  outExtension: { '.js': '.mjs' },
  // Bundled CommonJS packages ask for Node's own modules by `require`, which an ES module lacks.
  banner: {
    js: "import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);",
  },
};

/** @type {import('esbuild').BuildOptions[]} */
const bundles = [
  {
    ...node,
    entryPoints: {
      extension: 'client/vscode/extension.ts',
      'test/editor/index': 'test/editor/index.ts',
      'test/editor/suite': 'test/editor/suite.ts',
    },
    format: 'cjs',
    outExtension: { '.js': '.cjs' },
  },
  {
    ...modules,
    plugins: [sharedCore(['server/src/main.ts', 'server/src/pond/pond.ts'])],
    entryPoints: {
      server: 'server/src/serverEntry.ts',
      pond: 'client/cli/main.ts',
      // Tests run the command without a process of its own.
      'test/command': 'client/cli/command.ts',
    },
  },
  // With chunks of their own: the more bundles share them, the more there are, and each takes a millisecond to load.
  {
    ...modules,
    entryPoints: { queryWorker: 'server/src/worker/worker.ts', scanThread: 'server/src/worker/scanThread.ts' },
  },
  { ...modules, entryPoints: { templateWorker: 'server/src/templates/templateWorker.ts' } },
  {
    ...common,
    entryPoints: await webviewEntries(),
    platform: 'browser',
    target: 'chrome120',
    format: 'iife',
    outdir: `${outdir}/webviews`,
  },
];

async function webviewEntries() {
  const folder = 'client/vscode/webviews';
  const names = await readdir(path.join(root, folder));
  return names.filter((name) => name.endsWith('.ts')).map((name) => `${folder}/${name}`);
}

/**
 * Removes what earlier builds left in out/ and this one did not write.
 * @param {readonly string[]} written
 */
async function removeStale(written) {
  const kept = new Set(written.map((file) => path.resolve(root, file)));
  const folder = path.join(root, outdir);
  const files = (await readdir(folder)).filter((name) => /\.(mjs|cjs)(\.map)?$/.test(name));
  await Promise.all(
    files
      .map((name) => path.join(folder, name))
      .filter((file) => !kept.has(file))
      .map((file) => rm(file)),
  );
}

const results = await Promise.all(bundles.map((options) => build(options)));
const metafiles = results.flatMap(({ metafile }) => (metafile === undefined ? [] : [metafile]));
await removeStale(metafiles.flatMap(({ outputs }) => Object.keys(outputs)));
await writeFile(path.join(root, outdir, 'NOTICES.txt'), await notices(metafiles));
await writeFile(path.join(root, outdir, 'icon.png'), iconPng());
await chmod(path.join(root, outdir, 'pond.mjs'), 0o755);
