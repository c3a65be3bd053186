/** Finds test and benchmark files, and runs tests. */
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { bundleTests } from './bundleTests.mjs';
import { cleanEnvironment, root, run, ScriptError } from './run.mjs';

/** Files with flows in VS Code, the longest first. */
const flows = [
  ...['editor', 'everyday', 'tableDiff', 'cells', 'replication', 'plots', 'site', 'history', 'resources'],
  ...['served', 'grammar'],
];

/**
 * The files that take longest by the process that runs them. They start first, in this order, so that the others run
 * alongside. All flows in VS Code share one process, with its browser and server: two windows at the same time are more
 * than two cores can show at the speed of a person.
 * @type {readonly (readonly string[])[]}
 */
export const slowGroups = [
  flows.map((name) => `test/editor/${name}.test.ts`),
  ['test/docs/tutorial.test.ts'],
  ['test/bench/bench.test.ts'],
  ['test/pipeline/harbor.test.ts'],
  ['test/pipeline/kill.test.ts'],
  ['test/build/userBuild.test.ts'],
  ['test/pond/crash.test.ts'],
  ['test/pond/faults.test.ts'],
  ['test/commands/tableDiffOrder.test.ts'],
  ['test/sandbox/functions.test.ts'],
  ['test/pond/foreignEngines.test.ts'],
  ['test/resources/hydroVuResume.test.ts'],
  ['test/resources/combineParts.test.ts'],
  ['test/pond/backend.test.ts'],
  ['test/cli/strangers.test.ts'],
  ['test/cli/attach.test.ts'],
  ['test/commands/newVerb.test.ts'],
  ['test/resources/newKind.test.ts'],
  ['test/delta/chdb.test.ts'],
  ['test/pond/kill.test.ts'],
  ['test/pond/writers.test.ts'],
  ['test/delta/race.test.ts'],
  // Sets POND_TEST_OWN_WORKERS.
  ['test/sandbox/worker.test.ts'],
];

/** Position in `slowGroups` of each of their files. */
const slowRanks = new Map(slowGroups.flatMap((group, rank) => group.map((file) => [file, rank])));

/**
 * The files under `folder` whose names end with `ending`, relative to the checkout, in order.
 * @param {string} folder
 * @param {string} ending
 * @returns {Promise<string[]>}
 */
export async function filesEndingWith(folder, ending) {
  const names = await readdir(path.join(root, folder), { recursive: true });
  return names
    .filter((name) => name.endsWith(ending))
    .map((name) => path.join(folder, name))
    .sort();
}

/**
 * Options of node for the runner, which are also those of the processes that it starts. These live for seconds, in which
 * little code pays for its optimization: it starts after a million bytes of bytecode in a function rather than after an
 * eighth of that. A first young generation of 16 MB spares copies of objects that are about to be garbage. Together, both
 * save a tenth of the processor time.
 */
const processOptions = ['--enable-source-maps', '--interrupt-budget=1000000', '--min-semi-space-size=16'];

/**
 * Runs each test file once, the slow ones first, output on this terminal, and returns the exit status of testRunner.mjs.
 * Throws a ScriptError that names the files that do not exist.
 * @param {readonly string[]} files
 * @returns {Promise<number>}
 */
export async function runTests(files) {
  const missing = files.filter((file) => !existsSync(path.resolve(root, file)));
  if (missing.length > 0) throw new ScriptError(`no such test file: ${missing.join(', ')}`);
  const runner = path.join(root, 'scripts/testRunner.mjs');
  const preloads = ['processorTime', 'lightHooks', 'sharedWorkers'].map((name) =>
    pathToFileURL(path.join(root, `scripts/${name}.mjs`)),
  );
  const { folder, bundles } = await bundleTests(shareProcesses(slowFirst(files)));
  const user = await mkdtemp(path.join(tmpdir(), 'pond-test-user-'));
  try {
    const env = {
      ...cleanEnvironment(),
      // Tests keep derived files and grants out of the folders of the person who runs them.
      POND_CACHE_DIR: path.join(user, 'cache'),
      POND_DATA_DIR: path.join(user, 'data'),
      POND_TEST_BUNDLES: folder,
      POND_TEST_TIMES: path.join(folder, 'times'),
    };
    const args = [...processOptions, ...preloads.flatMap((url) => ['--import', String(url)]), runner, ...bundles];
    return (await run(process.execPath, args, { show: true, env })).status;
  } finally {
    await Promise.all([user, folder].map((made) => rm(made, { recursive: true, force: true })));
  }
}

/** Files that share a process at most: the fewer, the better the last ones spread over the cores. */
const filesOfProcess = 12;

/** A group of fewer files is joined with others of its size: its process costs more than its tests. */
const filesOfFullGroup = 6;

/**
 * Groups files by process: slow ones as `slowGroups` lists them, in the order given, then the others, the largest group
 * first, so that no core is idle at the end. Files of one folder share processes, as loading the product and warming it up
 * took a third of the processor time of all tests. Files from outside of the checkout run alone.
 * @param {readonly string[]} files
 * @returns {readonly (readonly string[])[]}
 */
export function shareProcesses(files) {
  /** @type {Map<number, string[]>} */
  const slow = new Map();
  /** @type {Map<string, string[]>} */
  const folders = new Map();
  /** @type {string[][]} */
  const alone = [];
  for (const file of files) {
    const name = nameOf(file);
    const rank = slowRanks.get(name);
    if (rank !== undefined) addTo(slow, rank, file);
    else if (name.startsWith('..')) alone.push([file]);
    else addTo(folders, path.posix.dirname(name), file);
  }
  const groups = [...folders.values()].flatMap(parts);
  const full = groups.filter(({ length }) => length >= filesOfFullGroup);
  const joined = join(groups.filter(({ length }) => length < filesOfFullGroup));
  return [...slow.values(), ...[...full, ...joined].sort((a, b) => b.length - a.length), ...alone];
}

/**
 * Splits files into groups of the size of a process.
 * @param {readonly string[]} files
 */
function parts(files) {
  return Array.from({ length: Math.ceil(files.length / filesOfProcess) }, (_, index) =>
    files.slice(index * filesOfProcess, (index + 1) * filesOfProcess),
  );
}

/**
 * Joins whole groups, in their order, to groups of at most the size of a process.
 * @param {readonly (readonly string[])[]} groups
 */
function join(groups) {
  /** @type {string[][]} */
  const joined = [];
  for (const group of groups) {
    const last = joined.at(-1);
    if (last === undefined || last.length + group.length > filesOfProcess) joined.push([...group]);
    else last.push(...group);
  }
  return joined;
}

/**
 * @template K
 * @param {Map<K, string[]>} groups
 * @param {K} key
 * @param {string} file
 */
function addTo(groups, key, file) {
  const group = groups.get(key) ?? [];
  groups.set(key, group);
  group.push(file);
}

/**
 * @param {readonly string[]} files
 * @returns {readonly string[]}
 */
function slowFirst(files) {
  const rank = (/** @type {string} */ file) => slowRanks.get(nameOf(file)) ?? slowGroups.length;
  return [...files].sort((a, b) => rank(a) - rank(b));
}

/**
 * The path of a file in the checkout, with slashes.
 * @param {string} file
 */
function nameOf(file) {
  return path.relative(root, path.resolve(root, file)).split(path.sep).join('/');
}
