/**
 * `node --import tsx scripts/testRunner.mjs FILE…`: runs test files with node's own test runner, in the order given, which
 * `node --test` would sort. Prints a report, then what would be lost in a long log (testSummary.mjs). The exit status is
 * 1 when a test failed or too many flows in VS Code were retried.
 */
import { availableParallelism } from 'node:os';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { retriedFlow, summarize } from './testSummary.mjs';

/** @type {string[]} */
const skipped = [];
/** @type {string[]} */
const retried = [];

// Many tests wait for processes and for a browser: one file more than there are cores keeps these busy.
const events = run({ files: process.argv.slice(2), concurrency: Math.max(2, availableParallelism()) + 1 });
events.on('test:fail', () => (process.exitCode = 1));
events.on('test:pass', ({ skip }) => {
  if (skip !== undefined && skip !== false) skipped.push(String(skip));
});
events.on('test:diagnostic', ({ message }) => {
  if (message.startsWith(retriedFlow)) retried.push(message);
});

for await (const text of events.compose(new spec())) process.stdout.write(String(text));

const { lines, failed } = summarize({ skipped, retried });
for (const line of lines) process.stdout.write(`== ${line}\n`);
if (failed) process.exitCode = 1;
