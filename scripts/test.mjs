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
  await ensureInstalled(report);
  const files = await chooseFiles(positionals, values);
  if (files.some(isEditorTest)) {
    await ensureChromium(report);
    await ensureCodeServer(report);
  }
  // In CI an independent reader is not optional: the run fails here where it cannot be installed.
  if (values.interop || process.env['CI'] !== undefined) {
    await ensureChdb(report);
    if (values.interop) await buildS3sFs(report);
    for (const ensure of [ensurePython, ensureMoto]) {
      await ensure(report).catch((error) => {
        // The tests that need it are skipped, and the end of the log counts them.
        if (values.interop || !(error instanceof ScriptError)) throw error;
        report(error.message);
      });
    }
  }
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
