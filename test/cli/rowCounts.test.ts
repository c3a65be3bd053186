import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rowCounts } from '../../client/cli/rowCounts.ts';

test('numbers of rows are words that agree with them', () => {
  assert.equal(rowCounts({ added: 0, removed: 0, changed: 1 }), '~1 row');
  assert.equal(rowCounts({ added: 1, removed: 1, changed: 0 }), '+1 -1 rows');
  assert.equal(rowCounts({ added: 2, removed: 0, changed: 0 }), '+2 rows');
  assert.equal(rowCounts({ added: 0, removed: 0, changed: 0 }), 'same rows');
});
