/** Verbs that print parts of files, and what lies below a path. */
import assert from 'node:assert/strict';
import { after, before, test, type TestContext } from 'node:test';
import { makeTemporaryDirectory } from '../support/temporaryDirectory.ts';
import { temporaryFolder } from '../support/folder.ts';
import { runPond } from '../support/pondCommand.ts';

const shared = makeTemporaryDirectory('pond-test');
const cwd = shared.path;
const numbers = Array.from({ length: 30_000 }, (_, index) => `line ${index}`);

before(async () => {
  await pond('init');
  await pond('mkdir', '-p', '/data/deep');
  for (const [path, input] of Object.entries({
    '/data/a.txt': 'one\ntwo\nthree\n',
    '/data/b.txt': 'no end',
    '/data/long.txt': `${numbers.join('\n')}\n`,
    '/data/deep/c.csv': 'x\n1\n',
  }))
    assert.equal((await runPond(['write', path], { cwd, input })).status, 0);
  await pond('query', '-o', 'table.parquet', 'SELECT x FROM range(25) t(x)');
  await pond('import', 'table.parquet', '/');
});
after(() => shared.remove());

/** Runs a verb that succeeds, and returns its output. */
async function pond(...args: readonly string[]): Promise<string> {
  const { status, stdout, stderr } = await runPond(args, { cwd });
  assert.equal(status, 0, stderr);
  return stdout;
}

test('cat and ls take several paths and patterns', async () => {
  assert.equal(await pond('cat', '/data/a.txt', '/data/b.*'), 'one\ntwo\nthree\nno end');
  assert.equal(await pond('ls', '/data/deep', '/data/a.txt'), '/data/deep/c.csv\n/data/a.txt\n');
  const { status, stderr } = await runPond(['cat', '/none/*'], { cwd });
  assert.deepEqual([status, stderr.startsWith('error[not-found]: no file matches /none/*')], [3, true]);
  assert.equal((JSON.parse(await pond('ls', '--json', '/data/a.txt', '/data/b.txt')) as unknown[]).length, 2);
});

test('head and tail print lines of texts', async () => {
  assert.equal(await pond('head', '-n', '2', '/data/a.txt'), 'one\ntwo\n');
  assert.equal(await pond('tail', '-n', '2', '/data/a.txt'), 'two\nthree\n');
  assert.equal(await pond('tail', '-n', '9', '/data/a.txt'), 'one\ntwo\nthree\n');
  assert.equal(await pond('tail', '-n', '1', '/data/b.txt'), 'no end');
  assert.equal(await pond('head', '-n', '0', '/data/a.txt'), '');
  assert.equal(await pond('tail', '-n', '0', '/data/a.txt'), '');
  assert.equal(await pond('tail', '-n', '20000', '/data/long.txt'), `${numbers.slice(-20_000).join('\n')}\n`);
  assert.equal(await pond('head', '-n', '20000', '/data/long.txt'), `${numbers.slice(0, 20_000).join('\n')}\n`);
  assert.equal(
    await pond('head', '-n', '1', '/data/[ab].txt'),
    '==> /data/a.txt <==\none\n\n==> /data/b.txt <==\nno end',
  );
});

test('head and tail print rows of tables as CSV', async () => {
  assert.equal(await pond('head', '-n', '2', '/table.parquet'), 'x\n0\n1\n');
  assert.equal(await pond('tail', '-n', '2', '/table.parquet'), 'x\n23\n24\n');
  assert.equal((await pond('tail', '-n', '99', '/table.parquet')).split('\n').length, 27);
});

test('tree draws what is below a path, as deep as requested', async () => {
  const { status, stdout } = await runPond(['tree', '/missing'], { cwd });
  assert.deepEqual([status, stdout], [3, '']);
  assert.equal(await pond('tree', '-L', '1', '/'), '/\n├── data/\n└── table.parquet\n');
  assert.equal(await pond('tree', '/data'), '/data\n├── a.txt\n├── b.txt\n├── deep/\n│   └── c.csv\n└── long.txt\n');
});

test('find, grep and du print what they found', async () => {
  assert.equal(await pond('find', '--name', '*.txt', '--size', '..10B', '/data'), '/data/b.txt\n');
  assert.equal(await pond('find', '--type', 'directory', '/data'), '/data/deep/\n');
  assert.equal(await pond('grep', '-n', 'TWO', '-i', '/data'), '/data/a.txt:2:two\n');
  assert.equal(await pond('grep', '-l', 'line 29999', '/data'), '/data/long.txt\n');
  for (const more of [[], ['--json']]) {
    const [found, none] = await Promise.all(
      ['two', 'no such text'].map((text) => runPond(['grep', text, '/data', ...more], { cwd })),
    );
    assert.deepEqual([found?.status, none?.status], [0, 1]);
    assert.deepEqual([found?.stderr, none?.stderr], ['', '']);
  }
  assert.match((await runPond(['grep', 'x'], { cwd })).stderr, /^pond: 1 file not searched: binary, or tables\n$/);
  assert.match(await pond('du', '/data'), /size {2}shared {2}files {2}path\n.* 4 {2}\/data\n.* 1 {2}\/data\/deep\n/);
  for (const args of [
    ['find', '--size', 'big'],
    ['find', '--type', 'pipe'],
    ['log', '-n', 'x'],
  ])
    assert.equal((await runPond(args, { cwd })).status, 2, args.join(' '));
});

/** A function that runs a verb on a new pond with the files /a.txt and /b.txt, and returns its output. */
async function newPond(t: TestContext): Promise<(args: readonly string[], input?: string) => Promise<string>> {
  const folder = temporaryFolder(t);
  const run = async (args: readonly string[], input = ''): Promise<string> => {
    const { status, stdout, stderr } = await runPond(args, { cwd: folder, input });
    assert.equal(status, 0, stderr);
    return stdout;
  };
  await run(['init']);
  await run(['write', '/a.txt'], 'one\ntwo\n');
  await run(['write', '/b.txt'], 'a longer one\n');
  return run;
}

test('cp and mv go into a directory, and replace a file', async (t) => {
  const run = await newPond(t);
  await run(['mkdir', '/d']);
  await run(['cp', '/a.txt', '/d']);
  await run(['cp', '/b.txt', '/d/a.txt']);
  assert.equal(await run(['cat', '/d/a.txt']), 'a longer one\n');
  await run(['cp', '/a.txt', '/d/c.txt']);
  await run(['mv', '/d/c.txt', '/d/a.txt']);
  assert.equal(await run(['cat', '/d/a.txt']), 'one\ntwo\n');
  assert.equal(await run(['ls', '/d']), 'a.txt\n');
});

test('cp and mv onto the same entry are errors, and change nothing', async (t) => {
  const run = await newPond(t);
  await run(['mkdir', '/d']);
  await run(['ln', '-s', 'a.txt', '/link']);
  await run(['commit', '-m', 'one']);
  for (const args of [
    ['cp', '/a.txt', '/'],
    ['cp', '/a.txt', '/a.txt'],
    ['cp', '/link', '/a.txt'],
    ['cp', '-r', '/d', '/'],
    ['mv', '/a.txt', '/'],
    ['mv', '/link', '/link'],
  ])
    await assert.rejects(run(args), /invalid-path.*are the same entry/s, args.join(' '));
  assert.match(await run(['status']), /nothing staged/);
});

test('tail prints the end of what a link leads to, and of a file that is computed when it is read', async (t) => {
  const run = await newPond(t);
  await run(['ln', '-s', 'a.txt', '/link']);
  assert.equal(await run(['tail', '-n', '1', '/link']), 'two\n');
  const collection = '{ name: all, in_pattern: /a.txt, out_pattern: page.md, template: "three\\nfour\\n" }';
  const document = `apiVersion: duckpond/v1
kind: Template
name: page
desc: One page for each text
spec: { collections: [${collection}] }
`;
  await run(['apply', '-f', '-'], document);
  assert.equal(await run(['tail', '-n', '1', '/Template/page/all/page.md']), 'four\n');
});
