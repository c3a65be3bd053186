import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { type ResourceInfo, type RunInfo } from '../../server/src/protocol/resources.ts';
import { temporaryFolder } from '../support/folder.ts';
import { type Ended, runPond, startPond } from '../support/pondCommand.ts';

interface Place {
  readonly folder: string;
  pond(args: readonly string[], input?: string): Promise<Ended>;
  /** Runs a command, and checks its status and its output without the parts that differ from run to run. */
  check(args: readonly string[], expected: Partial<Ended>, input?: string): Promise<void>;
}

function plain(text: string, folder: string): string {
  return text
    .replaceAll(folder, 'FOLDER')
    .replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d UTC/g, 'TIME')
    .replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'ID')
    .replaceAll(/[0-9a-f]{64}/g, 'HASH')
    .replaceAll(/ +[\d.]+ s\b/g, ' N s')
    .replaceAll(/ +[\d.]+ k?B\b/g, ' N B');
}

async function newPlace(t: TestContext): Promise<Place> {
  const folder = temporaryFolder(t);
  const pond: Place['pond'] = (args, input = '') => runPond(args, { cwd: folder, input });
  const check: Place['check'] = async (args, expected, input = '') => {
    const { status, stdout, stderr } = await pond(args, input);
    const got = { status, stdout: plain(stdout, folder), stderr: plain(stderr, folder) };
    assert.deepEqual(got, { status: 0, stdout: '', stderr: '', ...expected }, `pond ${args.join(' ')}`);
  };
  assert.equal((await pond(['init'])).status, 0);
  mkdirSync(join(folder, 'in'));
  writeFileSync(join(folder, 'in/a.csv'), 'Timestamp,v\n1,2\n2,3\n');
  return { folder, pond, check };
}

const inbox = (folder: string): string =>
  `apiVersion: v1\nkind: Inbox\nname: files\ndesc: Files\nspec:\n  pattern: ${JSON.stringify(`${folder}/in/*.csv`)}\n`;

/** What `apply` prints about the Inbox; `plain` shortens the folder. */
const allows = (folder: string): string => plain(`  allows: reads ${folder}/in/*.csv\n`, folder);

const derive = (name: string, column: string): string => `apiVersion: v1
kind: Derive
name: ${name}
desc: "{{ what }}"
spec:
  collections:
    - name: all
      pattern: /Inbox/files/*.csv
      query: SELECT ${column} FROM read_csv('$1')
`;

test('documents are applied, committed, run, listed and deleted', async (t) => {
  const { folder, pond, check } = await newPlace(t);
  writeFileSync(join(folder, 'all.yaml'), `${inbox(folder)}---\n${derive('series', '*')}`);
  const apply = ['apply', '-f', 'all.yaml', '-v', 'what=a = b'];
  await check(apply, {
    stdout: `created Inbox/files\n${allows(folder)}created Derive/series\n`,
    stderr: "hint: This is staged; 'pond commit' makes it live.\n",
  });
  const unchanged = `unchanged Inbox/files\n${allows(folder)}unchanged Derive/series\n`;
  await check(apply, { stdout: unchanged });
  await check([...apply, '-v', 'wath=secret', '-v', 'x-y=1'], {
    stdout: unchanged,
    stderr: 'pond: warning: no document reads -v wath, -v x-y\n',
  });
  await check(['get'], {
    stdout: 'Inbox/files    staged  never run  Files\nDerive/series  staged  never run  a = b\n',
  });
  assert.equal((await pond(['commit', '-m', 'documents'])).status, 0);
  await check(['run'], { stdout: 'Inbox/files    ok  1 file N B N s\nDerive/series  ok  2 rows N B N s\n' });
  await check(['get', 'series'], {
    stdout:
      'resource  Derive/series\nid        ID\ndesc      a = b\nstate     committed\n' +
      'reads     Inbox/files\noutput    /Derive/series/all/\nlast run  TIME ok, 2 rows, N B, N s\n',
  });
  await check(['runs', '-n', '1', 'files'], { stdout: 'TIME  Inbox/files  ok  1 file N B N s  commit 2\n' });
  await check(['check'], { stdout: 'the pond is sound\nInbox/files    HASH\nDerive/series  HASH\n' });
  await check(['delete', 'Derive/series'], { stdout: 'removed Derive/series\n' });
  await check(['get', 'series'], {
    status: 3,
    stderr: 'error[resource-not-found]: there is no resource "series"\nhint: \'pond get\' lists the resources.\n',
  });
});

test('mv warns of the resources whose documents name the old path', async (t) => {
  const { folder, check, pond } = await newPlace(t);
  writeFileSync(join(folder, 'all.yaml'), `${inbox(folder)}---\n${derive('series', '*')}`);
  assert.equal((await pond(['apply', '-f', 'all.yaml', '-v', 'what=x'])).status, 0);
  const warning = 'pond: Derive/series names /Inbox/files in its document: change it there, or move it back\n';
  await check(['mv', '/Inbox/files', '/Inbox/taken'], { stderr: warning });
  await check(['mv', '/Derive/series', '/Derive/rows'], {});
});

test('--json prints the same as data', async (t) => {
  const { folder, pond } = await newPlace(t);
  const applied = await pond(['--json', 'apply', '-f', '-'], inbox(folder));
  assert.deepEqual(Object.keys(JSON.parse(applied.stdout) as object), ['applied', 'problems']);
  await pond(['commit', '-m', 'inbox']);
  const ran = JSON.parse((await pond(['run', '--json'])).stdout) as RunInfo[];
  assert.deepEqual(
    ran.map(({ resource, status, files, commit }) => [resource, status, files, commit]),
    [['Inbox/files', 'ok', 1, 2]],
  );
  assert.deepEqual(JSON.parse((await pond(['runs', '--json'])).stdout), ran);
  const [info] = JSON.parse((await pond(['get', '--json'])).stdout) as ResourceInfo[];
  assert.deepEqual(info?.lastRun, ran[0]);
});

test('problems of documents are reported by file, line and column, and nothing is applied', async (t) => {
  const { folder, check } = await newPlace(t);
  writeFileSync(join(folder, 'wrong.yaml'), `${inbox(folder)}---\n${derive('series', '*')}`);
  const nothing =
    'error[resource-invalid]: nothing was applied: 1 error\nhint: Correct the problems above, and apply again.\n';
  await check(['apply', '-f', 'wrong.yaml'], {
    status: 1,
    stderr:
      'wrong.yaml:11:11: no variable is given for "what"\n' +
      "hint: Variables are given when a document is applied: 'pond apply -v NAME=VALUE'.\n" +
      nothing,
  });
  await check(
    ['apply', '-f', '-'],
    {
      status: 1,
      stderr: 'standard input:5:1: the key "pattern" is missing\n' + nothing,
    },
    'apiVersion: v1\nkind: Inbox\nname: a\ndesc: b\nspec:\n  {}\n',
  );
  await check(['apply', '-f', 'none.yaml'], {
    status: 3,
    stderr:
      'error[not-found]: nothing is at FOLDER/none.yaml on this machine\nhint: Check the spelling of the host path.\n',
  });
  await check(['apply', '-v', 'hunter2', '-f', 'wrong.yaml'], {
    status: 2,
    stderr: 'error[usage]: a variable is given as NAME=VALUE\nhint: Usage: -v NAME=VALUE\n',
  });
  await check(['apply'], {
    status: 2,
    stderr: 'error[usage]: a file of documents is missing\nhint: Usage: pond apply -f FILE\n',
  });
});

test('a failed run is reported with its position, sets the exit status, and does not stop other runs', async (t) => {
  const { folder, pond } = await newPlace(t);
  const documents = [inbox(folder), derive('wrong', 'nothing'), derive('right', '*')].join('---\n');
  assert.equal((await pond(['apply', '-f', '-', '-v', 'what=x'], documents)).status, 0);
  await pond(['commit', '-m', 'documents']);
  const { status, stdout, stderr } = await pond(['run']);
  assert.equal(status, 1);
  const lines = plain(stdout, folder).split('\n').sort();
  assert.deepEqual(
    lines.filter((line) => line !== '').map((line) => line.split(/ +/).slice(0, 2).join(' ')),
    ['Derive/right ok', 'Derive/wrong failed', 'Inbox/files ok'],
  );
  assert.match(plain(stderr, folder), /^error\[query-invalid\]: Derive\/wrong .*\"nothing\"/m);
  assert.match(stderr, / \(\/Derive\/wrong\/resource\.yaml, line 9, column 21\)$/m);
  assert.match(stderr, /^error\[run-failed\]: 1 resource of 3 failed$/m);
});

test('a run without new data says why', async (t) => {
  const { folder, pond, check } = await newPlace(t);
  await check(['run'], {
    stderr:
      "pond: the latest commit has no resources\nhint: 'pond apply' stages resources, and 'pond commit' makes them live.\n",
  });
  rmSync(join(folder, 'in/a.csv'));
  const documents = [inbox(folder), derive('series', '*')].join('---\n');
  assert.equal((await pond(['apply', '-f', '-', '-v', 'what=x'], documents)).status, 0);
  await pond(['commit', '-m', 'documents']);
  const { status, stdout, stderr } = await pond(['run']);
  assert.equal(status, 0);
  assert.deepEqual(plain(stdout, folder).split('\n').sort(), [
    '',
    'Derive/series  ok  nothing new N s',
    'Inbox/files    ok  nothing new N s',
  ]);
  assert.match(plain(stderr, folder), /^Inbox\/files: no file matches FOLDER\/in\/\*\.csv$/m);
});

test('a schedule continues alongside other writers, and after failures, until Ctrl+C', async (t) => {
  const { folder, pond } = await newPlace(t);
  await pond(['apply', '-f', '-'], inbox(folder));
  await pond(['commit', '-m', 'inbox']);
  const { process: child, ended } = startPond(['run', '--every', '1s'], { cwd: folder });
  t.after(() => child.kill('SIGKILL'));
  const rounds = waitFor(child.stdout, (text) => (text.match(/ Inbox\/files +(ok|failed)/g) ?? []).length);
  await rounds(1);
  assert.equal((await pond(['touch', '/beside'])).status, 0);
  rmSync(join(folder, 'in'), { recursive: true });
  await rounds(2);
  child.kill('SIGINT');
  assert.equal((await ended).status, 0);
  assert.equal((await pond(['ls', '/beside'])).status, 0);
});

/** Resolves when the text so far contains enough matches. */
function waitFor(
  stream: NodeJS.ReadableStream | null,
  count: (text: string) => number,
): (wanted: number) => Promise<void> {
  let text = '';
  const listeners = new Set<() => void>();
  stream?.on('data', (chunk: unknown) => {
    text += String(chunk);
    for (const listener of listeners) listener();
  });
  return (wanted) =>
    new Promise((resolve) => {
      const look = (): void => {
        if (count(text) < wanted) return;
        listeners.delete(look);
        resolve();
      };
      listeners.add(look);
      look();
    });
}

test('invalid intervals, numbers and times are refused', async (t) => {
  const { check } = await newPlace(t);
  const usage = (text: string): Partial<Ended> => ({ status: 2, stderr: text });
  await check(
    ['run', '--every', '1 month'],
    usage('error[usage]: --every takes a duration from one second to twelve days\nhint: Write 30s, 10m or 1h.\n'),
  );
  await check(
    ['run', '--every', 'often'],
    usage('error[usage]: --every: expected a number, got "often"\nhint: Write 30s, 10m or 1h.\n'),
  );
  await check(['runs', '-n', 'x'], { status: 2, stderr: "error[usage]: -n takes a whole number from 0, got 'x'\n" });
  await check(
    ['hydrovu', 'scan', 'a', 'b', 'yesterday'],
    usage("error[usage]: 'yesterday' is not a time\nhint: Write 2025-06-01T12:00:00Z, or seconds since 1970.\n"),
  );
});
