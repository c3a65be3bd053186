/** The logic of the page of a table: what a user chose, and the texts that are copied. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ColumnFilter, type Column } from '../../server/src/protocol/commands.ts';
import { copyFormats, copyText } from '../../client/vscode/webviews/grid/copyText.ts';
import { conditionsOf, filterOf, formOf } from '../../client/vscode/webviews/grid/filterForm.ts';
import { type FromGridPage } from '../../client/vscode/webviews/grid/messages.ts';
import { readPageState, stateFor } from '../../client/vscode/webviews/grid/pageState.ts';
import { Requests, Superseded } from '../../client/vscode/webviews/grid/requests.ts';
import {
  type ColumnChoices,
  columnMoved,
  columnMovedBy,
  noChoices,
  shownColumns,
  withHidden,
  withPinned,
  withWidth,
} from '../../client/vscode/webviews/grid/shownColumns.ts';
import { durationText, percentText } from '../../client/vscode/webviews/grid/summaryText.ts';
import { tableKey } from '../../client/vscode/webviews/grid/tableKeys.ts';
import { indented } from '../../client/vscode/webviews/grid/valuePane.ts';
import { filteredBy, filterText, fitted, initialState, sortedBy } from '../../client/vscode/webviews/grid/viewState.ts';

const column = (name: string, type = 'VARCHAR'): Column => ({ name, type });
const all = ['a', 'b', 'c', 'd'].map((name) => column(name));
const names = (choices: ColumnChoices): string =>
  shownColumns(all, choices)
    .map(({ name }) => name)
    .join('');

test('a click sorts ascending, then descending, then not at all; with Shift, after the other keys', () => {
  const a = { column: 'a', descending: false };
  const b = { column: 'b', descending: false };
  assert.deepEqual(sortedBy([], 'a', false), [a]);
  assert.deepEqual(sortedBy([a], 'a', false), [{ ...a, descending: true }]);
  assert.deepEqual(sortedBy([{ ...a, descending: true }], 'a', false), []);
  assert.deepEqual(sortedBy([a], 'b', true), [a, b]);
  assert.deepEqual(sortedBy([a, b], 'a', true), [{ ...a, descending: true }, b]);
  assert.deepEqual(sortedBy([{ ...a, descending: true }, b], 'a', true), [b]);
  assert.deepEqual(sortedBy([a, b], 'b', false), [b]);
});

test('columns are moved, hidden, pinned and sized by name, and survive columns that come and go', () => {
  assert.equal(names(columnMoved(all, noChoices, { name: 'd', before: 'b' })), 'adbc');
  assert.equal(names(columnMoved(all, noChoices, { name: 'a', before: undefined })), 'bcda');
  assert.equal(names(columnMoved(all, noChoices, { name: 'a', before: 'a' })), 'abcd');
  assert.equal(names(columnMovedBy(all, noChoices, { name: 'b', by: 1 })), 'acbd');
  assert.equal(names(columnMovedBy(all, noChoices, { name: 'a', by: -1 })), 'abcd');
  assert.equal(names(columnMovedBy(all, noChoices, { name: 'c', by: 1 })), 'abdc');
  const hidden = withHidden(noChoices, 'b', true);
  assert.equal(names(hidden), 'acd');
  assert.equal(names(columnMovedBy(all, hidden, { name: 'a', by: 1 })), 'cad');
  assert.equal(names(withHidden(hidden, 'b', false)), 'abcd');
  assert.equal(names(withPinned(noChoices, 'c', true)), 'cabd');
  assert.equal(names({ ...noChoices, hidden: ['a', 'b', 'c', 'd'] }), 'abcd');
  assert.equal(names({ ...noChoices, order: ['d', 'gone', 'a'] }), 'dabc');
  assert.deepEqual(withWidth(noChoices, 'a', 3).widths, { a: 40 });
  assert.deepEqual(withWidth(withWidth(noChoices, 'a', 99.6), 'a', undefined).widths, {});
});

test('filters are stated by a form, shown as texts, and left out when their column is gone', () => {
  const filters: readonly (readonly [ColumnFilter, string])[] = [
    [{ column: 'a', kind: 'compare', operator: '>=', value: '3' }, 'a ≥ 3'],
    [{ column: 'a', kind: 'between', low: '1', high: '2' }, 'a from 1 to 2'],
    [{ column: 'a', kind: 'lacks', text: 'x' }, 'a does not contain "x"'],
    [{ column: 'a', kind: 'missing' }, 'a is NULL'],
    [{ column: 'a', kind: 'values', values: [null, ''], exclude: true }, 'a is not NULL, ""'],
    [{ column: 'a', kind: 'values', values: ['1', '2', '3', '4', '5'] }, 'a is 1, 2, 3 or 2 more'],
  ];
  for (const [filter, text] of filters) {
    assert.equal(filterText(filter, [column('a')]), text);
    const { condition, texts } = formOf(column('a'), filter);
    if (condition !== undefined) assert.deepEqual(filterOf(column('a'), condition, texts), filter);
  }
  for (const type of ['INTEGER', 'VARCHAR', 'TIMESTAMP', 'BOOLEAN', 'STRUCT(x INTEGER)', 'INTEGER[]', 'BLOB']) {
    const conditions = conditionsOf(column('a', type));
    for (const { id, texts } of conditions) {
      assert.ok(filterOf(column('a', type), id, ['1', '2']) !== undefined, `${type} ${id}`);
      assert.equal(filterOf(column('a', type), id, []) === undefined, texts > 0, `${type} ${id}`);
    }
  }
  const state = { ...initialState, view: { sort: [{ column: 'b', descending: true }], filters: [filters[0]![0]] } };
  assert.deepEqual(fitted(state, [column('b')]).view, { sort: state.view.sort, filters: [] });
  assert.deepEqual(filteredBy(state.view.filters, 'a', undefined), []);
});

test('a filter of seconds is shown and edited as the times that they mean', () => {
  const seconds = column('Timestamp', 'BIGINT');
  const cases: readonly (readonly [ColumnFilter, string, readonly string[]])[] = [
    [
      { column: 'Timestamp', kind: 'compare', operator: '>=', value: '1767225600' },
      ...(['Timestamp ≥ 2026-01-01 00:00:00', ['2026-01-01 00:00:00']] as const),
    ],
    [
      { column: 'Timestamp', kind: 'between', low: '0', high: '1767225600.5' },
      'Timestamp from 1970-01-01 00:00:00 to 2026-01-01 00:00:00.500',
      ['1970-01-01 00:00:00', '2026-01-01 00:00:00.500'],
    ],
    // A time has no digits for this number.
    [
      { column: 'Timestamp', kind: 'compare', operator: '<', value: '1767225600.0001' },
      ...(['Timestamp < 1767225600.0001', ['1767225600.0001']] as const),
    ],
  ];
  for (const [filter, text, inputs] of cases) {
    assert.equal(filterText(filter, [seconds]), text);
    const { condition, texts } = formOf(seconds, filter);
    assert.deepEqual(texts, inputs);
    assert.deepEqual(filterOf(seconds, condition ?? '', texts), filter);
  }
  const picked: ColumnFilter = { column: 'Timestamp', kind: 'values', values: [null, '1767225600'] };
  assert.equal(filterText(picked, [seconds]), 'Timestamp is NULL, 2026-01-01 00:00:00');
  assert.equal(filterText(picked, [column('Timestamp', 'VARCHAR')]), 'Timestamp is NULL, 1767225600');
});

test('cells are copied in every format, with NULL, quotes, line breaks and all digits', () => {
  const columns = [column('n', 'DOUBLE'), column('te"xt'), column('ok', 'BOOLEAN')];
  const rows = [
    ['12345678901234567890', 'a "b"\n| c', 'true'],
    [null, '', null],
    ['nan', 'x,y', 'false'],
  ];
  const cells = { columns, rows, table: 'my"table' };
  const expected = {
    tsv: 'n\tte"xt\tok\n12345678901234567890\ta "b" | c\ttrue\n\t\t\nnan\tx,y\tfalse',
    csv: 'n,"te""xt",ok\n12345678901234567890,"a ""b""\n| c",true\n,"",\nnan,"x,y",false',
    json: '[\n  {"n": 12345678901234567890, "te\\"xt": "a \\"b\\"\\n| c", "ok": true},\n  {"n": null, "te\\"xt": "", "ok": null},\n  {"n": null, "te\\"xt": "x,y", "ok": false}\n]',
    markdown:
      '| n | te"xt | ok |\n| ---: | --- | --- |\n| 12345678901234567890 | a "b"<br>\\| c | true |\n| NULL |  | NULL |\n| nan | x,y | false |',
    insert: `INSERT INTO "my""table" ("n", "te""xt", "ok") VALUES\n  (12345678901234567890, 'a "b"\n| c', true),\n  (NULL, '', NULL),\n  ('nan', 'x,y', false);`,
  };
  for (const format of copyFormats) assert.equal(copyText(format, cells), expected[format], format);
  const one = { columns: [column('x')], rows: [['v']], table: 't' };
  assert.equal(copyText('tsv', one), 'v');
  const json: unknown = JSON.parse(copyText('json', { ...cells, rows: [['-1.5e+30', null, 'true']] }));
  assert.deepEqual(json, [{ n: -1.5e30, 'te"xt': null, ok: true }]);
  assert.equal(copyText('json', { ...cells, rows: [] }), '[]');
});

test('a later request in a slot cancels the one before, and answers reach their callers alone', async () => {
  const sent: FromGridPage[] = [];
  const requests = new Requests((message) => sent.push(message));
  const view = { sort: [], filters: [] };
  const first = requests.send(1, 'tableCount', { view }, 'count');
  const second = requests.send(1, 'tableCount', { view }, 'count');
  await assert.rejects(first, Superseded);
  assert.deepEqual(
    sent.map(({ type }) => type),
    ['request', 'cancelRequest', 'request'],
  );
  requests.receive({ type: 'answer', id: 1, result: { rowCount: 5 } });
  requests.receive({ type: 'answer', id: 2, result: { rowCount: 7 } });
  assert.deepEqual(await second, { rowCount: 7 });
  const failing = requests.send(1, 'tableCount', { view });
  requests.receive({ type: 'answerFailed', id: 3, message: 'broken' });
  await assert.rejects(failing, /broken/);
  const dropped = requests.send(1, 'tableCount', { view });
  requests.cancelAll();
  await assert.rejects(dropped, Superseded);
  const stopped = requests.send(1, 'tableCount', { view }, 'count');
  requests.cancelSlot('count');
  await assert.rejects(stopped, Superseded);
  assert.deepEqual(sent.at(-1), { type: 'cancelRequest', id: 5 });
  // Nothing runs in the slot any more.
  const count = sent.length;
  requests.cancelSlot('count');
  assert.equal(sent.length, count);
});

test('the state of a page is kept for its table, and no other form of it is read', () => {
  const fresh = readPageState(undefined);
  for (const other of [null, 5, {}, { plots: true, columns: [] }, { version: 1 }])
    assert.deepEqual(readPageState(other), fresh);
  const query = { pond: '/p', path: '/a.csv' };
  const kept = { ...stateFor(fresh, query), shows: 'plot' as const, table: { ...initialState, row: 7 } };
  assert.deepEqual(readPageState(structuredClone(kept)), kept);
  assert.equal(stateFor(kept, { ...query }).table.row, 7);
  const next = stateFor(kept, { pond: '/p', sql: 'SELECT 1' });
  assert.deepEqual([next.table, next.shows], [initialState, 'plot']);
});

test('keys find, copy, move columns and open panes; others are left to the editor', () => {
  const key = (pressed: string, held = '', isEditable = false): unknown =>
    tableKey(
      {
        ...{ key: pressed, shiftKey: held.includes('S'), altKey: held.includes('A') },
        ...{ ctrlKey: held.includes('C'), metaKey: held.includes('M') },
      },
      isEditable,
    );
  // Where cells cannot be edited, F2 says why.
  assert.deepEqual(key('F2'), { do: 'edit' });
  for (const [pressed, held, action] of [
    ['x', '', { do: 'edit', typed: 'x' }],
    ['Delete', '', { do: 'clear' }],
    ['Delete', 'S', { do: 'delete' }],
    ['Insert', '', { do: 'insert' }],
    ['v', 'C', { do: 'paste' }],
  ] as const) {
    assert.deepEqual(key(pressed, held, true), action);
    assert.equal(key(pressed, held), undefined);
  }
  assert.deepEqual(key('f', 'C'), { do: 'find', mode: 'find' });
  assert.deepEqual(key('g', 'M'), { do: 'find', mode: 'jump' });
  assert.deepEqual(key('c', 'C'), { do: 'copy' });
  assert.deepEqual(key('F3', 'S'), { do: 'again', backward: true });
  assert.deepEqual(key('Enter', 'S'), { do: 'pane', mode: 'row' });
  assert.deepEqual(key('F10', 'S'), { do: 'menu' });
  assert.deepEqual(key('ArrowLeft', 'A'), { do: 'move', by: -1 });
  assert.deepEqual(key('ArrowRight', 'AS'), { do: 'widen', by: 24 });
  for (const [pressed, held] of [
    ['p', 'C'],
    ['F', 'CS'],
    ['Tab', ''],
    ['x', ''],
    ['F10', ''],
    ['ArrowLeft', 'CA'],
  ] as const)
    assert.equal(key(pressed, held), undefined, pressed);
});

test('durations, shares and JSON are readable, and no digit is lost', () => {
  assert.deepEqual([0, 1.5, 600, 6000, 90_061].map(durationText), ['0 s', '1.5 s', '10 min', '1 h 40 min', '1 d 1 h']);
  const shares = [
    percentText(0, 5),
    percentText(1, 10_000),
    percentText(1, 8),
    percentText(9999, 10_000),
    percentText(5, 5),
  ];
  assert.deepEqual(shares, ['0%', '< 0.1%', '12.5%', '> 99.9%', '100%']);
  assert.equal(indented('{"a": [1, 2]}'), '{\n  "a": [\n    1,\n    2\n  ]\n}');
  const precise = '{"a": 12345678901234567890, "b": {}, "c, [d": [1.10]}';
  assert.equal(indented(precise), '{\n  "a": 12345678901234567890,\n  "b": {},\n  "c, [d": [\n    1.10\n  ]\n}');
  for (const text of ['plain', '{broken', '']) assert.equal(indented(text), text);
});
