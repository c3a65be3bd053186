/** Views of a table against a plain model of it: the same rows as Parquet files, read in place, and as a kept result. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { isPondError } from '../../server/src/base/error.ts';
import { openDatabase } from '../../server/src/duckdb/database.ts';
import { type WorkerTable } from '../../server/src/sandbox/tableTypes.ts';
import { type CellFacts, type ColumnFilter, type TableView } from '../../server/src/protocol/tableViews.ts';
import { parquetReading } from '../../server/src/sandbox/formats.ts';
import { openHostDisk } from '../../server/src/storage/hostDisk.ts';
import { makeTemporaryDirectory } from '../support/temporaryDirectory.ts';
import { QueryOperations } from '../../server/src/worker/queryOperations.ts';
import { seeds } from '../support/proof.ts';
import { randomOf } from '../support/random.ts';
import {
  modelCells,
  modelMatchCounts,
  type ModelRow,
  modelSearch,
  modelSql,
  modelView,
  randomView,
  rowsOfModel,
} from '../support/tableModel.ts';
import { anySql } from '../support/anySql.ts';

const temporary = makeTemporaryDirectory('duckpond-test');
const never = new AbortController().signal;
const everything: TableView = { sort: [], filters: [] };
/** More rows than a window reads without the order of its view, over several files. */
const model = rowsOfModel(randomOf(7), 3000);
const cut = [0, 1, 1700, 3000];

let operations: QueryOperations;
const tables: { name: string; table: WorkerTable }[] = [];

before(async () => {
  const settings = { memoryLimitBytes: 256 * 1024 ** 2, threads: 2, spillDirectory: temporary.path };
  operations = await QueryOperations.open(settings, openHostDisk);
  const database = await openDatabase();
  const connection = await database.connect();
  const write = async (name: string, rows: readonly ModelRow[]) => {
    const hostPath = join(temporary.path, name);
    await connection.run(anySql(`COPY (${modelSql(rows)}) TO '${hostPath}' (FORMAT parquet)`));
    return { hostPath, sizeBytes: 0, pondPath: `/${name}`, reading: parquetReading };
  };
  const one = await write('one.parquet', model);
  const several = [];
  for (const [index, start] of cut.slice(0, -1).entries())
    several.push(await write(`part${index}.parquet`, model.slice(start, cut[index + 1])));
  connection.close();
  database.close();
  const spec = { files: [], tables: [], views: [], tablesKey: '' };
  const statement = { query: modelSql(model), explain: undefined };
  const { result } = await operations.run({ spec, statement, parameters: [] }, never);
  tables.push({ name: 'a file', table: { files: [one] } });
  tables.push({ name: 'several files', table: { files: several } });
  tables.push({ name: 'a result', table: { result } });
});
after(() => temporary.remove());

const rowsOf = async (table: WorkerTable, view: TableView, start: number, count: number) => {
  const window = { start, count };
  const { columns } = await operations.tables.tableRows({ table, view, window }, never);
  return (columns[0] ?? []).map((_, row) => columns.map((column) => column[row] ?? null));
};

for (const seed of seeds(6)) {
  test(`rows, number and matches of random views are those of the model (seed ${seed})`, async () => {
    const random = randomOf(seed);
    for (const { name, table } of tables) {
      const view = randomView(random, model);
      const expected = modelView(model, view);
      const what = `${name} ${JSON.stringify(view)}`;
      assert.equal(await operations.tables.tableCount({ table, view }, never), expected.length, what);
      for (const start of [0, 150, 1950, 2700, Math.max(0, expected.length - 20)]) {
        const rows = await rowsOf(table, view, start, 100);
        assert.deepEqual(
          rows,
          expected.slice(start, start + 100).map(({ texts }) => [...texts]),
          `${what} at ${start}`,
        );
      }
      const columns = ['text', 'whole'];
      const text = ['a', '1', 'É', 'zz'][random(4)] ?? '';
      const cell = { row: random(200) - 1, column: random(2), backward: random(2) === 0 };
      const found = await operations.tables.findInTable({ table, view, match: { text, columns }, start: cell }, never);
      assert.deepEqual(
        found,
        modelSearch(expected, { text, columns }, cell),
        `${what} ${text} ${JSON.stringify(cell)}`,
      );
      if (found === null) continue;
      const at = { row: found.row, column: columns.indexOf(found.column) };
      const counts = await operations.tables.countMatches({ table, view, match: { text, columns }, at }, never);
      assert.deepEqual(counts, modelMatchCounts(expected, { text, columns }, at), `${what} ${text}`);
    }
  });
}

test('facts about cells of random views are those of the model', async () => {
  for (const seed of seeds(4)) {
    const random = randomOf(seed);
    const view = randomView(random, model);
    const start = random(2500);
    for (const rows of [undefined, { start: 0, end: 150 }, { start, end: start + 400 }]) {
      const shown = modelView(model, view).slice(rows?.start, rows?.end);
      const columns = ['text', 'whole', 'number', 'time', 'exact'].slice(random(5));
      for (const { name, table } of tables) {
        const range = { columns, ...(rows && { rows }) };
        const facts = await operations.tables.cellFacts({ table, view, range }, never);
        checkCells(facts, modelCells(shown, columns), `${name} ${JSON.stringify([seed, view, range])}`);
      }
    }
  }
});

/** Compares facts with those of the model, whose sums of doubles are in another order. */
function checkCells(
  { numbers, times, ...counts }: CellFacts,
  expected: ReturnType<typeof modelCells>,
  what: string,
): void {
  assert.deepEqual(counts, expected.counts, what);
  const finite = expected.numbers.map(Number);
  assert.equal(numbers?.count ?? 0, finite.length, what);
  assert.deepEqual([times?.first, times?.last], [expected.times[0], expected.times.at(-1)], what);
  if (numbers === undefined) return;
  const sum = finite.reduce((all, each) => all + each, 0);
  const tolerance = 1e-9 * finite.reduce((all, each) => all + Math.abs(each), 0);
  assert.ok(Math.abs(Number(numbers.sum) - sum) <= tolerance, `${what}: ${numbers.sum} is ${sum}`);
  assert.ok(Math.abs(Number(numbers.mean) * finite.length - sum) <= tolerance, what);
  assert.deepEqual([Number(numbers.min), Number(numbers.max)], [Math.min(...finite), Math.max(...finite)], what);
}

test('facts about each column are those of the model', async () => {
  for (const { name, table } of tables) {
    const filters: readonly ColumnFilter[] = [{ column: 'flag', kind: 'present' }];
    const view = { sort: [], filters };
    const rows = modelView(model, view);
    for (const [index, column] of ['whole', 'number', 'text', 'time', 'flag', 'exact'].entries()) {
      const facts = await operations.tables.tableSummary({ table, view, column, topMax: 3 }, never);
      const present = rows.map(({ texts }) => texts[index] ?? null).filter((text) => text !== null);
      const counts = new Map<string, number>();
      for (const text of present) counts.set(text, (counts.get(text) ?? 0) + 1);
      const what = `${column} of ${name}`;
      assert.deepEqual([facts.rows, facts.missing], [rows.length, rows.length - present.length], what);
      assert.deepEqual([facts.distinct, facts.isEstimated], [counts.size, false], what);
      const top = [...counts]
        .sort(([a, m], [b, n]) => n - m || compareValues(a, b, facts.numbers !== undefined))
        .slice(0, 3);
      assert.deepEqual(
        facts.top,
        top.map(([value, count]) => ({ value, rows: count })),
        what,
      );
      const finite = present.filter((text) => !/^(nan|-?inf(inity)?)$/.test(text));
      const inBars = facts.histogram.reduce((sum, bar) => sum + bar.rows, 0);
      assert.equal(inBars, column === 'text' || column === 'flag' ? 0 : finite.length, what);
      if (facts.numbers === undefined) continue;
      const mean = finite.reduce((sum, text) => sum + Number(text), 0) / finite.length;
      assert.ok(Math.abs(Number(facts.numbers.mean) - mean) <= Math.abs(mean) * 1e-9, what);
      assert.equal(facts.numbers.notFinite, present.length - finite.length, what);
    }
  }
});

test('the times of a column have a step, gaps and duplicates', async () => {
  const spec = { files: [], tables: [], views: [], tablesKey: '' };
  const query = `SELECT * FROM (VALUES (TIMESTAMP '2026-01-01 00:00:00', 1767225600), ('2026-01-01 00:10:00', 1767226200),
    ('2026-01-01 00:20:00', 1767226800), ('2026-01-01 00:20:00', 1767226800), ('2026-01-01 02:00:00', 1767232800),
    ('infinity', NULL)) t(time, "Timestamp")`;
  const { result } = await operations.run({ spec, statement: { query, explain: undefined }, parameters: [] }, never);
  for (const column of ['time', 'Timestamp']) {
    const request = { table: { result }, view: everything, column, topMax: 0 };
    assert.deepEqual((await operations.tables.tableSummary(request, never)).times, {
      ...{ stepSeconds: 600, gaps: 1, longestGapSeconds: 6000, longestGapFrom: '2026-01-01 00:20:00', duplicates: 1 },
    });
  }
});

/** Compares two values by their texts as DuckDB does, to which NaN is the greatest number. */
function compareValues(a: string, b: string, areNumbers: boolean): number {
  if (!areNumbers) return Buffer.compare(Buffer.from(a), Buffer.from(b));
  const [x, y] = [Number(a.replace('inf', 'Infinity')), Number(b.replace('inf', 'Infinity'))];
  if (Number.isNaN(x) || Number.isNaN(y)) return Number(Number.isNaN(x)) - Number(Number.isNaN(y));
  return x < y ? -1 : Number(x > y);
}

test('long texts are cut, columns are chosen, and names of a result differ', async () => {
  const spec = { files: [], tables: [], views: [], tablesKey: '' };
  const query = `SELECT repeat('ä', 50) AS a, 2 AS a, NULL AS b`;
  const { result } = await operations.run({ spec, statement: { query, explain: undefined }, parameters: [] }, never);
  const table = { result };
  assert.deepEqual(
    (await operations.tables.tableColumns({ table }))?.map(({ name }) => name),
    ['a', 'a_1', 'b'],
  );
  const window = { start: 0, count: 5, columns: ['b', 'a'], textMax: 3 };
  const { columns } = await operations.tables.tableRows({ table, view: everything, window }, never);
  assert.deepEqual(columns, [[null], ['äää…']]);
});

test('a view of unknown columns, or of values of another type, is refused with the reason', async () => {
  for (const { table } of tables) {
    for (const [filter, message] of [
      [{ column: 'Whole', kind: 'present' }, /expected a column of the table, got "Whole"/],
      [{ column: 'whole', kind: 'compare', operator: '<', value: '1; DROP' }, /takes INTEGER, got "1; DROP"/],
      [{ column: 'time', kind: 'between', low: '2026-01-01', high: "x' OR true --" }, /takes TIMESTAMP, got/],
      [{ column: 'text', kind: 'contains', text: 'a\0b' }, /NUL/],
    ] as const) {
      const counted = operations.tables.tableCount({ table, view: { sort: [], filters: [filter] } }, never);
      await assert.rejects(
        counted,
        (error: unknown) => isPondError(error, 'query-invalid') && message.test(error.message),
      );
    }
  }
});

test('a canceled request fails, and the next one of the same view succeeds', async () => {
  for (const { table } of tables) {
    const view: TableView = { sort: [{ column: 'text', descending: true }], filters: [] };
    const canceled = new AbortController();
    const window = { start: 2500, count: 10 };
    const first = operations.tables.tableRows({ table, view, window }, canceled.signal);
    const second = operations.tables.tableRows({ table, view, window }, never);
    canceled.abort();
    await assert.rejects(first, (error: unknown) => isPondError(error, 'cancelled'));
    assert.deepEqual((await second).columns[0]?.length, 10);
  }
});
