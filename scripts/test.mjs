/**
 * `npm test [FILE…]`: installs what is missing, builds, then runs every test (or the named ones) and, alongside, the
 * checks of types and style. The exit status is not 0 when anything failed. Each file runs once: a test that fails by
 * chance fails the run.
 *   --unit     without the suite inside VS Code, which needs a browser
 *   --interop  installs chdb, the Python libraries and S3 servers, and runs the tests that use them unless files are named
 *   --only     only the tests, no checks
 */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { ensureChdb } from './chdb.mjs';
import { ensurePython } from './pythonLibraries.mjs';
import { buildS3sFs, ensureMoto } from './s3Servers.mjs';
import { ensureChromium } from './chromium.mjs';
import { ensureCodeServer } from './codeServer.mjs';
import { ensureInstalled } from './install.mjs';
import { mustRun, root, run, runMain, ScriptError } from './run.mjs';
import { filesEndingWith, runTests } from './testFiles.mjs';

/** @param {string} line */
const report = (line) => process.stderr.write(`== ${line}\n`);

await runMain(async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      unit: { type: 'boolean', default: false },
      interop: { type: 'boolean', default: false },
      only: { type: 'boolean', default: false },
    },
  });
  // esbuild and the check of types, which are written in Go, allocate little more than they keep: to collect garbage less
  // often saves a fourth of their processor time.
  process.env['GOGC'] ??= '400';
  const files = await chooseFiles(positionals, values);
  const installed = await Promise.allSettled(installs(files, values).map((steps) => inOrder(steps)));
  for (const done of installed) if (done.status === 'rejected') throw done.reason;
  await mustRun('npm', ['run', '--silent', 'build'], { show: true, failure: 'npm run build failed: no test was run' });
  report(`running ${files.length} test files${values.only ? '' : ' and lint'}`);
  const linting = values.only ? undefined : run('npm', ['run', '--silent', 'lint']);
  const status = await runTests(files);
  const lint = await linting;
  if (lint === undefined || lint.status === 0) return status;
  process.stderr.write(lint.output);
  report('npm run lint failed: its output is above');
  return 1;
});

/** @typedef {(report: (line: string) => void) => Promise<unknown>} Install */

/**
 * What the tests need installed, in lists that go on at the same time, as most of an install is waiting for the network.
 * Those of one list follow each other, since apt-get and npm run one at a time.
 * @param {readonly string[]} files
 * @param {{ readonly interop: boolean }} options
 * @returns {readonly (readonly Install[])[]}
 */
function installs(files, { interop }) {
  const hasEditor = files.some(isEditorTest);
  // In CI an independent reader is not optional: the run fails here where it cannot be installed.
  const hasReaders = interop || process.env['CI'] !== undefined;
  /** @type {(ensure: Install) => Install} */
  const libraries = (ensure) => async (tell) => {
    await ensure(tell).catch((error) => {
      // The tests that need it are skipped, and the end of the log counts them.
      if (interop || !(error instanceof ScriptError)) throw error;
      tell(error.message);
    });
  };
  return [
    [ensureInstalled, ...(hasReaders ? [ensureChdb] : []), ...(interop ? [buildS3sFs] : [])],
    hasEditor ? [ensureCodeServer] : [],
    [...(hasEditor ? [ensureChromium] : []), ...(hasReaders ? [ensurePython, ensureMoto].map(libraries) : [])],
  ];
}

/** @param {readonly Install[]} steps */
async function inOrder(steps) {
  for (const step of steps) await step(report);
}

/**
 * @param {readonly string[]} named
 * @param {{ readonly unit: boolean, readonly interop: boolean }} options
 */
async function chooseFiles(named, { unit, interop }) {
  if (named.length > 0) return named;
  const all = await filesEndingWith('test', '.test.ts');
  if (interop) return interopTests(all);
  return unit ? all.filter((file) => !isEditorTest(file)) : all;
}

/** @param {readonly string[]} files */
async function interopTests(files) {
  const texts = await Promise.all(files.map((file) => readFile(path.join(root, file), 'utf8')));
  return files.filter((_, index) =>
    /from '(\.\.\/support\/chdb\.ts|\.\.\/\.\.\/scripts\/pythonLibraries\.mjs|\.\.\/support\/s3Servers\.ts)'/.test(
      texts[index] ?? '',
    ),
  );
}

/** @param {string} file */
function isEditorTest(file) {
  return /^test[\\/]editor[\\/]/.test(file);
}
