import assert from 'node:assert/strict';
import { test } from 'node:test';
import { namedLine } from '../../server/src/base/namedLine.ts';

test('the first line that a message names is found', () => {
  assert.equal(namedLine('/a.csv cannot be read: expected 2 fields in line 3, as in line 2, got 4'), 3);
  assert.equal(namedLine('CSV Error on Line: 12\nOriginal Line: 1;2'), 12);
  assert.equal(namedLine('the outline 3 has no underline 4'), undefined);
});
