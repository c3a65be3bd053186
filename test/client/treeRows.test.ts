import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TreeRows } from '../../client/vscode/treeRows.ts';

interface Row {
  readonly id: string;
  readonly text: string;
}

const row = (id: string, text = ''): Row => ({ id, text });
const itemOf = ({ id, text }: Row): { label: string; description: string } => ({ label: id, description: text });

/** A view that drew two rows at the top, and one below the first of them. */
function drawn(): TreeRows<Row> {
  const rows = new TreeRows<Row>(({ id }) => id);
  const top = rows.below(undefined, [row('a'), row('b')]);
  for (const node of [...top, ...rows.below(top[0], [row('c', '1 min ago')])]) rows.row(node, itemOf(node));
  return rows;
}

test('only rows that look different are drawn again, by the nodes that the view has', () => {
  const rows = drawn();
  assert.deepEqual(rows.changed(itemOf), []);
  const later = (node: Row): ReturnType<typeof itemOf> => ({
    ...itemOf(node),
    description: node.text.replace('1 min', '2 min'),
  });
  assert.deepEqual(rows.changed(later), [row('c', '1 min ago')]);
  for (const node of rows.changed(later)) rows.row(node, later(node));
  assert.deepEqual(rows.changed(later), []);
});

test('a row that is not drawn yet, and one whose parent has others by now, is not drawn again', () => {
  const rows = drawn();
  rows.below(undefined, [row('a'), row('d')]);
  const other = (): { label: string } => ({ label: 'other' });
  assert.deepEqual(
    rows.changed(other).map(({ id }) => id),
    ['a', 'c'],
  );
  rows.clear();
  assert.deepEqual(rows.changed(other), []);
  assert.deepEqual(rows.parents, []);
});

test('the rows below a row are others when one comes, goes, moves or changes', () => {
  const rows = drawn();
  assert.deepEqual(
    rows.parents.map((node) => node?.id),
    [undefined, 'a'],
  );
  assert.equal(rows.isOther(undefined, [row('a'), row('b')]), false);
  for (const children of [[row('b'), row('a')], [row('a')], [row('a'), row('b', 'x')]])
    assert.equal(rows.isOther(undefined, children), true);
  // Rows that were never shown.
  assert.equal(rows.isOther(row('b'), []), true);
});

test('a row is closed until it is opened again', () => {
  const rows = drawn();
  rows.setClosed(row('a'), true);
  assert.equal(rows.isClosed(row('a')), true);
  rows.setClosed(row('a'), false);
  assert.equal(rows.isClosed(row('a')), false);
});
