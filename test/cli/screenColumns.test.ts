/** Tables on a screen that is narrower than they are. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cutToWidth, widthOf } from '../../client/cli/format.ts';
import { printRows } from '../../client/cli/resultTable.ts';
import { screenColumns } from '../../client/cli/screenColumns.ts';

const number = (width: number) => ({ width, isText: false });
const text = (width: number) => ({ width, isText: true });

/** Indexes and widths of the columns that fit. */
function fit(columns: Parameters<typeof screenColumns>[0], screen: number): readonly (readonly number[])[] {
  return screenColumns(columns, screen).map(({ index, widthMax }) => [index, widthMax]);
}

test('a table that fits keeps its widths; else long texts are cut alike, and numbers never', () => {
  assert.deepEqual(fit([number(10), text(40), text(20)], 74), [
    [0, 10],
    [1, 40],
    [2, 20],
  ]);
  assert.deepEqual(fit([number(10), text(40), text(20)], 73), [
    [0, 10],
    [1, 39],
    [2, 20],
  ]);
  assert.deepEqual(fit([number(30), text(150), text(200)], 80), [
    [0, 30],
    [1, 23],
    [2, 23],
  ]);
  assert.deepEqual(fit([text(500)], Infinity), [[0, 500]]);
});

test('columns that do not fit are left out from the right, with room for a mark, and the first is always there', () => {
  assert.deepEqual(fit([number(10), number(10), number(10)], 26), [
    [0, 10],
    [1, 10],
  ]);
  assert.deepEqual(fit([number(10), number(10), number(10)], 24), [[0, 10]]);
  assert.deepEqual(fit([number(40), number(10)], 20), [[0, 40]]);
  assert.deepEqual(fit([], 20), []);
});

test('a text is cut to its width on a terminal', () => {
  assert.equal(cutToWidth('abcdef', 6), 'abcdef');
  assert.equal(cutToWidth('abcdef', 5), 'abcd…');
  assert.equal(cutToWidth('日本語で', 6), '日本…');
  assert.equal(widthOf(cutToWidth('日本語で', 6)), 5);
});

test('no line of a result is wider than the screen, and what is left out is counted', async () => {
  const columns = [
    { name: 'a', type: 'BIGINT' },
    ...['b', 'c', 'd'].map((name) => ({ name, type: 'VARCHAR' })),
    { name: 'at', type: 'TIMESTAMP' },
  ];
  const row = ['1', 'x'.repeat(100), '日本'.repeat(50), 'short', '2026-02-01 00:00:00'];
  const call = (): Promise<unknown> => Promise.resolve({ start: 0, columns: row.map((value) => [value]) });
  const result = { resultId: 'r', columns, rowCount: 1, elapsedMs: 0 };
  const printed = async (width: number) => {
    let shown = '';
    const screen = { print: (chunk: string) => Promise.resolve(void (shown += chunk)), isClosed: false, width };
    const leftOut = await printRows({ call } as unknown as Parameters<typeof printRows>[0], screen, result, 1);
    return { lines: shown.trimEnd().split('\n'), leftOut };
  };
  const wide = await printed(80);
  assert.ok(wide.lines.every((line) => widthOf(line) <= 80));
  assert.deepEqual(wide.leftOut, { isCut: true, columns: 0 });
  assert.match(wide.lines[2] ?? '', /^ +1  x+…  [日本]+…  short +2026-02-01 00:00:00$/);
  const narrow = await printed(45);
  assert.ok(narrow.lines.every((line) => widthOf(line) <= 45));
  assert.match(narrow.lines[0] ?? '', /^ +a  b +c +…$/);
  assert.deepEqual(narrow.leftOut, { isCut: true, columns: 2 });
  const piped = await printed(Infinity);
  assert.deepEqual(piped.leftOut, { isCut: false, columns: 0 });
});
