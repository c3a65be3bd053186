import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crossings, layering } from '../../client/vscode/webviews/graph/layers.ts';
import { layout, nodeHeight, stackCenters, type Layout } from '../../client/vscode/webviews/graph/layout.ts';
import { scaledLayout, zoomedScale } from '../../client/vscode/webviews/graph/scale.ts';
import { step } from '../../client/vscode/webviews/graph/steps.ts';

/** Parses edges such as `a>b c>d`. */
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

function checkApart({ nodes, nodeWidth }: Layout): void {
  const all = [...nodes];
  all.forEach(([id, a], index) => {
    for (const [other, b] of all.slice(index + 1)) {
      const apart = Math.abs(a.x - b.x) >= nodeWidth || Math.abs(a.y - b.y) >= nodeHeight;
      assert.ok(apart, `${id} and ${other} overlap`);
    }
  });
}

test('each node is to the right of all its inputs', () => {
  const edges = edgesOf('in>derive derive>combine hydro>combine combine>reduce reduce>pages in>pages');
  const ids = ['pages', 'reduce', 'combine', 'derive', 'hydro', 'in'];
  const made = layout(ids, edges, 1000);
  for (const { from, to } of edges) assert.ok(corner(made, from).x < corner(made, to).x, `${from} > ${to}`);
  checkApart(made);
  assert.equal(corner(made, 'hydro').x, corner(made, 'derive').x, 'a source stands beside its reader');
  assert.equal(made.paths.length, edges.length);
});

test('edges have as few crossings as possible', () => {
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

test('nodes without edges are in rows that fit the width', () => {
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
  assert.ok(made.width > 1000, 'five layers scroll');
});

test('a cycle, and a node that reads itself, are drawn too', () => {
  const made = layout(['a', 'b', 'c'], edgesOf('a>b b>c c>a b>b'), 1000);
  assert.equal(made.nodes.size, 3);
  assert.equal(made.paths.length, 4);
  checkApart(made);
});

test('layers are closer together in a narrow window, and further apart in a wide one', () => {
  const ids = ['a', 'b', 'c', 'd'];
  const edges = edgesOf('a>b b>c c>d');
  const widths = [800, 900, 1000, 2000].map((width) => layout(ids, edges, width).width);
  assert.ok(widths[0]! > 800);
  assert.ok(widths[1]! <= 900 && widths[2]! <= 1000);
  assert.ok(widths[3]! < 1100);
});

test('a graph of one node, and an empty graph, have a layout', () => {
  assert.deepEqual(layout(['a'], [], 100), {
    nodes: new Map([['a', { x: 0, y: 0 }]]),
    paths: [],
    width: 176,
    height: nodeHeight,
    nodeWidth: 176,
  });
  assert.deepEqual(layout([], [], 100), { nodes: new Map(), paths: [], width: 0, height: 0, nodeWidth: 176 });
});

test('a graph is scaled to its view, down to a scale at which it can be read', () => {
  const chain = { ids: ['a', 'b', 'c', 'd'], edges: edgesOf('a>b b>c c>d') };
  const fits = (made: ReturnType<typeof scaledLayout>, width: number, height: number): boolean =>
    (made.drawn.width + 48) * made.scale <= width && (made.drawn.height + 48) * made.scale <= height;
  assert.equal(scaledLayout(chain, { width: 1600, height: 900 }, undefined).scale, 1);
  const narrow = scaledLayout(chain, { width: 500, height: 900 }, undefined);
  assert.ok(narrow.scale < 1 && fits(narrow, 500, 900), `${narrow.scale}`);
  const lone = { ids: Array.from({ length: 30 }, (_, index) => String(index)), edges: [] };
  const low = scaledLayout(lone, { width: 1000, height: 300 }, undefined);
  assert.ok(low.scale < 1 && fits(low, 1000, 300), `${low.scale}`);
  const tiny = scaledLayout(chain, { width: 50, height: 50 }, undefined);
  assert.ok(tiny.scale >= 0.4 && !fits(tiny, 50, 50), `${tiny.scale}`);
});

test('a zoom stays within limits, and its scale is not changed by the view', () => {
  const chain = { ids: ['a', 'b'], edges: edgesOf('a>b') };
  assert.equal(scaledLayout(chain, { width: 100, height: 100 }, 1.5).scale, 1.5);
  assert.ok(zoomedScale(1, 1) > 1 && zoomedScale(1, -1) < 1);
  const ends = [1, -1].map((direction) => {
    let scale = 1;
    for (let step = 0; step < 50; step++) scale = zoomedScale(scale, direction === 1 ? 1 : -1);
    return scale;
  });
  assert.deepEqual(ends, [2, 0.4]);
});

test('items that compete for space share the deviation', () => {
  assert.deepEqual(stackCenters([{ wish: 100, height: 10 }]), [100]);
  const [upper = 0, lower = 0] = stackCenters([
    { wish: 100, height: 10 },
    { wish: 100, height: 10 },
  ]);
  assert.equal((upper + lower) / 2, 100);
  assert.ok(lower - upper >= 10);
});

test('arrow keys follow edges, else move to the nearest node', () => {
  const nodes = new Map([
    ['in', { x: 0, y: 60 }],
    ['top', { x: 200, y: 0 }],
    ['low', { x: 200, y: 100 }],
    ['end', { x: 400, y: 0 }],
  ]);
  const edges = edgesOf('in>low top>end');
  const check = (from: string, key: string, to: string | undefined): void =>
    assert.equal(step(nodes, edges, from, key), to, `${from} ${key}`);
  check('in', 'ArrowRight', 'low');
  check('low', 'ArrowUp', 'top');
  check('top', 'ArrowRight', 'end');
  check('top', 'ArrowLeft', 'in');
  check('low', 'ArrowRight', 'end');
  check('end', 'ArrowRight', undefined);
  check('end', 'Home', 'in');
  check('end', 'x', undefined);
});
