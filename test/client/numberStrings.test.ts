import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countText, numberText } from '../../client/vscode/numberStrings.ts';

test('numbers have groups of digits and a decimal point', () => {
  assert.equal(numberText(1_234_567), '1,234,567');
  assert.equal(numberText(1234.5), '1,234.5');
  assert.equal(numberText(9_007_199_254_740_993n), '9,007,199,254,740,993');
  assert.equal(numberText(1234.567, { maximumSignificantDigits: 5, useGrouping: false }), '1234.6');
});

test('a number of things has its noun', () => {
  assert.deepEqual(
    [0, 1, 2000].map((count) => countText(count, 'row')),
    ['0 rows', '1 row', '2,000 rows'],
  );
});
