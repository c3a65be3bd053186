import assert from 'node:assert/strict';
import { test } from 'node:test';
import { queryTitle } from '../../client/vscode/queries/queryStrings.ts';
import { lineOfRow } from '../../client/vscode/tables/textLine.ts';
import { readingAt, drawnLine } from '../../client/vscode/webviews/plot/series.ts';
import { timeOf, timeText } from '../../client/vscode/webviews/plot/axisText.ts';
import { labelRows } from '../../client/vscode/webviews/plot/labelRows.ts';
import { gapOf, hasRepeats, loneVertices, verticesOf } from '../../client/vscode/webviews/plot/lineShape.ts';
import { requestsOf } from '../../client/vscode/webviews/plot/loader.ts';
import { panelsOf, unitOf, type Measured } from '../../client/vscode/webviews/plot/panels.ts';
import { chosenPlot, initialColumns, plotOf } from '../../client/vscode/webviews/plot/plotColumns.ts';
import { rowsAt, viewOfPoint } from '../../client/vscode/webviews/plot/pointRows.ts';
import { panned, within, zoomed } from '../../client/vscode/webviews/plot/range.ts';
import { type PlotStatement, statedPlot, withoutPlot, withPlot } from '../../client/vscode/webviews/plot/statement.ts';
import { wholeTicks, xValuesOf } from '../../client/vscode/webviews/plot/xAxis.ts';

const column = (name: string, type: string): { name: string; type: string } => ({ name, type });

test('numbers are plotted over the first time column, over Timestamp, or over a first column of numbers', () => {
  const of = (...columns: readonly (readonly [string, string])[]): unknown => {
    const plot = chosenPlot(
      columns.map(([name, type]) => column(name, type)),
      {},
    );
    return plot && [plot.kind, plot.x, ...plot.ys];
  };
  assert.deepEqual(of(['n', 'BIGINT'], ['at', 'TIMESTAMP WITH TIME ZONE'], ['city', 'VARCHAR'], ['t', 'DOUBLE']), [
    'line',
    'at',
    'n',
    't',
  ]);
  assert.deepEqual(of(['value', 'DOUBLE'], ['timestamp', 'BIGINT']), ['line', 'timestamp', 'value']);
  assert.deepEqual(of(['year', 'INTEGER'], ['mm', 'DECIMAL(18,3)']), ['line', 'year', 'mm']);
  assert.deepEqual(of(['city', 'VARCHAR'], ['t', 'DOUBLE']), ['bar', 'city', 't']);
  assert.deepEqual(of(['day', 'DATE'], ['city', 'VARCHAR']), ['bar', 'day']);
  assert.deepEqual(of(['t', 'DOUBLE']), ['histogram', 't']);
  assert.equal(of(), undefined);
});

test('columns that a user chose are drawn over time, over the first of them, or by their distribution', () => {
  const columns = ['at TIMESTAMP', 'level DOUBLE', 'temp BIGINT', 'site VARCHAR'].map((text) => {
    const [name = '', type = ''] = text.split(' ');
    return { name, type };
  });
  const untimed = columns.slice(1);
  const of = (all: typeof columns, ...names: readonly string[]): PlotStatement =>
    plotOf(
      all,
      all.filter(({ name }) => names.includes(name)),
    );
  for (const [all, names, expected] of [
    [columns, ['level'], { kind: 'line', x: 'at', ys: ['level'] }],
    [columns, ['at', 'level', 'temp', 'site'], { kind: 'line', x: 'at', ys: ['level', 'temp'] }],
    [columns, ['site'], { kind: 'bar', x: 'site' }],
    [columns, ['at'], { kind: 'bar', x: 'at' }],
    [columns, ['at', 'site'], { kind: 'bar', x: 'site' }],
    [untimed, ['level'], { kind: 'histogram', x: 'level' }],
    [untimed, ['level', 'temp'], { kind: 'scatter', x: 'level', ys: ['temp'] }],
  ] as const) {
    const stated = of(all, ...names);
    assert.deepEqual(stated, expected);
    // The plot that is drawn is the stated one.
    const { kind, x, ys } = chosenPlot(all, stated) ?? {};
    assert.deepEqual({ kind, x, ...('ys' in expected && { ys }) }, expected);
  }
});

test('what is stated about a plot is kept as far as the table has the columns', () => {
  const columns = [column('at', 'DATE'), column('dir', 'DOUBLE'), column('speed', 'FLOAT'), column('site', 'VARCHAR')];
  const of = (stated: PlotStatement): unknown => {
    const { kind, x, ys, by } = chosenPlot(columns, stated) ?? {};
    return [kind, x, ys, by];
  };
  assert.deepEqual(of({ kind: 'rose' }), ['rose', 'dir', ['speed'], undefined]);
  assert.deepEqual(of({ kind: 'scatter', x: 'dir', by: 'site' }), ['scatter', 'dir', ['speed'], 'site']);
  assert.deepEqual(of({ kind: 'line', x: 'gone', ys: ['gone', 'speed'], by: 'gone' }), [
    'line',
    'at',
    ['speed'],
    undefined,
  ]);
  assert.deepEqual(of({ kind: 'histogram' }), ['histogram', 'dir', ['speed'], undefined]);
  assert.deepEqual(chosenPlot([column('a', 'VARCHAR')], { kind: 'line' })?.kind, 'bar');
});

test('times are parsed in the format of DuckDB, and are UTC without a zone', () => {
  const noon = Date.UTC(2015, 11, 31, 12);
  assert.equal(timeOf('2015-12-31'), Date.UTC(2015, 11, 31));
  assert.equal(timeOf('2015-12-31 12:00:00'), noon);
  assert.equal(timeOf('2015-12-31 12:00:00.123456789'), noon + 123);
  assert.equal(timeOf('2015-12-31 12:00:00+00'), noon);
  assert.equal(timeOf('2015-12-31 17:30:00+05:30'), noon);
  assert.equal(timeOf('12015-12-31'), Date.UTC(12015, 11, 31));
  for (const none of ['infinity', '-infinity', '0044-03-15 (BC)', '']) assert.ok(Number.isNaN(timeOf(none)));
  assert.deepEqual([noon, Date.UTC(2015, 11, 31), noon + 5000, noon + 7].map(timeText), [
    '2015-12-31 12:00',
    '2015-12-31',
    '2015-12-31 12:00:05',
    '2015-12-31 12:00:00.007',
  ]);
});

/** A line of rows at places, each in a bucket of its own. */
const lineOf = (...rows: readonly (readonly [x: number, y: number | null])[]) => {
  const ys = rows.map(([, y]) => y);
  const xs = rows.map(([x]) => x);
  const ones = rows.map(() => 1);
  return {
    ...{ column: 'v', bucket: xs, start: xs, end: xs, first: ys, last: ys, low: ys, high: ys },
    ...{ rows: ones, values: ys.map((y) => (y === null ? 0 : 1)) },
  };
};

test('a line breaks at missing values and long distances; rows at irregular times are connected', () => {
  const steady = Array.from({ length: 20 }, (_, index) => [index + (index > 9 ? 30 : 0), index] as const);
  const line = lineOf(...steady);
  assert.equal(gapOf(line), 3);
  assert.deepEqual(
    verticesOf(line, 3).filter(({ y }) => y === null),
    [{ x: 40, y: null }],
  );
  const doubling = lineOf(...Array.from({ length: 12 }, (_, index) => [2 ** index, index] as const));
  assert.deepEqual(verticesOf(doubling, gapOf(doubling)).length, 12);
  assert.equal(gapOf(lineOf([1, 1])), Infinity);
  const missing = lineOf([1, 1], [2, null], [3, 3], [4, 4]);
  assert.deepEqual(
    loneVertices(verticesOf(missing, gapOf(missing))).map(({ x }) => x),
    [1],
  );
  assert.equal(hasRepeats(line), false);
  assert.equal(hasRepeats({ start: [1, 5], end: [1, 6], rows: [2, 2] }), true);
});

test('the initial columns are those of the same quantity, else the first few', () => {
  const names = ['York.Warmest.C.avg', 'York.Warmest.C.max', 'Paris.Rain.mm.avg', 'Paris.Warmest.C.avg'];
  assert.deepEqual(initialColumns(names), ['York.Warmest.C.avg', 'Paris.Warmest.C.avg']);
  assert.deepEqual(initialColumns(['a', 'b', 'c', 'd', 'e']), ['a', 'b', 'c', 'd']);
  assert.deepEqual(initialColumns(['A.Depth.m', 'A.Rain.mm']), ['A.Depth.m', 'A.Rain.mm']);
});

test('columns of one unit share an axis unless one would look flat', () => {
  const column = (name: string, ...y: readonly (number | null)[]): Measured => ({ measured: name, y });
  const panels = (...columns: readonly Measured[]): unknown =>
    panelsOf(columns).map(({ unit, series }) => [unit, ...series.map(({ measured }) => measured)]);
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

test('a unit is the last part of the name of a series, or in brackets', () => {
  const units = ['A.Water.C.avg', 'A.Rain.mm', 'depth (m)', 'speed [m/s]', 'plain', 'a.b', 'f(x) twice'].map(unitOf);
  assert.deepEqual(units, ['C', 'mm', 'm', 'm/s', '', '', '']);
});

test('a plot is stated in a comment of its query, and read back', () => {
  const plot: PlotStatement = {
    ...{ kind: 'area', x: 'at', ys: ['a "b"', 'c'], by: 'site', groups: ['x', null], range: { low: 1, high: 2.5 } },
    ...{ overlay: '12', events: { path: '/e.csv', time: 'at', label: 'what' }, measure: 'mean' },
  };
  const sql = 'SELECT 1 -- not a plot: 5\nFROM t';
  const stated = withPlot(sql, plot);
  assert.deepEqual(statedPlot(stated), plot);
  assert.equal(withoutPlot(stated), sql);
  assert.equal(withoutPlot(withPlot(stated, { kind: 'bar' })), sql);
  assert.equal(statedPlot(sql), undefined);
  // `$&` has a meaning in replacements.
  assert.match(withPlot(stated, { x: '$&' }), /"x":"\$&"/);
  for (const [text, message] of [
    ['{"kind": "pie"}', /"kind" has no meaning/],
    ['{"colour": 1, "x": 5}', /"colour", "x" has no meaning/],
    ['{"range": [3, 1]}', /"range"/],
    ['{"ys": ["a", 1]}', /"ys"/],
    ['[1]', /expected an object/],
    ['{"x": ', /JSON|Unexpected/],
  ] as const) {
    const wrong = statedPlot(`-- plot: ${text}\nSELECT 1`);
    assert.ok(wrong !== undefined && 'error' in wrong, text);
    assert.match(wrong.error, message);
  }
});

test('the comment of a plot is not the title of its query', () => {
  assert.equal(queryTitle(withPlot('-- Daily means\nSELECT 1', { kind: 'bar' })), 'Daily means');
  assert.equal(queryTitle(withPlot('SELECT 1', { kind: 'bar' })), 'SELECT 1');
});

test('the visible range is zoomed around a position, and stays inside the whole', () => {
  const whole = { low: 0, high: 100 };
  assert.deepEqual(zoomed(whole, 0.5, 20), { low: 10, high: 60 });
  assert.deepEqual(panned({ low: 10, high: 20 }, 0.5), { low: 15, high: 25 });
  assert.deepEqual(within({ low: 95, high: 115 }, whole), { low: 80, high: 100 });
  assert.deepEqual(within({ low: -5, high: 15 }, whole), { low: 0, high: 20 });
  assert.equal(within({ low: -50, high: 150 }, whole), undefined);
  const before = { low: 1e15, high: 1e15 + 1e5 };
  assert.equal(within({ low: 1e15, high: 1e15 + 1e-3 }, { low: 0, high: 2e15 }, before), before);
});

test('the ticks of whole numbers are whole numbers, and those of any range have room', () => {
  assert.deepEqual(wholeTicks({ low: 2011.5, high: 2014.2 }, 10), [2012, 2013, 2014]);
  assert.deepEqual(wholeTicks({ low: 1990, high: 2024 }, 4), [1990, 2000, 2010, 2020]);
  assert.deepEqual(wholeTicks({ low: -7, high: 12 }, 6), [-5, 0, 5, 10]);
  assert.deepEqual(wholeTicks({ low: 2012.2, high: 2012.8 }, 10), []);
  assert.equal(wholeTicks({ low: 0, high: 9e15 }, 3).length, 2);
  const columns = [
    { name: 'year', type: 'BIGINT' },
    { name: 'Timestamp', type: 'BIGINT' },
    { name: 'depth', type: 'DOUBLE' },
  ];
  const values = ['year', 'Timestamp', 'depth', 'lost'].map((name) => xValuesOf(columns, name));
  assert.deepEqual(values, ['whole numbers', 'times', 'numbers', 'numbers']);
});

test('many series are split into requests, each of which the server takes', () => {
  const ys = Array.from({ length: 500 }, (_, index) => `c${index}`);
  const all = requestsOf({ kind: 'line', x: 'at', ys }, { across: 900, down: 400, isTime: true });
  assert.deepEqual(
    all.flatMap((request) => ('ys' in request ? request.ys : [])),
    ys,
  );
  assert.ok(all.every((request) => 'ys' in request && request.ys.length <= 16));
  const groups = Array.from({ length: 24 }, String);
  const grouped = requestsOf(
    { kind: 'scatter', x: 'at', ys: ['a', 'b', 'c'], by: 'site', groups },
    { across: 9000, down: 4000, isTime: false },
  );
  for (const request of grouped) {
    assert.ok(request.kind === 'points' && request.ys.length * groups.length <= 64);
    assert.ok(request.cells.across * request.cells.down <= 100_000);
  }
});

test('a point of a plot stands for the rows of its series there, the nearer extreme first', () => {
  const style = { name: 'v', color: 'red', dashed: false };
  const low = drawnLine({ ...lineOf([1, 5], [2, 6]), column: 'low' }, style, undefined);
  const high = drawnLine({ ...lineOf([1, 50], [2, 60]), group: 'A' }, { ...style, dashed: true }, '7');
  assert.deepEqual(readingAt(high, 1.9), { start: 2, end: 2, low: 60, high: 60, rows: 1 });
  const panel = { series: [low, high], yOf: (value: number) => 100 - value };
  const found = rowsAt({ panel, x: 1.9, pixel: 0.1, top: 45 });
  assert.equal(found?.series, high);
  const at = { x: column('at', 'TIMESTAMP WITH TIME ZONE'), y: column('v', 'DOUBLE'), by: 'site' };
  const rows = { ...found, start: Date.UTC(2026, 4, 1) + 0.25, end: Date.UTC(2026, 4, 2) };
  assert.deepEqual(viewOfPoint({ sort: [], filters: [] }, rows, at), {
    sort: [{ column: 'v', descending: true }],
    filters: [
      ...[
        { column: 'at', kind: 'between', low: '2026-05-01 00:00:00.000250+00', high: '2026-05-02 00:00:00.000000+00' },
      ],
      ...[{ column: 'v', kind: 'present' }],
      ...[{ column: 'site', kind: 'values', values: ['A'] }],
    ],
  });
  const whole = viewOfPoint(
    { sort: [], filters: [] },
    { ...rows, start: 0.5, end: 3.5 },
    { ...at, x: column('n', 'INTEGER') },
  );
  assert.deepEqual(whole.filters[0], { column: 'n', kind: 'between', low: '1', high: '3' });
});

test('the line of a row is known where each row is a line', () => {
  const text = { headerLine: 2, unitsLine: 3, encoding: 'UTF-8', laterHeaderLines: [], skipped: [] };
  const facts = {
    reader: 'csv',
    rowCount: 2,
    text: { ...text, delimiter: ',', quote: '"', lineEnds: [], dates: null },
  } as const;
  const content = new TextEncoder().encode('note\na,b\nm,s\n1,2\r\n3,4\n');
  assert.equal(lineOfRow(content, facts, 1), 5);
  assert.equal(lineOfRow(content, { ...facts, rowCount: 1 }, 0), undefined);
  assert.equal(lineOfRow(content, { ...facts, text: { ...facts.text, encoding: 'UTF-16LE' } }, 0), undefined);
  assert.equal(lineOfRow(content, { ...facts, reader: 'parquet', text: null }, 0), undefined);
  const lines = new TextEncoder().encode('{"a":1}\n{"a":2}');
  assert.equal(lineOfRow(lines, { reader: 'json', rowCount: 2, text: null }, 1), 2);
});

test('labels of events are in the first row where they cover no other, and left out where none has room', () => {
  const at = (...lefts: readonly number[]) => labelRows(lefts.map((left) => ({ left, width: 50 })));
  assert.deepEqual(at(), []);
  assert.deepEqual(at(0, 100, 200), [[0, 1, 2]]);
  assert.deepEqual(at(0, 20, 60, 70), [[0, 2], [1], [3]]);
  assert.deepEqual(at(0, 1, 2, 3, 60), [[0, 4], [1], [2]]);
});
