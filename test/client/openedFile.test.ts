import assert from 'node:assert/strict';
import { test } from 'node:test';
import { opensAsTable } from '../../client/vscode/tables/openedFile.ts';

test('series, and texts of tables above the limit, open as tables; all other files as text', () => {
  const limit = 1000;
  for (const [name, type, size, opens] of [
    ['readings', 'series', 1, true],
    ['readings', 'table', 1, true],
    ['a.CSV', 'file', 1001, true],
    ['a.tsv', 'file', 1001, true],
    ['a.ndjson', 'file', 1001, true],
    ['a.jsonl', 'file', 1001, true],
    ['a.json', 'file', 1001, true],
    ['a.csv', 'file', 1000, false],
    ['a.csv.log', 'file', 5000, false],
    ['csv', 'file', 5000, false],
    ['a.md', 'file', 5000, false],
    ['a.csv', 'directory', 5000, false],
  ] as const)
    assert.equal(opensAsTable({ name, type, size }, limit), opens, `${name} ${type} ${size}`);
  assert.equal(opensAsTable({ name: 'a.csv', type: 'file', size: 5000 }, 0), false);
  assert.equal(opensAsTable({ name: 'a', type: 'series', size: 0 }, 0), true);
});
