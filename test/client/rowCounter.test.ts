import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as endOfTurn } from 'node:timers/promises';
import { type TableView } from '../../server/src/protocol/commands.ts';
import { RowCounter } from '../../client/vscode/webviews/grid/rowCounter.ts';

const whole: TableView = { sort: [], filters: [] };
const filtered: TableView = { sort: [], filters: [{ column: 'a', kind: 'missing' }] };

/** A counter, what it reports after each change, and the count that it waits for. */
function newCounter(total: number | undefined) {
  const reports: (readonly [known: number | undefined, rows: number, total: number | undefined])[] = [];
  const failures: unknown[] = [];
  let waiting: { readonly resolve: (rows: number) => void; readonly reject: (error: unknown) => void } | undefined;
  const counter: RowCounter = new RowCounter(whole, total, {
    count: () => new Promise((resolve, reject) => (waiting = { resolve, reject })),
    changed: () => void reports.push([counter.known, counter.rows, counter.total]),
    failed: (error) => void failures.push(error),
  });
  return { counter, reports, failures, waiting: () => waiting };
}

test('the rows of a whole table are those that are known of it', () => {
  const { counter, reports, waiting } = newCounter(7);
  counter.begin(whole);
  assert.deepEqual(reports, [[7, 7, 7]]);
  assert.equal(waiting(), undefined);
});

test('until all rows of a table are known, those that were received count', () => {
  const { counter, reports } = newCounter(undefined);
  counter.begin(whole);
  counter.receive(100);
  counter.receive(50);
  assert.equal(counter.rows, 100);
  counter.setTotal(1000);
  assert.deepEqual(reports, [
    [undefined, 0, undefined],
    [1000, 1000, 1000],
  ]);
});

test('the rows of a filtered view are counted, also while those of the table are computed', async () => {
  const { counter, reports, failures, waiting } = newCounter(undefined);
  counter.begin(filtered);
  counter.receive(20);
  counter.setTotal(1000);
  waiting()?.resolve(30);
  await endOfTurn();
  assert.deepEqual(reports, [
    [undefined, 0, undefined],
    [undefined, 20, 1000],
    [30, 30, 1000],
  ]);
  counter.begin(whole);
  assert.deepEqual(reports.at(-1), [1000, 1000, 1000]);
  assert.deepEqual(failures, []);
});

test('a count that fails is reported, and the number stays unknown', async () => {
  const { counter, failures, waiting } = newCounter(1000);
  counter.begin(filtered);
  const error = new Error('refused');
  waiting()?.reject(error);
  await endOfTurn();
  assert.deepEqual([failures, counter.known], [[error], undefined]);
});
