import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crossings, layering } from '../../client/vscode/webviews/graph/layers.ts';
import { layout, nodeHeight, nodeWidth, settle, type Layout } from '../../client/vscode/webviews/graph/layout.ts';

/** `a>b c>d` as edges. */
function edgesOf(text: string): { from: string; to: string }[] {
  return text
    .split(' ')
    .filter(Boolean)
    .map((edge) => {
      const [from = '', to = ''] = edge.split('>');
      return { from, to };
    });
}

function corner({ nodes }: Layout, id: string): { readonly x: number; readonly y: number } {
  const found = nodes.get(id);
  assert.ok(found, id);
  return found;
}

function checkApart({ nodes }: Layout): void {
  const all = [...nodes];
  all.forEach(([id, a], index) => {
    for (const [other, b] of all.slice(index + 1)) {
      const apart = Math.abs(a.x - b.x) >= nodeWidth || Math.abs(a.y - b.y) >= nodeHeight;
      assert.ok(apart, `${id} and ${other} overlap`);
    }
  });
}

test('each node stands to the right of all that it reads', () => {
  const edges = edgesOf('in>derive derive>combine hydro>combine combine>reduce reduce>pages in>pages');
  const ids = ['pages', 'reduce', 'combine', 'derive', 'hydro', 'in'];
  const made = layout(ids, edges, 1000);
  for (const { from, to } of edges) assert.ok(corner(made, from).x < corner(made, to).x, `${from} > ${to}`);
  checkApart(made);
  assert.equal(corner(made, 'hydro').x, corner(made, 'derive').x, 'a source stands beside its reader');
  assert.equal(made.paths.length, edges.length);
});

test('edges cross as little as they must', () => {
  const edges = edgesOf('a>z b>y c>x');
  const { layers, steps } = layering(['a', 'b', 'c', 'x', 'y', 'z'], edges);
  assert.equal(crossings(layers, steps), 0);
});

test('a chain is a straight line', () => {
  const made = layout(['a', 'b', 'c'], edgesOf('a>b b>c'), 1000);
  assert.deepEqual(
    ['a', 'b', 'c'].map((id) => corner(made, id).y),
    [0, 0, 0],
  );
  assert.equal(made.height, nodeHeight);
});

test('nodes without edges stand in rows that fit the width', () => {
  const ids = Array.from({ length: 60 }, (_, index) => String(index));
  const made = layout(ids, [], 1000);
  assert.ok(made.width <= 1000);
  assert.ok(made.height < 20 * nodeHeight);
  checkApart(made);
});

test('sixty nodes in five layers do not overlap', () => {
  const ids = Array.from({ length: 60 }, (_, index) => String(index));
  const edges = ids
    .slice(12)
    .map((to) => ({ from: String(((Number(to) * 7) % 12) + 12 * (Math.floor(Number(to) / 12) - 1)), to }));
  const made = layout(ids, edges, 1000);
  checkApart(made);
  for (const { from, to } of edges) assert.ok(corner(made, from).x < corner(made, to).x);
  assert.equal(made.width, 5 * nodeWidth + 4 * 72);
});

test('a circle and a node that reads itself are drawn too', () => {
  const made = layout(['a', 'b', 'c'], edgesOf('a>b b>c c>a b>b'), 1000);
  assert.equal(made.nodes.size, 3);
  assert.equal(made.paths.length, 4);
  checkApart(made);
});

test('one node, and none, have a picture', () => {
  assert.deepEqual(layout(['a'], [], 100), {
    nodes: new Map([['a', { x: 0, y: 0 }]]),
    paths: [],
    width: nodeWidth,
    height: nodeHeight,
  });
  assert.deepEqual(layout([], [], 100), { nodes: new Map(), paths: [], width: 0, height: 0 });
});

test('things that want the same room share the distance to it', () => {
  assert.deepEqual(settle([{ wish: 100, height: 10 }]), [100]);
  const [upper = 0, lower = 0] = settle([
    { wish: 100, height: 10 },
    { wish: 100, height: 10 },
  ]);
  assert.equal((upper + lower) / 2, 100);
  assert.ok(lower - upper >= 10);
});
