import assert from 'node:assert/strict';
import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { pathToFileURL } from 'node:url';
import { cleanEnvironment, root, run } from '../../scripts/run.mjs';

const passes = "import { test } from 'node:test';\ntest('it passes', () => {});\n";
const fails = "import { test } from 'node:test';\ntest('it fails', () => { throw new Error('always'); });\n";
const crashes = 'process.exit(3);\n';

/** A test that fails when it runs for the first time in its folder. */
const failsOnce = `
import { test } from 'node:test';
import { existsSync, writeFileSync } from 'node:fs';
test('it fails once', () => {
  const seen = new URL('seen', import.meta.url);
  if (existsSync(seen)) return;
  writeFileSync(seen, '');
  throw new Error('the first time');
});
`;

/** Runs test files with these texts in a folder of their own: what was printed, and the exit status. */
async function runFiles(
  t: TestContext,
  texts: readonly string[],
  again: boolean,
): Promise<{ readonly status: number; readonly output: string }> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'pond-runner-test-')));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const files = texts.map((_, index) => join(folder, `${index}.test.mts`));
  for (const [index, file] of files.entries()) await writeFile(file, texts[index] ?? '');
  const script = `import { runTests } from ${JSON.stringify(pathToFileURL(join(root, 'scripts', 'testFiles.mjs')))};
    process.exitCode = await runTests(${JSON.stringify(files)}, { again: ${again} });`;
  // Without the mark of the runner that runs this test: one that has it tells its parent alone what happens.
  const { NODE_TEST_CONTEXT: _, ...env } = cleanEnvironment();
  return run(process.execPath, ['--input-type=module', '--eval', script], { env });
}

test('files that pass are run once', async (t) => {
  const { status, output } = await runFiles(t, [passes], true);
  assert.equal(status, 0);
  assert.equal(output.match(/✔ it passes/g)?.length, 1);
});

test('a file that fails by chance is run once more, which decides, and is told', async (t) => {
  const { status, output } = await runFiles(t, [failsOnce, passes], true);
  assert.equal(status, 0);
  assert.match(output, /✖ it fails once/);
  assert.match(output, /== failed, and run once more: \S+0\.test\.mts\n/);
  assert.match(output, /✔ it fails once/);
  assert.equal(output.match(/✔ it passes/g)?.length, 1);
});

test('what fails again, and what crashes, fails', async (t) => {
  for (const text of [fails, crashes]) {
    const { status, output } = await runFiles(t, [text, failsOnce], true);
    assert.equal(status, 1);
    assert.match(output, /== failed, and run once more: \S+\.test\.mts \S+\.test\.mts\n/);
  }
});

test('nothing is run again when many files failed, or when nobody asked for it', async (t) => {
  const many = await runFiles(t, [failsOnce, fails, fails, fails], true);
  assert.equal(many.status, 1);
  assert.doesNotMatch(many.output, /run once more/);
  const plain = await runFiles(t, [failsOnce], false);
  assert.equal(plain.status, 1);
  assert.doesNotMatch(plain.output, /run once more/);
});
