import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createPageOrder } from '../../server/src/resources/kinds/hydroVu/pageOrder.ts';
import { type ColumnReadings } from '../../server/src/resources/kinds/hydroVu/readingWindow.ts';

const timeMax = 1000;

/** Columns by their times, seconds. */
function page(...columns: readonly (readonly number[])[]): readonly ColumnReadings[] {
  return columns.map((times, index) => ({
    column: `c${index}`,
    readings: times.map((timestamp) => ({ timestamp, value: 1 })),
  }));
}

function check(name: string, pages: readonly (readonly ColumnReadings[])[], settledBefore: number): void {
  test(`${name}: ${settledBefore === 0 ? 'nothing is complete' : `complete before ${settledBefore}`}`, () => {
    const order = createPageOrder(timeMax);
    for (const one of pages) order.add(one);
    assert.equal(order.settledBefore(), settledBefore);
  });
}

check('no pages', [], 0);
check('one page', [page([1, 2], [1, 2])], 0);
check('parallel columns, page after page', [page([1, 2], [1, 2]), page([3, 4], [2, 4])], 4);
check('a later page of one column', [page([1, 2], [1, 2]), page([3, 4])], 4);
check('unexpected times, and pages without readings', [page([1, 2], [2]), page([0, 5000]), page([3, -1])], 3);
check('a page that goes back', [page([1, 4], [1, 4]), page([3, 6], [3, 6])], 0);
check('one column may be the first of several', [page([1, 2]), page([3, 4])], 0);
check('a column that begins where another ends', [page([1, 2], [3, 4]), page([], [5, 6])], 0);
check('parallel columns only on a later page', [page([1, 2]), page([3, 4], [3, 4])], 0);

test('pages are received up to the latest time if none goes back, else up to the end of the first', () => {
  for (const [pages, reach] of [
    [[], 0],
    [[page([0, 5000])], 0],
    [[page([1, 2])], 2],
    [[page([1, 2]), page([2, 4]), page([5000])], 4],
    [[page([1, 3]), page([3, 4]), page([1, 2])], 3],
  ] as const) {
    const order = createPageOrder(timeMax);
    for (const one of pages) order.add(one);
    assert.equal(order.reach(), reach);
  }
});
