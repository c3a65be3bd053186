/** Facts about selected cells of types whose values DuckDB's own sums would round, or that have no sum. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type CellFacts } from '../../server/src/protocol/tableViews.ts';
import { compareDecimals, sumOfDecimals } from '../../server/src/sql/tables/decimals.ts';
import { openHostDisk } from '../../server/src/storage/hostDisk.ts';
import { makeTemporaryDirectory } from '../support/temporaryDirectory.ts';
import { QueryOperations } from '../../server/src/worker/queryOperations.ts';

const temporary = makeTemporaryDirectory('duckpond-test');
const never = new AbortController().signal;

let operations: QueryOperations;
before(async () => {
  const settings = { memoryLimitBytes: 256 * 1024 ** 2, threads: 2, spillDirectory: temporary.path };
  operations = await QueryOperations.open(settings, openHostDisk);
});
after(() => temporary.remove());

async function factsOf(query: string, columns: readonly string[]): Promise<CellFacts> {
  const spec = { files: [], tables: [], views: [], tablesKey: '' };
  const { result } = await operations.run({ spec, statement: { query, explain: undefined }, parameters: [] }, never);
  return await operations.tables.cellFacts(
    { table: { result }, view: { sort: [], filters: [] }, range: { columns } },
    never,
  );
}

test('integers and decimals of several columns are summed exactly', async () => {
  const query = `SELECT * FROM (VALUES (9223372036854775807, 0.10::DECIMAL(18,2)), (9223372036854775807, 0.25),
    (-1, NULL)) t(a, b)`;
  assert.deepEqual(await factsOf(query, ['a', 'b']), {
    ...{ cells: 6, missing: 1, notFinite: 0 },
    numbers: {
      ...{ count: 5, sum: '18446744073709551613.35', mean: '3689348814741910000' },
      ...{ min: '-1', max: '9223372036854775807' },
    },
  });
});

test('doubles are summed with the digits that they hold, and those that are not finite are counted', async () => {
  const query = `SELECT * FROM (VALUES (0.1::DOUBLE), (0.2), ('nan'), ('-inf'), (NULL)) t(a)`;
  assert.deepEqual(await factsOf(query, ['a']), {
    ...{ cells: 5, missing: 1, notFinite: 2 },
    numbers: { count: 2, sum: '0.3', mean: '0.15', min: '0.1', max: '0.2' },
  });
});

test('numbers beyond those that DuckDB sums exactly have exact ends', async () => {
  const large = '170141183460469231731687303715884105727';
  const { numbers } = await factsOf(`SELECT unnest([${large}::HUGEINT, ${large}, 1]) AS a`, ['a']);
  assert.deepEqual([numbers?.min, numbers?.max, numbers?.sum], ['1', large, '3.40282366920938e+38']);
});

test('times of several types have a first, a last and a span', async () => {
  const query = `SELECT * FROM (VALUES (DATE '2026-01-02', 1767225600, TIMESTAMPTZ '2026-01-01 12:00:00+02'),
    ('infinity', 1767225661.5, NULL)) t(day, "Timestamp", zoned)`;
  assert.deepEqual(await factsOf(query, ['day', 'Timestamp', 'zoned']), {
    ...{ cells: 6, missing: 1, notFinite: 1 },
    times: { count: 4, first: '2026-01-01 00:00:00', last: '2026-01-02', spanSeconds: 86_400 },
  });
});

test('cells of other types are counted, and a view without cells has no numbers', async () => {
  const query = `SELECT * FROM (VALUES ('12', [1]), (NULL, [2, 3])) t(a, b)`;
  assert.deepEqual(await factsOf(query, ['a', 'b']), { cells: 4, missing: 1, notFinite: 0 });
  assert.deepEqual(await factsOf('SELECT 1 AS a WHERE false', ['a']), { cells: 0, missing: 0, notFinite: 0 });
  assert.deepEqual(await factsOf('SELECT 1 AS a', []), { cells: 0, missing: 0, notFinite: 0 });
});

test('decimals are added and compared by their digits', () => {
  assert.equal(sumOfDecimals([]), '0');
  assert.equal(sumOfDecimals(['-0.05', '0.01']), '-0.04');
  assert.equal(sumOfDecimals(['-1', '0.999']), '-0.001');
  assert.ok(compareDecimals('-2', '-1.5') < 0);
  assert.ok(compareDecimals('9007199254740993', '9007199254740992.9') > 0);
  assert.equal(compareDecimals('1.50', '1.5'), 0);
});
