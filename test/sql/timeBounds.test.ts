/** Queries over a series open only versions with times that they ask for, and have the same rows. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { analyze } from '../../server/src/sandbox/analysis.ts';
import { openHostDisk } from '../../server/src/storage/hostDisk.ts';
import { versionsFor } from '../../server/src/sql/versionsFor.ts';
import { newPondHost, type PondHost } from '../support/commandHost.ts';
import { testConnection } from '../support/connection.ts';
import { openPond } from '../support/pond.ts';
import { seeds } from '../support/proof.ts';
import { randomOf } from '../support/random.ts';

type Random = (count: number) => number;

const oneOf = <T>(random: Random, all: readonly T[]): T => all[random(all.length)]!;
const pair = (value: number): string => String(value).padStart(2, '0');

/** A series of a version for each month, in no order; the second half has a column more, and one version no times. */
async function newSeries(t: TestContext): Promise<PondHost> {
  const host = await newPondHost(t);
  const months = [3, 1, 2, 12, 7, 4, 6, 5, 9, 8, 11, 10];
  const sources = months.map((month, index) => {
    const path = join(host.folder, `${month}.csv`);
    const hasMore = index >= 6;
    const rows = [1, 10, 28].map(
      (day) => `2024-${pair(month)}-${pair(day)} 12:00:00,${(month + day / 100).toFixed(2)}`,
    );
    const lines = [...rows, `,${month}`].map((row) => (hasMore ? `${row},${index}` : row));
    writeFileSync(path, `time,level${hasMore ? ',ph' : ''}\n${lines.join('\n')}\n`);
    return path;
  });
  await host.run('append', { sources, path: '/levels', time: 'time' });
  await host.run('commit', { message: 'levels' });
  return host;
}

const day = (random: Random): string => `2024-${pair(1 + random(12))}-${pair(1 + random(28))}`;

/** Constants of times, as people write them. */
const constants: readonly ((random: Random) => string)[] = [
  (random) => `'${day(random)}'`,
  (random) => `DATE '${day(random)}'`,
  (random) => `'${day(random)} ${pair(random(24))}:30:00'`,
  (random) => `TIMESTAMP '${day(random)} 12:00:00'`,
  (random) => `'${day(random)}T00:00:00+05:30'::TIMESTAMPTZ`,
  (random) => `TIMESTAMP '${day(random)} 12:00:00' - INTERVAL 40 DAY`,
  (random) => `now() - INTERVAL ${random(60)} MONTH`,
  (random) => `today() - ${random(2000)}`,
];

const constant = (random: Random): string => oneOf(random, constants)(random);

function comparison(random: Random): string {
  const column = oneOf(random, ['time', '"TIME"', 'l.time', 'time::TIMESTAMP']);
  const sign = oneOf(random, ['<', '<=', '=', '>', '>=', '<>']);
  return oneOf(random, [
    `${column} ${sign} ${constant(random)}`,
    `${constant(random)} ${sign} ${column}`,
    `${column} BETWEEN ${constant(random)} AND ${constant(random)}`,
    `${column} NOT BETWEEN ${constant(random)} AND ${constant(random)}`,
    `NOT (${column} ${sign} ${constant(random)})`,
    `level > ${random(12)}`,
    `(${column} ${sign} ${constant(random)} OR ph = ${random(12)})`,
    `coalesce(${column}, '2024-06-01') ${sign} ${constant(random)}`,
  ]);
}

/** Queries around a condition. Without bounds, the condition is inside an OR. */
const queries: readonly ((condition: string) => string)[] = [
  (condition) => `SELECT count(*), sum(level), sum(ph) FROM "/levels" l WHERE ${condition}`,
  (condition) => `SELECT * FROM "/levels" AS l WHERE ${condition} ORDER BY ALL`,
  (condition) => `WITH c AS (FROM "/levels" l WHERE ${condition}) SELECT count(*), max(ph) FROM c, c AS d`,
  (condition) => `SELECT (SELECT max(level) FROM "/levels" l WHERE ${condition}), (SELECT count(*) FROM "/levels")`,
  (condition) => `SELECT count(*) FROM "/levels" l LEFT JOIN (SELECT 5 AS x) ON level > x WHERE ${condition}`,
  (condition) =>
    `SELECT count(*) FROM (SELECT level, ph, time - INTERVAL 1 YEAR AS time FROM "/levels") l WHERE ${condition}`,
  (condition) => `SELECT count(*) FROM "/levels" AS l(level, time, ph) WHERE ${condition.replaceAll('ph', 'level')}`,
];

async function answer(host: PondHost, sql: string): Promise<string> {
  const { resultId, rowCount, columns } = await host.run('query', { sql });
  const rows = await host.run('rows', { resultId, start: 0, count: rowCount });
  return JSON.stringify([columns.map(({ type }) => type), rows.columns]);
}

test('a query with a condition on the time has the rows that it has over all versions', async (t) => {
  const host = await newSeries(t);
  for (const seed of seeds(10)) {
    const random = randomOf(seed);
    const conditions = Array.from({ length: 1 + random(2) }, () => comparison(random));
    const query = oneOf(random, queries);
    const bounded = query(conditions.join(' AND '));
    const unbounded = query(conditions.map((condition) => `(${condition} OR false)`).join(' AND '));
    const [got, expected] = await Promise.allSettled([answer(host, bounded), answer(host, unbounded)]);
    assert.equal(got.status, expected.status, `seed ${seed}: ${bounded}`);
    if (got.status === 'fulfilled') assert.deepEqual(got, expected, `seed ${seed}: ${bounded}`);
  }
});

test('versions out of the range that all rows must be in are not opened', async (t) => {
  const host = await newSeries(t);
  await host.run('close', {});
  const pond = await openPond(host.pond, { mode: 'read' });
  t.after(() => pond.close());
  const { node } = (await (await pond.fs.root()).get('/levels'))!;
  const connection = await testConnection({ threads: 1 });
  const opened = async (sql: string): Promise<number> => {
    const [table] = (await analyze(connection, sql)).tables;
    return (await versionsFor({ pond, openDisk: openHostDisk, signal: undefined }, node, table!.bounds)).length;
  };
  // The latest version is always opened: it has all columns.
  for (const [condition, count] of [
    [`time >= '2024-12-20'`, 2],
    [`l.time BETWEEN '2024-02-10' AND '2024-02-11'`, 2],
    [`DATE '2024-02-10' > time AND level > 0`, 3],
    [`"Time" = TIMESTAMP '2024-10-10 12:00:00'`, 1],
    [`time > '1990-01-01'`, 12],
    [`time < '1990-01-01' AND time > '2020-01-01'`, 1],
    [`time >= '2024-12-20' OR level = 1`, 12],
    [`NOT time >= '2024-12-20'`, 12],
    [`time >= 'infinity'`, 12],
    [`time >= '20.12.2024'`, 12],
    [`x.time >= '2024-12-20'`, 12],
    [`time >= now() - INTERVAL 1 HOUR`, 1],
    [`now() - INTERVAL '2 weeks' < time`, 1],
    [`time > today() - 3`, 1],
    [`time > current_date - 3`, 12],
    [`time > now() - INTERVAL 500 YEAR`, 12],
    [`time > now() - INTERVAL (level) DAY`, 12],
    [`time > now() + INTERVAL 1 HOUR`, 12],
    [`time < now() - INTERVAL 500 YEAR`, 12],
    [`level >= '2024-12-20'`, 12],
  ] as const) {
    assert.equal(await opened(`FROM "/levels" l WHERE ${condition}`), count, condition);
  }
  assert.equal(await opened(`FROM "/levels" AS l(time, level) WHERE time >= '2024-12-20'`), 12);
  assert.equal(await opened(`FROM "/levels" TABLESAMPLE 2 ROWS WHERE time >= '2024-12-20'`), 12);
  assert.equal(await opened(`FROM "/levels" WHERE time >= '2024-12-20' UNION ALL FROM "/levels"`), 12);
  assert.equal(await opened(`FROM "/levels" JOIN "/other" USING (time) WHERE time >= '2024-12-20'`), 12);
});
