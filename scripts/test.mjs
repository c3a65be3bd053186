/**
 * `npm test [FILE…]`: installs what is missing, builds, checks types and style, then runs every test (or the named
 * ones). The exit status is not 0 when anything failed. Where CI is set, a few files that failed are run once more, and
 * that decides.
 *   --unit     without the suite inside VS Code, which needs a browser
 *   --only     no checks before the tests
 */
import { parseArgs } from 'node:util';
import { ensureChromium } from './chromium.mjs';
import { ensureCodeServer } from './codeServer.mjs';
import { ensureInstalled } from './install.mjs';
import { ScriptError, run, runMain } from './run.mjs';
import { filesEndingWith, runTests } from './testFiles.mjs';

/** @param {string} line */
const report = (line) => process.stderr.write(`== ${line}\n`);

await runMain(async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { unit: { type: 'boolean', default: false }, only: { type: 'boolean', default: false } },
  });
  await ensureInstalled(report);
  const files = await chooseFiles(positionals, values.unit);
  if (files.some(isEditorTest)) {
    await ensureChromium(report);
    await ensureCodeServer(report);
  }
  for (const script of values.only ? ['build'] : ['build', 'typecheck', 'lint']) await step(script);
  report(`running ${files.length} test files`);
  return runTests(files, { again: process.env.CI !== undefined });
});

/**
 * @param {readonly string[]} named
 * @param {boolean} unit
 */
async function chooseFiles(named, unit) {
  if (named.length > 0) return named;
  const all = await filesEndingWith('test', '.test.ts');
  return unit ? all.filter((file) => !isEditorTest(file)) : all;
}

/** @param {string} file */
function isEditorTest(file) {
  return /^test[\\/]editor[\\/]/.test(file);
}

/** @param {string} script */
async function step(script) {
  report(`npm run ${script}`);
  const { status } = await run('npm', ['run', '--silent', script], { show: true });
  if (status !== 0) throw new ScriptError(`npm run ${script} failed: no test was run`);
}
