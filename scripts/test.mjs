/**
 * `npm test [FILE…]`: installs what is missing, builds, checks types and style, then runs every test (or the named
 * ones). The exit status is not 0 when anything failed. Each file runs once: a test that fails by chance fails the run.
 *   --unit     without the suite inside VS Code, which needs a browser
 *   --interop  installs chdb, and runs the tests that use it unless files are named
 *   --only     no checks before the tests
 */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { ensureChdb } from './chdb.mjs';
import { ensureChromium } from './chromium.mjs';
import { ensureCodeServer } from './codeServer.mjs';
import { ensureInstalled } from './install.mjs';
import { ScriptError, root, run, runMain } from './run.mjs';
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
  await ensureInstalled(report);
  const files = await chooseFiles(positionals, values);
  if (files.some(isEditorTest)) {
    await ensureChromium(report);
    await ensureCodeServer(report);
  }
  // In CI an independent reader is no option: the run fails here where it cannot be installed.
  if (values.interop || process.env['CI'] !== undefined) await ensureChdb(report);
  await runScripts(['build']);
  if (!values.only) await runScripts(['typecheck', 'lint']);
  report(`running ${files.length} test files`);
  return runTests(files);
});

/**
 * @param {readonly string[]} named
 * @param {{ readonly unit: boolean, readonly interop: boolean }} options
 */
async function chooseFiles(named, { unit, interop }) {
  if (named.length > 0) return named;
  const all = await filesEndingWith('test', '.test.ts');
  if (interop) return usersOfChdb(all);
  return unit ? all.filter((file) => !isEditorTest(file)) : all;
}

/** @param {readonly string[]} files */
async function usersOfChdb(files) {
  const texts = await Promise.all(files.map((file) => readFile(path.join(root, file), 'utf8')));
  return files.filter((_, index) => texts[index]?.includes("from '../support/chdb.ts'"));
}

/** @param {string} file */
function isEditorTest(file) {
  return /^test[\\/]editor[\\/]/.test(file);
}

/**
 * Runs npm scripts in parallel. Throws a ScriptError that names those that failed, after their output.
 * @param {readonly string[]} scripts
 */
async function runScripts(scripts) {
  report(scripts.map((script) => `npm run ${script}`).join(', '));
  const results = await Promise.all(scripts.map((script) => run('npm', ['run', '--silent', script])));
  for (const { output } of results) process.stderr.write(output);
  const failed = scripts.filter((_, index) => results[index]?.status !== 0);
  if (failed.length > 0) throw new ScriptError(`npm run ${failed.join(', npm run ')} failed: no test was run`);
}
