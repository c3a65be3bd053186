import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { PondError } from '../../server/src/base/error.ts';
import { errorJson, errorText } from '../../client/cli/errorText.ts';
import { printedError } from '../../client/cli/printedError.ts';
import { verbs } from '../../client/cli/verbs.ts';
import { temporaryFolder } from '../support/folder.ts';
import { runPond } from '../support/pondCommand.ts';

test('an error is printed with its code, its position and its hint', () => {
  const error = new PondError('query-invalid', 'no such column', {
    path: '/Derive/id/resource.yaml',
    displayPath: '/Derive/a/resource.yaml',
    position: { line: 2, character: 4 },
    hint: 'Look at the file.',
  });
  const printed = printedError(error, { name: 'query', verb: verbs.query });
  const place = '(/Derive/a/resource.yaml, line 3, column 5)';
  assert.equal(errorText(printed), `error[query-invalid]: no such column ${place}\nhint: Look at the file.`);
  assert.deepEqual(JSON.parse(errorJson(printed)), {
    error: {
      code: 'query-invalid',
      message: 'no such column',
      path: '/Derive/id/resource.yaml',
      displayPath: '/Derive/a/resource.yaml',
      hint: 'Look at the file.',
      line: 2,
      character: 4,
    },
  });
});

test('a hint that names the file of an error names its resource', () => {
  const error = new PondError('invalid-content', 'no rows', { path: '/Inbox/id/a.csv', displayPath: '/Inbox/a/a.csv' });
  const printed = errorText(printedError(error, { name: 'query', verb: verbs.query }));
  assert.match(printed, /^hint: 'pond cat \/Inbox\/a\/a\.csv' shows/m);
});

test('a programming error has a code of its own', () => {
  const printed = printedError(new TypeError('x is not a function'), { name: 'ls', verb: verbs.ls });
  assert.match(errorText(printed), /^error\[internal\]: TypeError: x is not a function\n/);
});

test('with --json an error is one line of JSON, with the same exit status', async (t) => {
  const folder = temporaryFolder(t);
  await runPond(['init'], { cwd: folder });
  const missing = await runPond(['stat', '--json', '/x'], { cwd: folder });
  assert.deepEqual([missing.status, missing.stdout], [3, '']);
  const hint = "'pond ls' shows what is there, and 'pond ls --at V' what was.";
  const error = { code: 'not-found', message: 'nothing is at /x', path: '/x', hint };
  assert.equal(missing.stderr, `${JSON.stringify({ error })}\n`);
  const usage = await runPond(['--json', 'stat'], { cwd: folder });
  assert.equal(usage.status, 2);
  const parsed = JSON.parse(usage.stderr) as { readonly error: { readonly code: string } };
  assert.equal(parsed.error.code, 'usage');
});

test('every listing and error shows the names of resources', async (t) => {
  const folder = temporaryFolder(t);
  const pond = (...args: readonly string[]): ReturnType<typeof runPond> => runPond(args, { cwd: folder });
  await pond('init');
  const document = 'apiVersion: v1\nkind: Inbox\nname: loggers\ndesc: Files\nspec: { pattern: /none/*.csv }\n';
  writeFileSync(join(folder, 'inbox.yaml'), document);
  await pond('apply', '-f', 'inbox.yaml');
  assert.match((await pond('status')).stdout, /\n1 change staged\nA {2}\/Inbox\/loggers\/resource\.yaml {2}\d+ B\n$/);
  assert.equal((await pond('commit', '-m', 'an inbox')).stdout, 'commit 1: an inbox (+1)\n');
  assert.equal((await pond('ls', '-R')).stdout, '/Inbox/\n/Inbox/loggers/\n/Inbox/loggers/resource.yaml\n');
  assert.equal((await pond('ls', '/Inbox')).stdout, 'loggers/\n');
  const failed = await pond('cat', '/Inbox/loggers');
  assert.match(failed.stderr, /^error\[is-a-directory\]: expected a file at \/Inbox\/loggers, got a directory\n/);
  await pond('delete', 'loggers');
  assert.equal((await pond('diff')).stdout, 'D  /Inbox/loggers/\n');
});

test('formats are printed as commands that a shell takes', () => {
  const formats = [
    { dates: 'day-first' },
    { quote: '', nulls: ["it's", 'x'] },
    { delimiter: ';' },
    { types: { 'a b': 'text' } },
  ];
  const text = errorText({
    code: 'invalid-content',
    message: 'm',
    path: '/my data',
    displayPath: '/shown data',
    formats,
  });
  assert.deepEqual(text.split('\n').slice(1), [
    "hint: pond format '/shown data' dates=day-first",
    "hint: pond format '/shown data' quote= 'nulls=it'\\''s,x'",
    "hint: pond format '/shown data' 'delimiter=;'",
    "hint: pond format '/shown data' 'types.a b=text'",
  ]);
});
