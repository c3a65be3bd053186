/**
 * `node --enable-source-maps scripts/testRunner.mjs FILE…`: runs bundled test files with node's own test runner, in the
 * order given, which `node --test` would sort. Prints a report, then what would be lost in a long log (testSummary.mjs).
 * The exit status is 1 when a test failed or too many flows in VS Code were retried.
 */
import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { root } from './run.mjs';
import { retriedFlow, summarize } from './testSummary.mjs';

const files = process.argv.slice(2);
/** @type {string[]} */
const skipped = [];
/** @type {string[]} */
const retried = [];
/** @type {Map<string, number>} */
const durations = new Map();

// Some tests wait for processes and for a browser: one file more than there are cores keeps these busy.
const events = run({ files, concurrency: Math.max(2, availableParallelism()) + 1 });
events.on('test:fail', (done) => {
  process.exitCode = 1;
  addDuration(done);
});
events.on('test:pass', (done) => {
  addDuration(done);
  if (done.skip !== undefined && done.skip !== false) skipped.push(String(done.skip));
});
events.on('test:diagnostic', ({ message }) => {
  if (message.startsWith(retriedFlow)) retried.push(message);
});

for await (const text of events.compose(new spec())) process.stdout.write(String(text));

const { lines, failed } = summarize({ skipped, retried, durations, processorTimes: readTimes() });
for (const line of lines) process.stdout.write(`== ${line}\n`);
if (failed) process.exitCode = 1;

/** @param {{ file?: string | undefined, nesting: number, details: { duration_ms: number } }} done */
function addDuration({ file, nesting, details }) {
  if (file === undefined || nesting > 0) return;
  const name = relativeTo(root, file);
  durations.set(name, (durations.get(name) ?? 0) + details.duration_ms);
}

/** Seconds of processor time by test file, or first and last of a group, as scripts/processorTime.mjs wrote them. */
function readTimes() {
  const { POND_TEST_BUNDLES: folder, POND_TEST_TIMES: times } = process.env;
  if (folder === undefined || times === undefined || !existsSync(times)) return new Map();
  /** @type {(readonly [bundle: string, seconds: number])[]} */
  const used = readFileSync(times, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  const ours = used.filter(([bundle]) => files.includes(bundle));
  return new Map(ours.map(([bundle, seconds]) => [relativeTo(folder, bundle).replace(/\.mjs$/, '.ts'), seconds]));
}

/**
 * @param {string} folder
 * @param {string} file
 */
function relativeTo(folder, file) {
  return path.relative(folder, file).split(path.sep).join('/');
}
