import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nounFor, plural } from '../../server/src/base/plural.ts';

test('a noun after a number is in its plural, but after one', () => {
  assert.deepEqual(
    [0, 1, 2, 1200].map((count) => plural(count, 'file')),
    ['0 files', '1 file', '2 files', '1200 files'],
  );
  assert.deepEqual([nounFor(1, 'entry'), nounFor(2, 'entry'), nounFor(2, 'day')], ['entry', 'entries', 'days']);
});
