/** Tables in the order of their key, which are compared range by range, have the same differences as any others. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { type ComparedTable, type Result } from '../../server/src/protocol/commands.ts';
import { newPondHost, type PondHost } from '../support/commandHost.ts';
import { seeds } from '../support/proof.ts';
import { randomOf } from '../support/random.ts';

const whole = { sort: [], filters: [] };

/** Writes the rows of a query to a Parquet file of the pond. */
async function save(host: PondHost, path: string, sql: string): Promise<void> {
  const { source } = await host.run('openTable', { table: { sql } });
  await host.run('saveTable', { source, view: whole, format: 'parquet', path, overwrite: true });
}

interface Compared {
  readonly key: readonly string[];
  readonly all: boolean;
}

/** The differences with their counts, or the code of the error; `windows` are the first rows that are compared. */
async function differences(
  host: PondHost,
  [before, after]: readonly [ComparedTable, ComparedTable],
  { key, all }: Compared,
  windows: readonly number[] = [0],
) {
  const opened = await host.run('openTableDiff', { before, after, key, all }).catch((error: unknown) => error);
  if (opened instanceof Error) return { refused: 'code' in opened ? opened.code : opened.message };
  const { source, diffColumns, changeColumn, cellsColumn, rowsBefore, rowsAfter } = opened as Result<'openTableDiff'>;
  assert.ok('resultId' in source);
  const { rowCount } = await host.run('tableCount', { source, view: whole });
  const { resultId } = source;
  const counts = await host.run('diffCounts', { resultId, columns: diffColumns.length });
  const old = diffColumns.map((column, index) => (counts.values[index] === 0 ? changeColumn : column.old!));
  const columns = [changeColumn, cellsColumn, ...diffColumns.map(({ name }) => name), ...old];
  const rows = [];
  for (const start of windows)
    rows.push(await host.run('tableRows', { source, view: whole, start, count: 400, columns }));
  await host.run('release', { resultId });
  return { rowCount, rowsBefore, rowsAfter, counts, rows };
}

/** Compares two tables in the order of the key with the same tables as queries, whose order proves nothing. */
async function assertSame(
  host: PondHost,
  compared: Compared,
  windows?: readonly number[],
  [before, after]: readonly [string, string] = ['/before.parquet', '/after.parquet'],
): Promise<void> {
  const files = await differences(host, [{ path: before }, { path: after }], compared, windows);
  const queries = await differences(host, [{ sql: `FROM "${before}"` }, { sql: `FROM "${after}"` }], compared, windows);
  assert.deepEqual(files, queries);
}

/** Keys of a type: some twice, some NULL, some as unusual as the type has them. */
const keyTypes: Readonly<Record<string, (value: number) => string>> = {
  BIGINT: (value) => String(value * 3),
  DOUBLE: (value) => (value > 38 ? `'nan'::DOUBLE` : value === 0 ? '-0.0' : `${value}.25`),
  VARCHAR: (value) => `'${['', 'é', "''", 'Z'][value % 4]}${String(value).padStart(3, '0')}'`,
  TIMESTAMP: (value) => `TIMESTAMP '1969-12-31 23:59:50' + INTERVAL (${value}) SECOND`,
  'DECIMAL(38,2)': (value) => `${value}.05::DECIMAL(38,2)`,
};

for (const seed of seeds(2)) {
  test(`the order of the key changes nothing, with NULL, NaN, equal keys and empty tables: seed ${seed}`, async (t) => {
    const random = randomOf(seed);
    const host = await newPondHost(t);
    for (const [type, keyOf] of Object.entries(keyTypes)) {
      const [hasNull, hasEqual] = [random(3) === 0, random(2) === 0];
      const table = (share: number): string => {
        const row = (value: number): string => {
          const key = hasNull && random(12) === 0 ? 'NULL' : keyOf(hasEqual && random(12) === 0 ? value + 1 : value);
          return `(${key}, ${random(3)}, ${random(4) === 0 ? 'NULL' : random(3)}, [${random(2)}], {'a': ${random(2)}})`;
        };
        const rows = Array.from({ length: 40 }, (_, value) => value).filter(() => random(10) < share);
        const values = rows.length === 0 ? `(NULL, 0, 0, [0], {'a': 0})` : rows.map(row).join(', ');
        const none = rows.length === 0 ? 'WHERE false' : '';
        return `SELECT k::${type} AS k, x, v, list, s FROM (VALUES ${values}) AS t(k, x, v, list, s) ${none} ORDER BY k, x`;
      };
      await save(host, '/before.parquet', table(random(4) === 0 ? 0 : 8));
      await save(host, '/after.parquet', table(8));
      for (const key of [['k'], ['k', 'x']]) {
        for (const all of [false, true]) await assertSame(host, { key, all });
      }
    }
  });
}

async function largeTables(t: TestContext): Promise<PondHost> {
  const host = await newPondHost(t);
  const rows = `SELECT '2026-01-01'::TIMESTAMP + to_seconds(range) AS time, range % 2 AS site, range % 7 AS v FROM range(600000)`;
  await save(host, '/before.parquet', rows);
  const edited = `SELECT time, site, CASE WHEN epoch(time)::BIGINT % 1000 = 7 THEN v + 1 ELSE v END AS v FROM (${rows})
    WHERE epoch(time)::BIGINT % 100000 <> 3 UNION ALL SELECT time + INTERVAL 7 DAY, site, v FROM (${rows}) WHERE v = 6 AND site = 1`;
  await save(host, '/after.parquet', `FROM (${edited}) ORDER BY time`);
  return host;
}

test('large tables are compared range by range, and their first rows are shown before the others are kept', async (t) => {
  const host = await largeTables(t);
  for (const all of [false, true]) {
    for (const key of [['time'], ['time', 'site']]) await assertSame(host, { key, all }, [0, 2_000, 245_600, 599_900]);
  }
  const tables = { before: { path: '/before.parquet' }, after: { path: '/after.parquet' }, key: ['time'], all: true };
  const { counts, rowCount, source, diffColumns } = await host.run('openTableDiff', tables);
  assert.deepEqual([counts, rowCount], [null, null], 'it returns before all rows are compared');
  assert.ok(diffColumns.some(({ old }) => old !== null));
  assert.ok('resultId' in source);
  const { columns } = await host.run('tableRows', { source, view: whole, start: 0, count: 2, columns: ['time'] });
  assert.deepEqual(columns, [['2026-01-01 00:00:00', '2026-01-01 00:00:01']]);
  await host.run('release', { resultId: source.resultId });
  assert.equal((await host.run('query', { sql: 'SELECT 1 AS one' })).rowCount, 1, 'a released comparison ends');
});

test('series are compared with all of their files, also with those after the first range', async (t) => {
  const host = await newPondHost(t);
  const append = async (path: string, v: string): Promise<void> => {
    // Of the queries of the first range alone, the second file would be left out: its times are months later.
    for (const [from, to] of [
      [0, 260_000],
      [260_000, 515_000],
      [515_000, 520_000],
    ] as const) {
      const time = `'2026-01-01'::TIMESTAMP + to_minutes(range)`;
      const sql = `SELECT ${time} AS time, ${v} AS v FROM range(${from}, ${to})`;
      const { source } = await host.run('openTable', { table: { sql } });
      const file = join(host.folder, `${path.slice(1)}${from}.parquet`);
      await host.run('exportTable', { source, view: whole, format: 'parquet', file });
      await host.run('append', { sources: [file], path, time: 'time' });
    }
  };
  await append('/before', 'range % 7');
  await append('/after', 'range % 7 + (range % 1000 = 5)::INT');
  for (const all of [false, true]) {
    await assertSame(host, { key: ['time'], all }, [0, 400, 300_000, 519_900], ['/before', '/after']);
  }
});
