import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { resourceOf } from '../../server/src/resources/readResource.ts';
import { resourceKinds } from '../../server/src/resources/registry.ts';
import { readResourceFile } from '../../server/src/resources/resourceFile.ts';
import { temporaryFolder } from '../support/folder.ts';
import { type Ended, runPond, startPond } from '../support/pondCommand.ts';

type Check = (args: readonly string[], expected: Partial<Ended>, input?: string) => Promise<void>;

/**
 * Creates a pond with one file, and returns a function that runs a command and checks its status and its complete
 * output.
 */
async function newPond(t: TestContext): Promise<{ readonly folder: string; readonly check: Check }> {
  const folder = temporaryFolder(t);
  const check: Check = async (args, expected, input = '') => {
    const ended = await runPond(args, { cwd: folder, input });
    assert.deepEqual(ended, { status: 0, stdout: '', stderr: '', ...expected }, `pond ${args.join(' ')}`);
  };
  assert.equal((await runPond(['init'], { cwd: folder })).status, 0);
  await check(['write', '/a.csv'], {}, 'x\n1\n');
  return { folder, check };
}

test('an unset shell variable means neither the root nor another pond', async (t) => {
  const { check } = await newPond(t);
  const empty = { status: 2, stderr: "error[invalid-path]: a path is empty\nhint: The root is '/'.\n" };
  await check(['discard', ''], empty);
  await check(['export', '', 'out'], empty);
  await check(['--pond', '', 'ls'], { status: 2, stderr: 'error[usage]: --pond takes a folder, got an empty text\n' });
  await check(['ls'], { stdout: 'a.csv\n' });
});

test('rows from standard input need a format, which is asked for before they are read', async (t) => {
  const { check } = await newPond(t);
  const hint = 'hint: Give it: --format csv, ndjson, parquet.\n';
  const stderr = `error[usage]: the format of standard input is not known\n${hint}`;
  await check(['append', '-', '/level'], { status: 2, stderr }, 'x\n1\n');
});

test('a pattern without matches is reported, and so is a pattern where a path is required', async (t) => {
  const { check } = await newPond(t);
  await check(['ls', '/*.txt'], { stderr: 'pond: nothing matches /*.txt\n' });
  await check(['--json', 'ls', '/*.txt'], { stdout: '[]\n' });
  const left = 'pond: skipped /*.txt: nothing matches it\n';
  await check(['export', '/*.txt', '/*.csv', 'out'], { stdout: 'exported 1 file, 0 directories, 4 B\n', stderr: left });
  const temporal = ['export', '--temporal', 'year', '/*.txt', 'parts'];
  const none = { status: 1, stdout: 'exported 0 files, 0 directories, 0 B\n', stderr: left };
  await check(temporal, none);
  await check(['export', '/*.txt', 'out'], none);
  await check(['stat', '/*.csv'], {
    status: 3,
    stderr:
      'error[not-found]: nothing is at /*.csv\n' +
      "hint: 'pond stat' takes paths, no patterns; 'pond ls' lists the paths that match a pattern.\n",
  });
});

test('rm, describe and du take patterns: each match once, without what is below another, and all or nothing', async (t) => {
  const { folder, check } = await newPond(t);
  const output = async (...args: readonly string[]): Promise<string> => (await runPond(args, { cwd: folder })).stdout;
  for (const path of ['/d', '/d/e', '/[a]']) await check(['mkdir', path], {});
  for (const path of ['/b.csv', '/d/a.csv', '/d/e/a.csv', '/[a].csv', '/[a]/x.csv'])
    await check(['write', path], {}, 'x\n1\n');
  const described = JSON.parse(await output('--json', 'describe', '/*')) as readonly { readonly path: string }[];
  assert.deepEqual(described.map(({ path }) => path).toSorted(), ['/[a].csv', '/a.csv', '/b.csv']);
  assert.match(await output('du', '-d', '0', '/d', '/{a,b}.csv'), /2 {2}\/d\n.* 1 {2}\/a\.csv\n.* 1 {2}\/b\.csv\n$/);
  const missing = { status: 3, stderr: 'error[not-found]: no entry matches /*.txt\n' };
  const unmatched = await runPond(['rm', '/*.csv', '/*.txt'], { cwd: folder });
  assert.deepEqual([unmatched.status, unmatched.stderr.split('hint')[0]], [missing.status, missing.stderr]);
  // The name of an entry comes before the pattern that it is as well, and means the directory, not what is in it.
  await check(['rm', '/[a].csv'], {});
  await check(['rm', '/[a]'], {
    status: 1,
    stderr: "error[directory-not-empty]: /[a] has 1 entry\nhint: 'pond rm -r' removes it with everything in it.\n",
  });
  assert.equal(await output('ls', '/'), '[a]/\na.csv\nb.csv\nd/\n');
  await check(['rm', '-r', '/**', '/a.csv'], {});
  assert.equal(await output('ls', '/'), '');
});

test('what reads a table by a statement of its own reports no position in it', async (t) => {
  const { folder, check } = await newPond(t);
  await check(['write', '/cut.parquet'], {}, 'PAR1 cut short');
  await check(['mkdir', '/d'], {});
  for (const args of [
    ['describe', '/cut.parquet'],
    ['describe', '/d'],
    ['head', '/cut.parquet'],
    ['diff', '--rows', '/a.csv', '/cut.parquet'],
  ]) {
    const { status, stderr } = await runPond(args, { cwd: folder });
    assert.notEqual(status, 0, args.join(' '));
    assert.doesNotMatch(stderr, /\(line \d+, column \d+\)/);
  }
});

test('a resource that is only staged does not run, and a resource of another kind is not an account', async (t) => {
  const { folder, check } = await newPond(t);
  const document = `apiVersion: v1\nkind: Inbox\nname: files\ndesc: Files\nspec: { pattern: ${folder}/in/* }\n`;
  assert.equal((await runPond(['apply', '-f', '-'], { cwd: folder, input: document })).status, 0);
  await check(['run', 'files'], {
    status: 3,
    stderr:
      'error[resource-not-found]: there is no resource "files" in the latest commit\nhint: It is staged; a commit makes it live.\n',
  });
  const staged = "hint: Inbox/files is staged: 'pond commit' makes it live.\n";
  await check(['run'], { stderr: `pond: the latest commit has no resources\n${staged}` });
  const applyOf = (kind: string): string =>
    `hint: 'pond help ${kind}' prints a document: change it, stage it with 'pond apply -f FILE', and commit.\n`;
  for (const [kind, apply] of [
    ['mirror', applyOf('Mirror')],
    ['backup', applyOf('Backup')],
  ] as const) {
    await check([kind, 'status'], { stderr: `pond: the latest commit has no ${kind}\n${apply}` });
    // What was asked for was not done.
    const none = `error[resource-not-found]: the latest commit has no ${kind}\n${apply}`;
    await check([kind], { status: 3, stderr: none });
  }
  await check(['mirror', '--dry-run'], {
    status: 3,
    stderr: `error[resource-not-found]: the latest commit has no mirror\n${applyOf('Mirror')}`,
  });
  await check(['run', 'fils'], {
    status: 3,
    stderr: 'error[resource-not-found]: there is no resource "fils"\nhint: \'pond get\' lists the resources.\n',
  });
  await check(['hydrovu', 'locations', 'files'], {
    status: 3,
    stderr:
      'error[resource-not-found]: there is no HydroVu resource "files"\nhint: \'pond get\' lists the resources.\n',
  });
  await check(['hydrovu', 'scan', 'files', '1', '2025-02-01', '2025-01-01'], {
    status: 2,
    stderr: 'error[usage]: END is before START\nhint: Omit END to scan up to now.\n',
  });
});

test('help suggests the verb that was meant, and a site cannot be written to a file', async (t) => {
  const { folder, check } = await newPond(t);
  await check(['help', 'quary'], {
    status: 2,
    stderr: 'error[usage]: \'quary\' is not a verb of pond\nhint: Did you mean "query"?\n',
  });
  // Of each kind, the help is a document without problems.
  for (const { kind } of resourceKinds) {
    const { status, stdout } = await runPond(['help', kind], { cwd: folder });
    const [read] = readResourceFile(stdout, resourceKinds);
    assert.deepEqual([status, read && resourceOf(read, { id: 'x', modifiedUs: 0 })?.kind.kind], [0, kind]);
  }
  writeFileSync(join(folder, 'taken'), '');
  const { status, stderr } = await runPond(['site', 'taken'], { cwd: folder });
  assert.equal(status, 4);
  assert.match(stderr, /the name is taken/);
});

test('Ctrl+C while documents are read from standard input is not reported as a programming error', async (t) => {
  const { folder } = await newPond(t);
  const { process: child, ended } = startPond(['apply', '-f', '-'], { cwd: folder });
  // More than a pipe holds: when it has all been accepted, the command is reading.
  await new Promise<void>((resolve) => child.stdin?.write(`# ${'x'.repeat(1_000_000)}\n`, () => resolve()));
  child.kill('SIGINT');
  assert.deepEqual(await ended, { status: 130, stdout: '', stderr: 'error[cancelled]: the operation was cancelled\n' });
});

test('options that are misspelled, lack their value or have an extra value are reported separately', async (t) => {
  const { check } = await newPond(t);
  const reported = async (args: readonly string[], message: string, hint: string): Promise<void> =>
    await check(args, { status: 2, stderr: `error[usage]: ${message}\nhint: ${hint}\n` });
  await reported(['ls', '--lng'], 'ls has no option --lng', 'Did you mean "--long"?');
  await reported(['find', '-name', '*.csv'], 'find has no option -name', 'Did you mean "--name"?');
  await reported(['find', '-nmae', '*.csv'], 'find has no option -nmae', 'Did you mean "--name"?');
  await reported(['--jsn', 'ls'], 'ls has no option --jsn', 'Did you mean "--json"?');
  await reported(['--pnd', 'x', 'ls'], 'pond has no option --pnd', 'Did you mean "--pond"?');
  await reported(
    ['rm', '-x.csv'],
    'rm has no option -x',
    "See 'pond help rm'. A path that begins with - goes after --.",
  );
  await reported(
    ['ls', '--at', '-1'],
    'the value of --at is missing',
    'Write a value that begins with - as --at=-VALUE.',
  );
  await reported(
    ['commit', '-m', '-x'],
    'the value of -m is missing',
    'Write a value that begins with - as --message=-VALUE.',
  );
  await reported(['ls', '--at'], 'the value of --at is missing', "See 'pond help ls'.");
  await reported(['--json=yes', 'ls'], '--json takes no value', "See 'pond help ls'.");
});

test('a schedule that begins with a mistake ends', async (t) => {
  const { check } = await newPond(t);
  await check(['run', '--every', '1h', 'fils'], {
    status: 3,
    stderr: 'error[resource-not-found]: there is no resource "fils"\nhint: \'pond get\' lists the resources.\n',
  });
});

test('a pond without resources or runs is reported', async (t) => {
  const { check } = await newPond(t);
  await check(['get'], { stderr: "pond: there are no resources\nhint: 'pond apply' stages resources.\n" });
  await check(['runs'], { stderr: 'pond: no resource has run yet\n' });
  await check(['--json', 'get'], { stdout: '[]\n' });
});

test('a misspelled path gets a suggestion, and a path in a missing directory gets a hint to create it', async (t) => {
  const { check } = await newPond(t);
  await check(['mkdir', '/weather'], {});
  await check(['write', '/weather/seattle.csv'], {}, 'n\n');
  const guess = 'hint: Did you mean "/weather/seattle.csv"?\n';
  const missing = { status: 3, stderr: `error[not-found]: nothing is at /weather/seatle.csv\n${guess}` };
  await check(['cat', '/weather/seatle.csv'], missing);
  await check(['export', '/weather/seatle.csv', 'out'], missing);
  await check(['query', 'SELECT * FROM "/weather/seatle.csv"'], {
    status: 3,
    stderr: `error[not-found]: no file is at /weather/seatle.csv (line 1, column 15)\n${guess}`,
  });
  await check(['ls', '/wether'], {
    status: 3,
    stderr: 'error[not-found]: nothing is at /wether\nhint: Did you mean "/weather"?\n',
  });
  const lsHint = "hint: 'pond ls' shows what is there, and 'pond ls --at V' what was.\n";
  await check(['cat', '--at', '0', '/wether'], {
    status: 3,
    stderr: `error[not-found]: nothing is at /wether\n${lsHint}`,
  });
  await check(['touch', '/tide/x'], {
    status: 3,
    stderr: "error[not-found]: nothing is at /tide\nhint: 'pond mkdir -p' creates the directories above it.\n",
  });
});
