import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { statusOf } from '../../client/cli/exitStatus.ts';
import { type ErrorCode, errorCodes } from '../../server/src/base/error.ts';

test('docs/errors.md lists the exit status of each code', () => {
  const page = readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8');
  const rows = [...page.matchAll(/^\| `([a-z-]+)` \|.*\| (\d+) \|$/gm)];
  const documented = Object.fromEntries(rows.map(([, code = '', status]) => [code, Number(status)]));
  const actual = Object.fromEntries(Object.keys(errorCodes).map((code) => [code, statusOf(code as ErrorCode)]));
  assert.deepEqual(documented, actual);
});
