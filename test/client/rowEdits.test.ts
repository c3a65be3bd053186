/** Edits of a table in its page: which row is which, and what is seen. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pastedCells } from '../../client/vscode/webviews/grid/pastedText.ts';
import {
  applyChanges,
  editsText,
  EditedRows,
  type KeyedEdit,
  type RowEdit,
  type RowKey,
  tableEditsOf,
  withValue,
} from '../../client/vscode/webviews/grid/rowEdits.ts';
import { editedModel } from '../support/editModel.ts';
import { seeds } from '../support/proof.ts';
import { randomOf } from '../support/random.ts';

/** Rows of the server, whose positions are those of a view. */
const served = (positions: readonly number[], start: number, count: number) => {
  const read = positions.slice(start, start + count);
  return { start, columns: [read.map((position) => `a${position}`), read.map(String)], positions: read };
};

test('the rows that are shown are those that a save writes', () => {
  for (const seed of seeds(200)) {
    const random = randomOf(seed);
    const count = random(8);
    const edits = new Map<RowKey, RowEdit>();
    for (let step = random(8); step > 0; step -= 1) {
      const key = random(count + 1);
      const kind = random(3);
      if (kind === 0)
        applyChanges(edits, [[`n${step}`, { values: [['a', `new ${step}`]], before: key, order: random(3) }]]);
      else if (key < count && kind === 1) applyChanges(edits, [[key, { values: [], isDeleted: true }]]);
      else if (key < count) applyChanges(edits, [[key, withValue(edits.get(key), 'a', random(2) === 0 ? null : 'x')]]);
    }
    const positions = Array.from({ length: count }, (_, index) => index);
    const shown = new EditedRows(edits, { isWhole: true, rowCount: count });
    // Any part of the rows is that part of all of them.
    const all = shown.over(0, shown.rowCount, ['a', 'b'], served(positions, 0, count));
    for (let start = 0; start < shown.rowCount; start += 1) {
      const end = start + 1 + random(3);
      const range = shown.viewRange(start, end);
      const part = shown.over(start, end, ['a', 'b'], served(positions, range.start, range.count));
      assert.deepEqual(part.keys, all.keys.slice(start, end));
      assert.deepEqual(
        part.columns,
        all.columns.map((column) => column.slice(start, end)),
      );
    }
    const kept = all.keys.flatMap((key, row) => (edits.get(key)?.isDeleted === true ? [] : [row]));
    const rows = kept.map((row) => all.columns.map((column) => column[row] ?? null));
    const before = positions.map((position) => [`a${position}`, String(position)]);
    assert.deepEqual(rows, editedModel(before, ['a', 'b'], tableEditsOf(edits)));
    // Each row of the view is shown once, where it says.
    for (const position of positions) assert.equal(all.keys[shown.shownRow(position)], position);
    for (const [key, { before: place }] of edits)
      if (typeof key === 'string' && place !== undefined) assert.equal(all.keys[shown.rowOf(key) ?? -1], key);
  }
});

test('in a sorted view, edits are on their rows and new rows at the end', () => {
  const edits = new Map<RowKey, RowEdit>([
    [2, { values: [['a', 'changed']] }],
    ['n', { values: [['a', 'new']], before: 0, order: 0 }],
  ]);
  const shown = new EditedRows(edits, { isWhole: false, rowCount: 3 });
  const { keys, columns } = shown.over(0, 9, ['a'], served([2, 0, 1], 0, 3));
  assert.deepEqual(keys, [2, 0, 1, 'n']);
  assert.deepEqual(columns, [['changed', 'a0', 'a1', 'new']]);
  assert.deepEqual(
    keys.map((key) => shown.mark(key, 'a')),
    ['edited', undefined, undefined, 'inserted'],
  );
  assert.equal(shown.mark(2, 'b'), undefined);
});

test('rows of a table that cannot be edited are shown as they are read, without positions', () => {
  const shown = new EditedRows(new Map(), { isWhole: true, rowCount: 20 });
  const read = { start: 4, columns: [['4', '5']] };
  assert.deepEqual(shown.over(4, 6, ['n'], read), { keys: [4, 5], columns: [['4', '5']] });
  // Rows beyond those that were read are not there.
  assert.deepEqual(shown.over(5, 9, ['n'], read), { keys: [5], columns: [['5']] });
});

test('changes are undone and redone in any number', () => {
  const random = randomOf(3);
  const edits = new Map<RowKey, RowEdit>();
  const steps: { readonly state: string; readonly undo: readonly KeyedEdit[] }[] = [];
  const state = (): string => JSON.stringify([...edits].sort());
  for (let step = 0; step < 50; step += 1) {
    const rows = Array.from({ length: 1 + random(3) }, (): KeyedEdit => {
      const key = random(6);
      return [key, random(4) === 0 ? null : withValue(edits.get(key), 'ab'[random(2)] ?? '', String(random(9)))];
    });
    const before = state();
    steps.push({ state: before, undo: applyChanges(edits, rows) });
  }
  for (const { state: before, undo } of steps.reverse()) {
    applyChanges(edits, undo);
    assert.equal(state(), before);
  }
});

test('a value that is reverted is not an edit', () => {
  const once = withValue(undefined, 'a', '1');
  assert.deepEqual(once, { values: [['a', '1']] });
  assert.equal(withValue(once ?? undefined, 'a', undefined), null);
  assert.deepEqual(withValue({ values: [['a', '1']], before: 0 }, 'a', undefined), { values: [], before: 0 });
});

test('copied cells of a spreadsheet are pasted, without the names of their columns', () => {
  const names = ['a', 'b'];
  for (const [text, cells] of [
    ['1', [['1']]],
    [
      '1\t2\r\n3\t\r\n',
      [
        ['1', '2'],
        ['3', null],
      ],
    ],
    [
      '"x\ty"\t"said ""so"""\n"l1\nl2"\tz',
      [
        ['x\ty', 'said "so"'],
        ['l1\nl2', 'z'],
      ],
    ],
    ['a\tb\n1\t2', [['1', '2']]],
    ['a\tb', [['a', 'b']]],
    ['5" pipe\t2', [['5" pipe', '2']]],
    ['\n1\n', [[null], ['1']]],
    ['', []],
  ] as const) {
    assert.deepEqual(pastedCells(text, names), cells, JSON.stringify(text));
  }
});

test('edits are copied as rows, columns and values', () => {
  const edits = new Map<RowKey, RowEdit>([
    [
      4,
      {
        values: [
          ['level', '1.5'],
          ['note', null],
        ],
      },
    ],
    [7, { values: [['level', '2']], isDeleted: true }],
    ['n', { values: [['level', '3']], before: 2, order: 0 }],
  ]);
  const lines = ['row\tcolumn\tvalue', '5\tlevel\t1.5', '5\tnote\tNULL', '8\tdeleted\t', 'new, before 3\tlevel\t3'];
  assert.equal(editsText(edits), lines.join('\n'));
});
