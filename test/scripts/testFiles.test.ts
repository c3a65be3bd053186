import assert from 'node:assert/strict';
import { cp, mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { pathToFileURL } from 'node:url';
import { chdbMissing } from '../../scripts/chdb.mjs';
import { cleanEnvironment, root, run } from '../../scripts/run.mjs';
import { shareProcesses, slowGroups } from '../../scripts/testFiles.mjs';

const passes = "import { test } from 'node:test';\ntest('it passes', () => {});\n";
const fails = "import { test } from 'node:test';\ntest('it fails', () => { throw new Error('always'); });\n";
const crashes = 'process.exit(3);\n';
const throwsLater = `import { test } from 'node:test';
test('ends later', async () => {
  await Promise.resolve();
  setImmediate(() => { throw new Error('thrown late'); });
  await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
});
`;
const nested = `import { describe, test } from 'node:test';
describe('outer', () => {
  describe('inner', () => {
    test('fails', async () => { await Promise.resolve(); throw new Error('thrown late'); });
  });
});
`;
const skips = `import { test } from 'node:test';
test('one', { skip: 'no moon' }, () => {});
test('two', { skip: 'no moon' }, () => {});
test('three', { skip: 'no sun' }, () => {});
`;
const retries = (name: string): string => `import { test } from 'node:test';
test('a flow', (t) => t.diagnostic('retried flow ${name}: Error: an event was lost'));
`;

/** A test that fails when it runs for the first time in its folder, and counts its runs. */
const failsOnce = `
import { test } from 'node:test';
import { appendFileSync, existsSync } from 'node:fs';
test('it fails once', () => {
  const seen = new URL('seen', import.meta.url);
  const first = !existsSync(seen);
  appendFileSync(seen, 'x');
  if (first) throw new Error('the first time');
});
`;

async function newFolder(t: TestContext): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'pond-runner-test-')));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

interface Result {
  readonly status: number;
  readonly output: string;
  /** The final lines, without their marker. */
  readonly summary: readonly string[];
}

/** Runs test files with the script of a checkout: this one, or a copy of its parts. */
async function runFiles(files: readonly string[], environment: NodeJS.ProcessEnv = {}, at = root): Promise<Result> {
  const script = `import { runTests } from ${JSON.stringify(pathToFileURL(join(at, 'scripts', 'testFiles.mjs')))};
    process.exitCode = await runTests(${JSON.stringify(files)});`;
  // Without the environment of the runner that runs this test: a runner with it reports to its parent only.
  const { NODE_TEST_CONTEXT: _mark, CI: _ci, ...env } = cleanEnvironment();
  const result = await run(process.execPath, ['--input-type=module', '--eval', script], {
    env: { ...env, ...environment },
  });
  const summary = result.output.split('\n').flatMap((line) => (line.startsWith('== ') ? [line.slice(3)] : []));
  return { ...result, summary };
}

/** Runs files with these texts in a folder of their own. */
async function runTexts(t: TestContext, ...texts: readonly string[]): Promise<Result & { readonly folder: string }> {
  const folder = await newFolder(t);
  const files = texts.map((_, index) => join(folder, `${index}.test.mts`));
  for (const [index, file] of files.entries()) await writeFile(file, texts[index] ?? '');
  return { ...(await runFiles(files)), folder };
}

test('files that pass run once, and print nothing at the end', async (t) => {
  const { status, output, summary } = await runTexts(t, passes);
  assert.equal(status, 0);
  assert.equal(output.match(/✔ it passes/g)?.length, 1);
  assert.deepEqual(summary, []);
});

test('a test that fails by chance fails the run, and does not run again, not even in CI', async (t) => {
  const { status, folder } = await runTexts(t, failsOnce, passes);
  assert.equal(status, 1);
  assert.equal(await readFile(join(folder, 'seen'), 'utf8'), 'x');
  await rm(join(folder, 'seen'));
  assert.equal((await runFiles([join(folder, '0.test.mts')], { CI: 'true' })).status, 1);
  assert.equal(await readFile(join(folder, 'seen'), 'utf8'), 'x');
});

test('a failing test and a crashing file fail the run', async (t) => {
  for (const text of [fails, crashes]) assert.equal((await runTexts(t, text, passes)).status, 1);
});

test('no test runs when a named file does not exist', async () => {
  const { status, output } = await runFiles(['test/base/nothing.test.ts', 'test/structure.test.ts']);
  assert.equal(status, 1);
  assert.match(output, /no such test file: test\/base\/nothing\.test\.ts\n/);
  assert.doesNotMatch(output, /[✔✖]/);
});

test('an error outside of a test, and one below a nested suite, fail the run', async (t) => {
  for (const [text, shown] of [
    [throwsLater, /✔ ends later/],
    [nested, /▶ outer\n {2}▶ inner\n {4}✖ fails/],
  ] as const) {
    const { status, output } = await runTexts(t, text, passes);
    assert.equal(status, 1);
    assert.match(output, /Error: thrown late/);
    assert.match(output, shown);
  }
});

test('the last lines count skipped tests by their reasons', async (t) => {
  const { status, summary } = await runTexts(t, skips, passes);
  assert.equal(status, 0);
  assert.deepEqual(summary, ['2 tests were skipped: no moon', '1 test was skipped: no sun']);
});

test('the last lines of a long run name the slowest files, and those that use most processor time', async (t) => {
  const { summary } = await runTexts(t, ...Array.from({ length: 11 }, () => passes));
  assert.equal(summary.length, 2);
  assert.match(summary[0] ?? '', /^slowest files: (.*\.test\.mts \d+ s(, |$)){10}$/);
  assert.match(summary[1] ?? '', /^processor time: \d+ s in all, (.*\.test\.ts \d+ s(, |$)){10}$/);
});

test('the last lines list retried flows with their reasons, and a third fails the run', async (t) => {
  const lines = ['grid', 'plot', 'log'].map((name) => `retried flow ${name}: Error: an event was lost`);
  const two = await runTexts(t, retries('grid'), retries('plot'));
  assert.equal(two.status, 0);
  assert.deepEqual([...two.summary].sort(), lines.slice(0, 2));
  const three = await runTexts(t, ...['grid', 'plot', 'log'].map(retries));
  assert.equal(three.status, 1);
  assert.deepEqual(three.summary.slice(0, 3).sort(), [...lines].sort());
  assert.deepEqual(three.summary.slice(3), ['3 flows were retried: a run fails with more than 2']);
});

test('a test that needs chdb is skipped without it, and the end of the log says so; in CI it fails', async (t) => {
  const copy = await newFolder(t);
  await cp(join(root, 'scripts'), join(copy, 'scripts'), { recursive: true });
  await cp(join(root, 'package.json'), join(copy, 'package.json'));
  await symlink(join(root, 'node_modules'), join(copy, 'node_modules'), 'junction');
  await mkdir(join(copy, 'test', 'support'), { recursive: true });
  await cp(join(root, 'test', 'support', 'chdb.ts'), join(copy, 'test', 'support', 'chdb.ts'));
  const file = join(copy, 'test', 'reader.test.mts');
  await writeFile(
    file,
    `import { test } from 'node:test';
    import { chdbQuery, needsChdb } from './support/chdb.ts';
    test('another engine reads it', needsChdb, () => chdbQuery('/table', 'SELECT 1'));`,
  );
  const skipped = await runFiles([file], {}, copy);
  assert.equal(skipped.status, 0, skipped.output);
  assert.deepEqual(skipped.summary, [`1 test was skipped: ${chdbMissing}`]);
  const inCi = await runFiles([file], { CI: 'true' }, copy);
  assert.equal(inCi.status, 1);
  assert.ok(inCi.output.includes(chdbMissing), inCi.output);
  assert.deepEqual(inCi.summary, []);
});

test('files start in the given order, so that the slow ones can be first', async (t) => {
  const folder = await newFolder(t);
  const files = ['b', 'a'].map((name) => join(folder, `${name}.test.mts`));
  for (const file of files) await writeFile(file, passes.replace('it passes', basename(file)));
  const { output } = await runFiles(files);
  assert.deepEqual(output.match(/(?<=✔ )\w\.test\.mts/g), ['b.test.mts', 'a.test.mts']);
});

test('slow files share processes as listed, the others by folder or in few groups, and those from elsewhere run alone', () => {
  const group = slowGroups.find((files) => files.length > 1) ?? [];
  assert.deepEqual(shareProcesses(group), [group]);
  const others = [...Array.from({ length: 13 }, (_, index) => `test/x/${index}.test.ts`), 'test/y/0.test.ts'];
  const sizes = (files: readonly string[]) => shareProcesses(files).map(({ length }) => length);
  assert.deepEqual(sizes(others), [12, 2]);
  const folders = Array.from({ length: 22 }, (_, index) => `test/${index < 8 ? 'w' : index}/${index}.test.ts`);
  assert.deepEqual(sizes(folders), [12, 8, 2]);
  assert.deepEqual(sizes(['../a.test.ts', '../b.test.ts']), [1, 1]);
  assert.deepEqual(
    sizes(slowGroups.flat()),
    slowGroups.map(({ length }) => length),
  );
});

test('the files that start first exist', () => {
  assert.deepEqual(
    slowGroups.flat().filter((file) => !existsSync(join(root, file))),
    [],
  );
});

test('no package is loaded before the commands of the README have installed it', async () => {
  const packages: string[] = [];
  const visited = new Set<string>();
  const visit = async (file: string): Promise<void> => {
    if (visited.has(file)) return;
    visited.add(file);
    const text = await readFile(file, 'utf8');
    for (const [, name = ''] of text.matchAll(/^import [^;]*?'([^']+)';$/gm)) {
      if (name.startsWith('.')) await visit(join(dirname(file), name));
      else if (!name.startsWith('node:')) packages.push(`${basename(file)}: ${name}`);
    }
  };
  for (const script of ['start.mjs', 'test.mjs']) await visit(join(root, 'scripts', script));
  assert.ok(visited.has(join(root, 'scripts', 'bundleTests.mjs')));
  assert.deepEqual(packages, []);
});
