import assert from 'node:assert/strict';
import { test } from 'node:test';
import { plotOf } from '../../client/vscode/gridPlot.ts';
import { panelsOf, type Measured } from '../../client/vscode/webviews/grid/panels.ts';
import { plotted, plottedColumns, initialColumns } from '../../client/vscode/webviews/grid/plotted.ts';
import { thinned } from '../../client/vscode/webviews/grid/thinned.ts';

const column = (name: string, type: string): { name: string; type: string } => ({ name, type });

test('numbers are plotted over the first time column, over Timestamp, or over a first column of numbers', () => {
  const of = (...columns: readonly (readonly [string, string])[]): unknown =>
    plottedColumns(columns.map(([name, type]) => column(name, type)));
  assert.deepEqual(of(['n', 'BIGINT'], ['at', 'TIMESTAMP WITH TIME ZONE'], ['city', 'VARCHAR'], ['t', 'DOUBLE']), {
    x: 1,
    scale: 'time',
    ys: [0, 3],
  });
  assert.deepEqual(of(['value', 'DOUBLE'], ['timestamp', 'BIGINT']), { x: 1, scale: 'seconds', ys: [0] });
  assert.deepEqual(of(['year', 'INTEGER'], ['mm', 'DECIMAL(18,3)']), { x: 0, scale: 'number', ys: [1] });
  assert.equal(of(['city', 'VARCHAR'], ['t', 'DOUBLE']), undefined);
  assert.equal(of(['day', 'DATE'], ['city', 'VARCHAR']), undefined);
  assert.equal(of(), undefined);
});

/** The x of one row of a type. */
function xOf(type: string, text: string | null): readonly number[] {
  const columns = [column('at', type), column('v', 'INTEGER')];
  const chosen = plottedColumns(columns);
  assert.ok(chosen);
  return plotted(columns, chosen, [[text], ['1']]).x;
}

test('times are parsed in the format of DuckDB, and are UTC without a zone', () => {
  const noon = Date.UTC(2015, 11, 31, 12);
  assert.deepEqual(xOf('DATE', '2015-12-31'), [Date.UTC(2015, 11, 31)]);
  assert.deepEqual(xOf('TIMESTAMP', '2015-12-31 12:00:00'), [noon]);
  assert.deepEqual(xOf('TIMESTAMP_NS', '2015-12-31 12:00:00.123456789'), [noon + 123]);
  assert.deepEqual(xOf('TIMESTAMP WITH TIME ZONE', '2015-12-31 12:00:00+00'), [noon]);
  assert.deepEqual(xOf('TIMESTAMP WITH TIME ZONE', '2015-12-31 17:30:00+05:30'), [noon]);
  assert.deepEqual(xOf('DATE', '12015-12-31'), [Date.UTC(12015, 11, 31)]);
  for (const none of ['infinity', '-infinity', '0044-03-15 (BC)', null]) assert.deepEqual(xOf('DATE', none), []);
});

test('points are sorted by x; a value that is not a number breaks the line, and a row without x is skipped', () => {
  const columns = [column('Timestamp', 'BIGINT'), column('a', 'DOUBLE')];
  const chosen = plottedColumns(columns);
  assert.ok(chosen);
  const cells = [
    ['20', null, '10', '30'],
    ['2', '9', 'nan', null],
  ];
  assert.deepEqual(plotted(columns, chosen, cells), {
    xName: 'Timestamp',
    isTime: true,
    x: [10_000, 20_000, 30_000],
    series: [{ name: 'a', y: [null, 2, null] }],
    repeats: false,
  });
  assert.equal(
    plotted(columns, chosen, [
      ['1', '1'],
      ['2', '3'],
    ]).repeats,
    true,
  );
});

test('thinning keeps every peak, the order, and wide gaps', () => {
  const rows = 50_000;
  const x = Array.from({ length: rows }, (_, row) => row);
  const y = x.map((row) =>
    row === 12_345 ? 1e6 : row === 40_001 ? -1e6 : row > 20_000 && row < 25_000 ? null : row % 7,
  );
  const base = { xName: 'x', isTime: false, x, series: [], repeats: false };
  const few = thinned(base, y, 1000);
  assert.ok(few.x.length <= 1000);
  assert.deepEqual(
    [...few.x].sort((a, b) => a - b),
    few.x,
  );
  assert.equal(few.x[few.y.indexOf(1e6)], 12_345);
  assert.equal(few.x[few.y.indexOf(-1e6)], 40_001);
  assert.ok(few.y.includes(null));
  assert.deepEqual(thinned(base, y, rows), { x, y });
  const dots = thinned({ ...base, repeats: true }, y, 1000);
  assert.ok(dots.x.length <= 1000 && dots.x.every((at, index) => at === index * 50));
});

test('the plot of a long result shows its first hundred thousand rows, fetched in parts', async () => {
  const asked: number[] = [];
  const info = { resultId: 'r', columns: [column('n', 'BIGINT'), column('v', 'BIGINT')], rowCount: 3e6, elapsedMs: 1 };
  const made = await plotOf(info, (start, count) => {
    asked.push(count);
    const texts = Array.from({ length: count }, (_, row) => String(start + row));
    return Promise.resolve({ start, columns: [texts, texts] });
  });
  assert.equal(made?.rowsUsed, 100_000);
  assert.equal(
    asked.reduce((sum, count) => sum + count, 0),
    100_000,
  );
  assert.ok(asked.every((count) => count <= 10_000));
  assert.equal(made.series[0]?.y.at(-1), 99_999);
  assert.ok((made.series[0]?.x.length ?? 0) <= 4000);
});

test('the initial columns are those of the same quantity, else the first few', () => {
  const names = ['York.Warmest.C.avg', 'York.Warmest.C.max', 'Paris.Rain.mm.avg', 'Paris.Warmest.C.avg'];
  assert.deepEqual(initialColumns(names), ['York.Warmest.C.avg', 'Paris.Warmest.C.avg']);
  assert.deepEqual(initialColumns(['a', 'b', 'c', 'd', 'e']), ['a', 'b', 'c', 'd']);
  assert.deepEqual(initialColumns(['A.Depth.m', 'A.Rain.mm']), ['A.Depth.m', 'A.Rain.mm']);
});

test('columns of one unit share an axis unless one would look flat', () => {
  const column = (name: string, ...y: readonly (number | null)[]): Measured => ({ name, y });
  const panels = (...columns: readonly Measured[]): unknown =>
    panelsOf(columns).map(({ unit, series }) => [unit, ...series.map(({ name }) => name)]);
  const pressure = column('A.Pressure.Pa', 100_000, 102_000);
  const [warm, warmest] = [column('A.Water.C.avg', 10, null, 12), column('A.Water.C.max', 11, 14)];
  assert.deepEqual(panels(warm, pressure, warmest), [
    ['C', 'A.Water.C.avg', 'A.Water.C.max'],
    ['Pa', 'A.Pressure.Pa'],
  ]);
  // Of one height, but of two units.
  assert.deepEqual(panels(column('A.Wind.m/s', 0, 10), column('A.Rain.mm', 0, 10)), [
    ['m/s', 'A.Wind.m/s'],
    ['mm', 'A.Rain.mm'],
  ]);
  const [high, low, far] = [column('high', 0, 100), column('low', 3, 40), column('far', 100_000, 100_100)];
  assert.deepEqual(panels(high, far, column('tiny', 1, 2), low), [
    ['', 'high', 'low'],
    ['', 'far'],
    ['', 'tiny'],
  ]);
  // A constant or empty column looks flat on any axis, if it does not flatten others.
  assert.deepEqual(panels(high, column('none', null), column('flat', 50, 50), column('away', 9000, 9000)), [
    ['', 'high', 'none', 'flat'],
    ['', 'away'],
  ]);
});
