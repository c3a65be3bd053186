/** Plots of tables against pictures that are drawn from all rows. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { gapOf, verticesOf } from '../../client/vscode/webviews/plot/lineShape.ts';
import { isPondError } from '../../server/src/base/error.ts';
import { type PlotRequest, type PlotResult } from '../../server/src/protocol/plots.ts';
import { type WorkerTable } from '../../server/src/sandbox/tableTypes.ts';
import { type TableView } from '../../server/src/protocol/tableViews.ts';
import { openHostDisk } from '../../server/src/storage/hostDisk.ts';
import { makeTemporaryDirectory } from '../support/temporaryDirectory.ts';
import { QueryOperations } from '../../server/src/worker/queryOperations.ts';
import { extentsOf, type Extents, type ModelPoint, modelVertices } from '../support/plotModel.ts';
import { seeds } from '../support/proof.ts';
import { randomOf } from '../support/random.ts';

const temporary = makeTemporaryDirectory('duckpond-test');
const never = new AbortController().signal;
const everything: TableView = { sort: [], filters: [] };
let operations: QueryOperations;

before(async () => {
  const settings = { memoryLimitBytes: 256 * 1024 ** 2, threads: 2, spillDirectory: temporary.path };
  operations = await QueryOperations.open(settings, openHostDisk);
});
after(() => temporary.remove());

async function tableOf(query: string): Promise<WorkerTable> {
  const spec = { files: [], tables: [], views: [], tablesKey: '' };
  const { result } = await operations.run({ spec, statement: { query, explain: undefined }, parameters: [] }, never);
  return { result };
}

/** What a plot of a query draws. */
async function plotOf<K extends PlotRequest['kind']>(
  query: string,
  plot: Extract<PlotRequest, { kind: K }>,
  view = everything,
): Promise<Extract<PlotResult, { kind: K }>> {
  const result = await operations.tables.tablePlot({ table: await tableOf(query), view, plot }, never);
  assert.equal(result.kind, plot.kind);
  return result as Extract<PlotResult, { kind: K }>;
}

type Random = (count: number) => number;

/** The types of an x column, with the SQL of a whole number of units, and units in one of the axis. */
const axes = [
  { type: 'TIMESTAMP', of: (x: number) => `make_timestamp(${x * 1000}::BIGINT)` },
  { type: 'TIMESTAMP WITH TIME ZONE', of: (x: number) => `make_timestamp(${x * 1000}::BIGINT)` },
  { type: 'TIMESTAMP_MS', of: (x: number) => `make_timestamp(${x * 1000}::BIGINT)` },
  { type: 'TIMESTAMP_NS', of: (x: number) => `make_timestamp(${x * 1000}::BIGINT)` },
  { type: 'BIGINT', of: String },
  { type: 'DOUBLE', of: String },
  { type: 'DECIMAL(18,3)', of: String },
];

/** Rows at distinct places, in any order: steps, now and then a gap; values that are missing now and then. */
function randomPoints(random: Random): readonly ModelPoint[] {
  const step = 1 + random(50);
  let x = random(2000) - 1000;
  const points = Array.from({ length: 1 + random(400) }, () => {
    x += random(40) === 0 ? step * (5 + random(100)) : random(3) === 0 ? step * 2 : step;
    const y = random(8) === 0 ? null : random(12) === 0 ? random(4000) - 2000 : random(100);
    return { x, y };
  });
  return random(2) === 0 ? points : points.toSorted(() => random(3) - 1);
}

const unusual = [`'nan'`, `'infinity'`, `'-infinity'`, 'NULL'];

function sqlOf(random: Random, points: readonly ModelPoint[], axis: (typeof axes)[number]): string {
  const rows = points.map(({ x, y }) => {
    const value = y === null ? (unusual[random(unusual.length)] ?? 'NULL') : `${y}`;
    return `(${axis.of(x)}::${axis.type}, ${value}::DOUBLE)`;
  });
  return `SELECT * FROM (VALUES ${rows.join(', ')}) t(x, y)`;
}

function sameExtents(drawn: Extents, expected: Extents, what: string): void {
  for (const [column, extent] of expected.entries()) {
    const found = drawn[column];
    assert.equal(found === undefined, extent === undefined, `${what}: column ${column}`);
    for (const side of [0, 1] as const)
      assert.ok(Math.abs((found?.[side] ?? 0) - (extent?.[side] ?? 0)) < 1e-6, `${what}: column ${column}`);
  }
}

for (const seed of seeds(12)) {
  test(`a reduced line covers the pixels of a line through all rows (seed ${seed})`, async () => {
    const random = randomOf(seed);
    const points = randomPoints(random);
    const axis = axes[random(axes.length)] ?? axes[0]!;
    const xs = points.map(({ x }) => x);
    const table = await tableOf(sqlOf(random, points, axis));
    for (let round = 0; round < 4; round++) {
      const low = Math.min(...xs) - 5 + random(500);
      const range = round === 0 ? undefined : { low, high: low + 1 + random(1500) };
      const pixels = 1 + random(120);
      const request = { kind: 'lines', x: 'x', ys: ['y'], pixels, ...(range && { range }) } as const;
      const result = await operations.tables.tablePlot({ table, view: everything, plot: request }, never);
      assert.ok(result.kind === 'lines' && result.range !== null);
      const [line] = result.series;
      assert.ok(line);
      const whole = { low: Math.min(...xs), high: Math.max(...xs) };
      assert.deepEqual(result.range, range ?? whole);
      const gap = gapOf(line);
      // One row has no width; there is nothing to compare columns of.
      if (result.range.high === result.range.low) continue;
      const picture = { ...result.range, pixels };
      const what = `${axis.type} ${JSON.stringify(picture)}`;
      const expected = extentsOf(modelVertices(points, picture, gap), picture);
      sameExtents(extentsOf(verticesOf(line, gap), picture), expected, what);
      const inside = xs.filter((x) => x >= picture.low && x <= picture.high);
      assert.equal(result.rows, inside.length, what);
      assert.equal(result.skipped, 0);
    }
  });
}

test('lines by the values of a column, of several columns, and of filtered rows', async () => {
  const query = `SELECT i AS x, i % 3 AS a, i * 2.5 AS b, CASE i % 4 WHEN 0 THEN 'p' WHEN 1 THEN 'q' WHEN 2 THEN NULL ELSE 'r' END AS site
    FROM range(1000) t(i)`;
  const ys = ['a', 'b'];
  const by = { column: 'site', values: ['p', null] };
  const result = await plotOf<'lines'>(query, { kind: 'lines', x: 'x', ys, by, pixels: 10 });
  assert.deepEqual(
    result.series.map(({ column, group, rows }) => [column, group, rows.reduce((sum, n) => sum + n, 0)]),
    [
      ['a', 'p', 250],
      ['b', 'p', 250],
      ['a', null, 250],
      ['b', null, 250],
    ],
  );
  const view: TableView = { sort: [], filters: [{ column: 'x', kind: 'compare', operator: '<', value: '100' }] };
  const filtered = await plotOf<'lines'>(query, { kind: 'lines', x: 'x', ys: ['b'], pixels: 10 }, view);
  assert.deepEqual([filtered.range, filtered.rows], [{ low: 0, high: 99 }, 100]);
  const many = Array.from({ length: 20 }, (_, index) => `i + ${index} AS c${index}`).join(', ');
  const names = Array.from({ length: 20 }, (_, index) => `c${index}`);
  const wide = await plotOf<'lines'>(`SELECT i AS x, ${many} FROM range(50) t(i)`, {
    ...{ kind: 'lines', x: 'x', pixels: 4 },
    ys: names,
  });
  assert.deepEqual(
    wide.series.map(({ column, first }) => [column, first[0]]),
    names.map((name, index) => [name, index]),
  );
});

test('rows without an x are not drawn, and counted', async () => {
  const times = `SELECT * FROM (VALUES (TIMESTAMP '2026-01-01', 1), ('infinity', 2), (NULL, 3), ('2026-01-02', 4)) t(x, y)`;
  const lines = await plotOf<'lines'>(times, { kind: 'lines', x: 'x', ys: ['y'], pixels: 10 });
  assert.deepEqual([lines.rows, lines.skipped], [2, 2]);
  assert.deepEqual(lines.range, { low: Date.UTC(2026, 0, 1), high: Date.UTC(2026, 0, 2) });
  const numbers = `SELECT * FROM (VALUES ('nan'::DOUBLE, 1), ('inf', 2), (0.5, 3)) t(x, y)`;
  const histogram = await plotOf<'histogram'>(numbers, { kind: 'histogram', x: 'x', bins: 3 });
  assert.deepEqual([histogram.rows, histogram.skipped, histogram.counts], [1, 2, [1, 0, 0]]);
  for (const empty of ['SELECT 1 AS x, 2 AS y WHERE false', 'SELECT NULL::DATE AS x, 2 AS y']) {
    const none = await plotOf<'lines'>(empty, { kind: 'lines', x: 'x', ys: ['y'], pixels: 10 });
    assert.deepEqual([none.range, none.series, none.rows], [null, [], 0]);
  }
  const dates = `SELECT DATE '2026-01-01' + i::INTEGER AS x, i AS y FROM range(31) t(i)`;
  const range = { low: Date.UTC(2026, 0, 3, 12), high: Date.UTC(2026, 0, 5) };
  const days = await plotOf<'lines'>(dates, { kind: 'lines', x: 'x', ys: ['y'], pixels: 3, range });
  assert.deepEqual([days.rows, days.series[0]?.first], [2, [1, 3, 4, 5]]);
  const seconds = `SELECT 1767225600 + i * 600 AS "Timestamp", i AS y FROM range(10) t(i)`;
  const series = await plotOf<'lines'>(seconds, { kind: 'lines', x: 'Timestamp', ys: ['y'], pixels: 3 });
  assert.equal(series.range?.low, Date.UTC(2026, 0, 1));
});

test('each finite point is in a cell of the grid', async () => {
  const query = `SELECT i AS x, CASE i WHEN 7 THEN 'nan'::DOUBLE WHEN 8 THEN NULL ELSE i % 10 END AS y FROM range(1000) t(i)`;
  const cells = { across: 20, down: 5 };
  const { series, rows } = await plotOf<'points'>(query, { kind: 'points', x: 'x', ys: ['y'], cells });
  const [points] = series;
  assert.equal(rows, 1000);
  assert.equal(
    points?.points.reduce((sum, n) => sum + n, 0),
    998,
  );
  assert.ok(points.x.length <= 21 * 6 && points.x.length >= 90);
  const range = { low: 100, high: 102 };
  const near = await plotOf<'points'>(query, { kind: 'points', x: 'x', ys: ['y'], cells, range });
  assert.deepEqual([near.rows, near.series[0]?.x, near.series[0]?.y], [3, [100, 101, 102], [0, 1, 2]]);
});

test('histograms, bars and roses count every row', async () => {
  const query = `SELECT i AS n, i % 7 AS k, TIMESTAMP '2025-01-15' + INTERVAL (i) DAY AS day, (i * 45) % 360 AS dir,
    CASE WHEN i % 10 = 0 THEN 0 ELSE i % 6 + 0.5 END AS speed FROM range(730) t(i)`;
  const histogram = await plotOf<'histogram'>(query, { kind: 'histogram', x: 'n', bins: 10 });
  assert.deepEqual(histogram.counts, Array(10).fill(73));
  const values = await plotOf<'bars'>(query, { kind: 'bars', x: 'k', measure: 'rows', most: 5 });
  assert.deepEqual([values.bars[0], values.bars.length, values.others], [{ value: '0', height: 105 }, 5, 2]);
  const months = await plotOf<'bars'>(query, { kind: 'bars', x: 'day', y: 'n', measure: 'max', most: 100 });
  assert.deepEqual([months.unit, months.bars.length], ['week', 100]);
  assert.equal(months.bars.at(-1)?.height, 729);
  const rose = await plotOf<'rose'>(query, { kind: 'rose', direction: 'dir', speed: 'speed', sectors: 8 });
  const counted = rose.counts.flat().reduce((sum, n) => sum + n, 0);
  assert.deepEqual([counted + rose.calms, rose.rows, rose.skipped], [730, 730, 0]);
  assert.equal(rose.calms, 73);
  assert.ok(rose.counts.every((sector) => sector.reduce((sum, n) => sum + n, 0) > 60));
  const turned = `SELECT * FROM (VALUES (-10, 1), (350, 1), (710, 1), (22, 1), (23, 1), (NULL, 1), (5, NULL), (5, -1)) t(d, s)`;
  const sides = await plotOf<'rose'>(turned, { kind: 'rose', direction: 'd', speed: 's', sectors: 8 });
  assert.deepEqual(
    sides.counts.map((sector) => sector.reduce((sum, n) => sum + n, 0)),
    [4, 1, 0, 0, 0, 0, 0, 0],
  );
  assert.equal(sides.skipped, 3);
});

test('a plot of unfit columns or sizes is refused with the reason, and a canceled one ends', async () => {
  const table = await tableOf(`SELECT i AS x, 'a' AS text, DATE '2026-01-01' AS day FROM range(10) t(i)`);
  for (const [plot, message] of [
    [{ kind: 'lines', x: 'text', ys: ['x'], pixels: 5 }, /expected numbers or times in the column text, got VARCHAR/],
    [{ kind: 'lines', x: 'x', ys: ['day'], pixels: 5 }, /expected numbers in the column day, got DATE/],
    [{ kind: 'lines', x: 'X', ys: ['x'], pixels: 5 }, /expected a column of the table, got "X"/],
    [{ kind: 'lines', x: 'x', ys: ['x'], pixels: 1e9 }, /expected 1 to 8192 pixels/],
    [{ kind: 'histogram', x: 'x', bins: 0.5 }, /expected 1 to 1000 bins/],
    [{ kind: 'lines', x: 'x', ys: ['x'], pixels: 5, range: { low: 3, high: 2 } }, /expected a range/],
  ] as const) {
    await assert.rejects(
      operations.tables.tablePlot({ table, view: everything, plot }, never),
      (error: unknown) => isPondError(error, 'query-invalid') && message.test(error.message),
    );
  }
  const canceled = new AbortController();
  const plot = { kind: 'lines', x: 'x', ys: ['x'], pixels: 5 } as const;
  const plotted = operations.tables.tablePlot({ table, view: everything, plot }, canceled.signal);
  canceled.abort();
  await assert.rejects(plotted, (error: unknown) => isPondError(error, 'cancelled'));
});
