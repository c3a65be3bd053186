import assert from 'node:assert/strict';
import { test } from 'node:test';
import { columnsIn, layOut, totalWidth, visibleColumns } from '../../client/vscode/webviews/grid/columns.ts';
import { pageRows, RowCache } from '../../client/vscode/webviews/grid/rowCache.ts';
import {
  fromStart,
  moved,
  selectedRange,
  type Key,
  type Selection,
} from '../../client/vscode/webviews/grid/selection.ts';
import {
  clampTop,
  reveal,
  rowHeight,
  rowsIn,
  scrollTopOf,
  span,
  topOf,
} from '../../client/vscode/webviews/grid/viewport.ts';

const visible = 600;

test('the scroll bar of a table of any height reaches the first and the last row', () => {
  for (const rows of [1, 100, 100_000, 3_000_000, 2_000_000_000]) {
    const total = rows * rowHeight;
    assert.ok(span(total) <= 8_000_000);
    assert.equal(rowsIn({ total, visible, top: topOf({ total, visible }, 0) }).start, 0);
    const bottom = topOf({ total, visible }, span(total) - visible);
    assert.equal(rowsIn({ total, visible, top: bottom }).end, rows);
  }
});

test('scroll bar and window agree in both directions', () => {
  const total = 3_000_000 * rowHeight;
  for (const top of [0, 12_345, 33_000_000, total - visible]) {
    const there = scrollTopOf({ total, visible, top });
    assert.ok(Math.abs(topOf({ total, visible }, there) - top) < 1e-3);
  }
});

test('a row is revealed with the smallest movement', () => {
  const total = 1000 * rowHeight;
  assert.equal(reveal({ total, visible, top: 0 }, 5), 0);
  assert.equal(reveal({ total, visible, top: 0 }, 100), 101 * rowHeight - visible);
  assert.equal(reveal({ total, visible, top: 5000 }, 3), 3 * rowHeight);
  assert.equal(reveal({ total, visible, top: 0 }, 999), clampTop({ total, visible }, total));
});

test('a row is requested once, cached, and evicted after many others were shown', () => {
  const asked: number[] = [];
  const cache = new RowCache((start) => asked.push(start));
  cache.want(0, 40);
  cache.want(10, 60);
  assert.deepEqual(asked, [0]);
  assert.equal(cache.cell(3, 0), undefined);
  cache.put({ start: 0, columns: [['a', null]] });
  assert.deepEqual([cache.cell(0, 0), cache.cell(1, 0)], ['a', null]);
  for (let page = 1; page <= 60; page++) cache.want(page * pageRows, page * pageRows + 1);
  assert.equal(cache.cell(0, 0), undefined);
  cache.want(0, 1);
  assert.equal(asked.filter((start) => start === 0).length, 2);
});

test('rows whose request failed are requested again', () => {
  const asked: number[] = [];
  const cache = new RowCache((start) => asked.push(start));
  cache.want(200, 210);
  cache.failed(200);
  cache.want(200, 210);
  assert.deepEqual(asked, [200, 200]);
});

test('columns are as wide as their content, and the visible ones are found', () => {
  const columns = [
    { name: 'id', type: 'BIGINT' },
    { name: 'note', type: 'VARCHAR' },
    { name: 'at', type: 'TIMESTAMP' },
  ];
  const options = { characterWidth: 8, widths: { at: 300 }, numbersWidth: 40 };
  const longest = new Map([
    ['id', 1],
    ['note', 500],
  ]);
  const layouts = layOut(columns, longest, options);
  assert.deepEqual([layouts[0]?.left, layouts[2]?.width], [40, 300]);
  assert.deepEqual(
    layouts.map(({ numeric }) => numeric),
    [true, false, false],
  );
  assert.equal(layouts[1]?.width, 360);
  const noted = layOut(columns, longest, { ...options, notes: { id: 'key, INTEGER → BIGINT' } });
  assert.ok(noted[0]!.width > layouts[0]!.width);
  assert.equal(totalWidth(layouts), layouts[2]!.left + layouts[2]!.width);
  assert.deepEqual(columnsIn(layouts, 0, 50), { start: 0, end: 1 });
  assert.deepEqual(columnsIn(layouts, layouts[1].left, 10_000), { start: 1, end: 3 });
  // A pinned column stays, and the others are those in the rest of the window.
  assert.deepEqual(visibleColumns(layouts, 1, { left: 380, width: 200 }), [0, 2]);
  assert.deepEqual(visibleColumns(layouts, 0, { left: 0, width: 10_000 }), [0, 1, 2]);
});

const size = { rows: 100, columns: 5, pageRows: 10 };
const at = (row: number, column: number): Selection => ({ anchor: { row, column }, focus: { row, column } });
const press = (from: Selection, key: string, more: Partial<Key> = {}): Selection | undefined =>
  moved(from, { key, shift: false, control: false, ...more }, size);

test('keys move the selection and stop at the edges', () => {
  assert.deepEqual(press(at(0, 0), 'ArrowDown'), at(1, 0));
  assert.deepEqual(press(at(0, 0), 'ArrowUp'), at(0, 0));
  assert.deepEqual(press(at(3, 4), 'ArrowRight'), at(3, 4));
  assert.deepEqual(press(at(3, 2), 'PageDown'), at(13, 2));
  assert.deepEqual(press(at(3, 2), 'End'), at(3, 4));
  assert.deepEqual(press(at(3, 2), 'End', { control: true }), at(99, 4));
  assert.deepEqual(press(at(3, 2), 'Home', { control: true }), at(0, 0));
  assert.equal(press(at(3, 2), 'x'), undefined);
});

test('Shift extends the selection, and keys select everything, whole columns and whole rows', () => {
  const stretched = press(press(at(3, 2), 'ArrowDown', { shift: true })!, 'ArrowLeft', { shift: true })!;
  assert.deepEqual(selectedRange(stretched), { rowStart: 3, rowEnd: 5, columnStart: 1, columnEnd: 3 });
  const all = selectedRange(press(at(3, 2), 'a', { control: true })!);
  assert.deepEqual(all, { rowStart: 0, rowEnd: 100, columnStart: 0, columnEnd: 5 });
  const columns = selectedRange(press(stretched, ' ', { control: true })!);
  assert.deepEqual(columns, { rowStart: 0, rowEnd: 100, columnStart: 1, columnEnd: 3 });
  const rows = selectedRange(press(stretched, ' ', { shift: true })!);
  assert.deepEqual(rows, { rowStart: 3, rowEnd: 5, columnStart: 0, columnEnd: 5 });
  assert.equal(press(stretched, ' '), undefined);
});

test('in other rows the selection is in the first one, and columns that begin there stay selected', () => {
  assert.deepEqual(fromStart(at(7, 2)), at(0, 2));
  assert.deepEqual(fromStart(press(at(7, 2), 'ArrowUp', { shift: true })!), at(0, 2));
  const column = press(at(7, 2), ' ', { control: true })!;
  assert.deepEqual(fromStart(column), column);
});
