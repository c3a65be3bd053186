import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { root } from '../scripts/run.mjs';
import { vsce } from '../scripts/vsix.mjs';

/** Every dependency and why it is there. Adding one means adding its reason. */
const runtime = {
  '@aws-sdk/client-s3':
    'speaks to S3-compatible stores, with every way to name credentials; loaded when a store is used',
  '@duckdb/node-api': 'runs SQL over Parquet, CSV, JSON and Arrow in place',
  'age-encryption':
    'wraps the key of a sealed store for its recipients, in the format of the age tool; loaded with such a store',
  'apache-arrow': 'the inner layer of the op log: directory entries are Arrow IPC streams',
  chokidar: 'watches a mirrored folder: it misses no nested folder, and has no install script',
  fzstd:
    'unpacks large files of backups of 2025 as a stream: Node 20 has no Zstandard, and pure JavaScript stays in bounds',
  'hash-wasm': 'BLAKE3, by which a Watertown pond names its content: WebAssembly inside the package',
  hyparquet: 'reads one row group of a commit without waking the query engine',
  'hyparquet-compressors':
    'unpacks what other engines rewrote with ZSTD or LZ4: pure JavaScript, bounded by the page size',
  'hyparquet-writer': 'writes the small Parquet file of a commit, in a third of the time that DuckDB takes',
  'minijinja-js': 'renders templates of strangers: WebAssembly that reaches nothing of the host, with a limit of work',
  minimatch: "VS Code's own globs, of what a watch excludes; patterns of a pond are those of base/glob.ts",
  saxes: 'parses the XML of Excel workbooks of strangers as a stream: no entities of their own, nothing else is read',
  'vscode-jsonrpc': 'the messages between client and server',
  'vscode-languageclient': 'starts, feeds and restarts the server from the extension',
  'vscode-languageserver': 'the server side of the same protocol',
  'vscode-languageserver-textdocument': 'documents that change by ranges',
  yaml: 'parses resource documents with the position of every node',
};

const development = {
  '@observablehq/framework': 'builds the sites that tests look at',
  '@observablehq/plot': 'draws plots of results, bundled into the page of the grid, and the charts of those sites',
  '@types/node': 'types of the oldest Node that is supported',
  '@types/vscode': 'types of the oldest VS Code that is supported',
  '@vscode/test-electron': 'runs the editor suite in the desktop VS Code',
  '@vscode/vsce': 'packs the extension',
  'axe-core': 'judges the accessibility of the pages that the editor shows',
  esbuild: 'bundles',
  oxfmt: 'formats, in a fortieth of the processor time of a formatter in JavaScript',
  oxlint: 'checks style',
  'oxlint-tsgolint':
    'checks types, and style that needs types, in a ninth of the processor time of the compiler and a linter in JavaScript',
  'playwright-core': 'drives the browser that shows VS Code to the tests',
  tsx: 'runs TypeScript in tests and benchmarks',
  typescript: 'parses sources for the tests of structure and language',
  'vega-datasets': 'real data for the demo pond, the tests and the benchmarks',
};

/** Packages that ask for an install script, and why they work without it. */
const worksWithoutScript = {
  chdb: 'its library comes as a package for each platform',
  esbuild: 'its program comes as a package for each platform; the script only checks that',
  '@vscode/vsce-sign': 'signs for the marketplace, which packing does not do',
  keytar: 'remembers a marketplace password, which packing does not need',
};

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

interface Locked {
  readonly version?: string;
  /** True for a package that its parent's archive contains, under the parent's hash. */
  readonly inBundle?: boolean;
  readonly integrity?: string;
  readonly hasInstallScript?: boolean;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

interface Lock {
  readonly packages: Readonly<Record<string, Locked>>;
}

const read = (file: string): string => readFileSync(join(root, file), 'utf8');
const manifest = JSON.parse(read('package.json')) as Manifest;
const { packages } = JSON.parse(read('package-lock.json')) as Lock;

/** The lock files of the project and of the program that only some tests install. */
const lockFiles = ['package-lock.json', 'scripts/chdb/package-lock.json'];
const locked = lockFiles.flatMap((file) => Object.entries((JSON.parse(read(file)) as Lock).packages));

test('the runtime dependencies are the ones with a reason', () => {
  assert.deepEqual(Object.keys(manifest.dependencies).sort(), Object.keys(runtime).sort());
});

test('the development dependencies are the ones with a reason', () => {
  assert.deepEqual(Object.keys(manifest.devDependencies).sort(), Object.keys(development).sort());
});

test('every dependency has one exact version', () => {
  const { dependencies } = JSON.parse(read('scripts/chdb/package.json')) as Pick<Manifest, 'dependencies'>;
  const versions = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies, ...dependencies });
  assert.deepEqual(
    versions.filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version)),
    [],
  );
});

test('no install script runs, and none is needed', () => {
  assert.match(read('.npmrc'), /^ignore-scripts=true$/m);
  const asking = locked.filter(([, { hasInstallScript }]) => hasInstallScript === true);
  const names = asking.map(([folder]) => folder.replace(/^.*node_modules\//, ''));
  assert.deepEqual([...new Set(names)].sort(), Object.keys(worksWithoutScript).sort());
});

test('the lock file has the native packages of every platform, since npm ci refuses one that lacks any', () => {
  const optional = Object.values(packages).flatMap(({ optionalDependencies = {} }) =>
    Object.keys(optionalDependencies),
  );
  assert.deepEqual(
    optional.filter(
      (name) => /^@(duckdb|esbuild|rollup)\//.test(name) && packages[`node_modules/${name}`] === undefined,
    ),
    [],
  );
});

test('the lock files name no registry', () => {
  for (const file of lockFiles) assert.doesNotMatch(read(file), /"resolved"|:\/\/registry/);
});

test('every locked package has the hash of its archive, so that no other is installed in its place', () => {
  const bare = locked.filter(
    ([folder, { integrity = '', inBundle }]) =>
      folder !== '' && inBundle !== true && !/^sha512-[\w+/]{86}==$/.test(integrity),
  );
  assert.deepEqual(
    bare.map(([folder]) => folder),
    [],
  );
});

test('client and server speak one version of the protocol', () => {
  const versions = (name: string): readonly (string | undefined)[] =>
    Object.entries(packages).flatMap(([folder, { version }]) =>
      folder.endsWith(`node_modules/${name}`) ? [version] : [],
    );
  for (const name of ['vscode-jsonrpc', 'vscode-languageserver-protocol', 'vscode-languageserver-types'])
    assert.equal(versions(name).length, 1, name);
  assert.deepEqual(versions('vscode-languageclient'), versions('vscode-languageserver'));
});

test('the packed extension contains the bundles and the native module, and no source', async () => {
  const files = (await vsce(['ls'])).trim().split('\n');
  const binding = new RegExp(
    `^node_modules/@duckdb/node-bindings-${process.platform}-${process.arch}(-musl)?/duckdb\\.node$`,
  );
  const needed = [
    /^out\/(extension\.cjs|server\.mjs|(query|template)Worker\.mjs|pond\.mjs|NOTICES\.txt|webviews\/(graph|grid)\.(js|css))$/,
    /^node_modules\/minijinja-js\/dist\/web\/minijinja_js_bg\.wasm$/,
    binding,
  ];
  assert.equal(files.filter((file) => needed.some((pattern) => pattern.test(file))).length, 12);
  const allowed =
    /^(package\.json|README\.md|LICENSE|CHANGELOG\.md|(docs\/images|syntaxes|out)\/|node_modules\/(@duckdb\/node-bindings|detect-libc\/|minijinja-js\/))/;
  assert.deepEqual(
    files.filter((file) => !allowed.test(file) || /\.(ts|map)$/.test(file.replace(/\.d\.ts$/, ''))),
    [],
  );
});
