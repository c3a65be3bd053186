/** Whatever the mouse does to a table, the keyboard does. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isFieldKey } from '../../client/vscode/webviews/grid/fieldKeys.ts';
import { type HeaderHost } from '../../client/vscode/webviews/grid/header.ts';
import { tableKey } from '../../client/vscode/webviews/grid/tableKeys.ts';
import { cellMenu, type MenuColumn, type TableActions } from '../../client/vscode/webviews/grid/tableMenus.ts';
import { type ToolbarHost } from '../../client/vscode/webviews/grid/toolbar.ts';

/** How the keyboard does an action: a key with Shift, Alt or Ctrl (S, A, C), an entry of the menu of a cell, a button. */
type Way = { readonly key: readonly [key: string, held: string] } | { readonly entry: string } | 'button';

/** What the mouse does by the heads of columns, the menus and the buttons. One that has no way does not compile. */
const ways: Readonly<Record<keyof HeaderHost | keyof TableActions | keyof ToolbarHost, Way>> = {
  clicked: { entry: 'Then Sort Ascending' },
  menu: { key: ['F10', 'S'] },
  resize: { entry: 'Fit to Content' },
  move: { key: ['ArrowRight', 'A'] },
  sort: { entry: 'Sort Ascending' },
  sortNext: { entry: 'Then Sort Descending' },
  filter: { entry: 'Filter…' },
  showPane: { key: ['Enter', ''] },
  selectColumn: { entry: 'Select Column' },
  setPinned: { entry: 'Pin Column' },
  setHidden: { entry: 'Hide Column' },
  moveBy: { entry: 'Move Left' },
  widen: { key: ['ArrowRight', 'AS'] },
  copy: { key: ['c', 'C'] },
  keepValue: { entry: 'Only Rows with This Value' },
  showText: { entry: 'Show Text' },
  edit: { key: ['F2', ''] },
  showAll: { entry: 'Show All Columns' },
  find: { key: ['f', 'C'] },
  jump: { key: ['g', 'C'] },
  summary: { entry: 'Summary' },
  columns: 'button',
  export: 'button',
  openAsQuery: 'button',
  plot: 'button',
  split: 'button',
  cancel: 'button',
};

const found: MenuColumn = {
  column: { name: 'a', type: 'VARCHAR' },
  ...{ isSorted: true, isSortedByOthers: true, isPinned: false, hasHidden: true, isEditable: true, hasText: true },
  isPlotted: true,
};

/** Names of the actions that the entries of the menu of a cell call. */
function calledByMenu(): ReadonlyMap<string, string> {
  const called = new Map<string, string>();
  let last = '';
  const note = (name: string) => () => void (last = name);
  const actions: TableActions = {
    ...{ sort: note('sort'), sortNext: note('sortNext'), filter: note('filter'), showPane: note('showPane') },
    ...{ setPinned: note('setPinned'), setHidden: note('setHidden'), moveBy: note('moveBy'), widen: note('widen') },
    ...{
      resize: note('resize'),
      copy: note('copy'),
      selectColumn: note('selectColumn'),
      plot: note('plot'),
      keepValue: note('keepValue'),
      showText: note('showText'),
      edit: note('edit'),
    },
    showAll: note('showAll'),
  };
  for (const item of cellMenu(found, actions)) {
    if (item === 'line') continue;
    item.run(true);
    assert.ok(!called.has(item.label), `two entries are called ${item.label}`);
    called.set(item.label, last);
  }
  return called;
}

test('every action of the mouse has a key, an entry of the menu that a key opens, or a button', () => {
  const entries = calledByMenu();
  for (const [action, way] of Object.entries(ways)) {
    if (way === 'button') continue;
    if ('entry' in way) {
      assert.ok(entries.has(way.entry), `${action}: ${way.entry}`);
      continue;
    }
    const [key, held] = way.key;
    const pressed = { key, shiftKey: held.includes('S'), altKey: held.includes('A'), ctrlKey: held.includes('C') };
    assert.ok(tableKey({ ...pressed, metaKey: false }, true) !== undefined, `${action}: ${held} ${key}`);
  }
  // Each action of the menus is called by one of its entries.
  const called = new Set(entries.values());
  for (const name of [
    'sort',
    'selectColumn',
    'plot',
    'sortNext',
    'filter',
    'resize',
    'setPinned',
    'setHidden',
    'moveBy',
    'widen',
    'showAll',
    'showText',
  ])
    assert.ok(called.has(name), name);
});

test('an entry appears only where it does something', () => {
  const labels = (change: Partial<MenuColumn>): readonly string[] =>
    cellMenu({ ...found, ...change }, {} as TableActions).flatMap((item) => (item === 'line' ? [] : [item.label]));
  assert.ok(!labels({ isSorted: false }).includes('Remove Sort'));
  assert.ok(!labels({ isSortedByOthers: false }).some((label) => label.startsWith('Then')));
  assert.ok(!labels({ hasHidden: false }).includes('Show All Columns'));
  assert.ok(labels({ isPinned: true }).includes('Unpin Column'));
  assert.ok(!labels({ isEditable: false }).includes('Edit Cell'));
  assert.ok(!labels({ isPlotted: false }).includes('Plot'));
  assert.ok(!labels({ hasText: false }).includes('Show Text'));
});

test('a text field keeps the keys of texts, and leaves those of VS Code to it', () => {
  const pressed = (key: string, held: string) => ({
    ...{ key, shiftKey: held.includes('S'), altKey: held.includes('A') },
    ...{ ctrlKey: held.includes('C'), metaKey: held.includes('M') },
  });
  const ofText = 'a  ,A S,Tab ,Enter A,Escape ,Delete ,z C,Z CS,v M,ArrowLeft CS,Backspace C,@ CA'.split(',');
  const ofEditor = 'F1 ,F3 S,p C,P CS,b M,s C,w C,1 C,Tab C,f C'.split(',');
  for (const [keys, expected] of [[ofText, true] as const, [ofEditor, false] as const])
    for (const [key = '', held = ''] of keys.map((text) => text.split(' ')))
      assert.equal(isFieldKey(pressed(key === '' ? ' ' : key, held)), expected, `${held} ${key}`);
});
