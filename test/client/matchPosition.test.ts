import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type MatchPosition, positionAfter, positionText } from '../../client/vscode/webviews/grid/matchPosition.ts';

const known: MatchPosition = { key: 'a', cell: { row: 5, column: 1 }, index: 3, total: 4 };
const to = { row: 9, column: 0 };

test('a step from a match leads to the next number, around the ends', () => {
  const from = known.cell;
  assert.deepEqual(positionAfter(known, { key: 'a', from, to, backward: false }), {
    key: 'a',
    cell: to,
    index: 4,
    total: 4,
  });
  assert.equal(positionAfter(known, { key: 'a', from, to, backward: true })?.index, 2);
  assert.equal(positionAfter({ ...known, index: 4 }, { key: 'a', from, to, backward: false })?.index, 1);
  assert.equal(positionAfter({ ...known, index: 1 }, { key: 'a', from, to, backward: true })?.index, 4);
  assert.equal(positionText({ ...known, total: 1700 }), `3 of ${(1700).toLocaleString()}`);
});

test('the number is not known after another search, or from another cell', () => {
  const step = { key: 'a', from: known.cell, to, backward: false };
  assert.equal(positionAfter(undefined, step), undefined);
  assert.equal(positionAfter(known, { ...step, key: 'b' }), undefined);
  assert.equal(positionAfter(known, { ...step, from: { row: 5, column: 0 } }), undefined);
  assert.equal(positionAfter(known, { ...step, from: { row: 4, column: 1 } }), undefined);
});
