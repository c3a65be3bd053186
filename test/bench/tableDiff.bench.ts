/**
 * Differences of flights-3m.parquet, three million rows with a number as their key, and an edited copy, as the editor
 * opens them and as `pond diff --rows` counts them, compared with the plain full join of DuckDB that computes the same in
 * this process. Both are warm; rounds alternate. Then the time until the first rows are there, and the peak memory of the
 * process of the queries.
 */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Connection } from '../../server/src/duckdb/connection.ts';
import { openDatabase } from '../../server/src/duckdb/database.ts';
import { literal } from '../../server/src/duckdb/sql.ts';
import { connectLocal } from '../../server/src/main.ts';
import { compareTimes } from './support/compareTimes.ts';
import { median } from './support/measure.ts';
import { printMachine } from './support/machine.ts';
import { parametersOf } from './support/parameters.ts';
import { childrenOf, peakMemory } from './support/processFacts.ts';
import { printRatio } from './support/report.ts';
import { type Scratch, withScratch } from './support/scratch.ts';
import { anySql } from '../support/anySql.ts';

const { rounds, warmUp, rows } = parametersOf(
  { rounds: 7, warmUp: 2, rows: 3_000_000 },
  { rounds: 1, warmUp: 0, rows: 30_000 },
);
const flights = literal(
  fileURLToPath(new URL('../../node_modules/vega-datasets/data/flights-3m.parquet', import.meta.url)),
);
const memoryMax = 1024;
const columns = ['date', 'delay', 'distance', 'origin', 'destination'];
const differ = columns.map((name) => `b.${name} IS DISTINCT FROM a.${name}`);

printMachine();
const database = await openDatabase();
const connection = await database.connect();
try {
  await withScratch((scratch) => measure(scratch, connection));
} finally {
  connection.close();
  database.close();
}

async function measure({ folder }: Scratch, bare: Connection): Promise<void> {
  const [before, after] = [join(folder, 'before.parquet'), join(folder, 'after.parquet')];
  const numbered = `SELECT row_number() OVER () AS id, * FROM (FROM ${flights} LIMIT ${rows})`;
  await bare.run(anySql(`COPY (${numbered}) TO ${literal(before)} (FORMAT parquet)`));
  // A row in a thousand is gone, one in a thousand is new, and one in a hundred has another delay.
  const edited = `SELECT * REPLACE (CASE WHEN id % 100 = 7 THEN delay + 1 ELSE delay END AS delay) FROM ${literal(before)}
    WHERE id % 1000 <> 3 UNION ALL SELECT * REPLACE (id + ${rows} AS id) FROM ${literal(before)} WHERE id % 1000 = 5`;
  await bare.run(anySql(`COPY (${edited}) TO ${literal(after)} (FORMAT parquet)`));
  const joined = `(FROM ${literal(before)}) b FULL JOIN (FROM ${literal(after)}) a ON b.id IS NOT DISTINCT FROM a.id`;
  const host = connectLocal();
  try {
    const pond = join(folder, 'pond');
    await host.call('init', { directory: pond });
    await host.call('import', { pond, sources: [before, after], path: '/' });
    await host.call('commit', { pond, message: 'flights' });
    const tables = { pond, before: { path: '/before.parquet' }, after: { path: '/after.parquet' } };
    const firsts: number[] = [];
    const open = async (named: { readonly key?: readonly string[]; readonly all?: boolean }): Promise<void> => {
      const started = performance.now();
      const { source, diffColumns, counts } = await host.call('openTableDiff', { ...tables, ...named });
      if (!('resultId' in source)) throw new Error('differences are a result');
      const { resultId } = source;
      const view = { sort: [], filters: [] };
      await host.call('tableRows', { pond, source, view, start: 0, count: 100 });
      firsts.push(performance.now() - started);
      await host.call('tableCount', { pond, source, view });
      if (counts === null) await host.call('diffCounts', { pond, resultId, columns: diffColumns.length });
      await host.call('release', { pond, resultId });
    };
    const printFirsts = (what: string): void => {
      console.log(`${what}: first rows after ${median(firsts.splice(0).slice(warmUp)).toFixed(0)} ms`);
    };
    const change = `b.id IS NULL OR a.id IS NULL OR ${differ.join(' OR ')}`;
    const kept = (where: string): Promise<void> =>
      bare.run(
        anySql(
          `CREATE OR REPLACE TEMP TABLE kept AS SELECT b.*, a.* FROM ${joined} ${where} ORDER BY coalesce(b.id, a.id)`,
        ),
      );
    const both = 'b.id IS NOT NULL AND a.id IS NOT NULL AND';
    const counts = differ.map((condition) => `count(*) FILTER (${both} ${condition})`).join(', ');
    const sums = `count(b.id), count(a.id), count(*) FILTER (${both} (${differ.join(' OR ')})), ${counts}`;
    await compare(
      'differences by a stated key',
      () => open({ key: ['id'] }),
      () => kept(`WHERE ${change}`),
      1.3,
    );
    printFirsts('differences by a stated key');
    await compare(
      'differences by the key that is found',
      () => open({}),
      () => kept(`WHERE ${change}`),
      1.3,
    );
    printFirsts('differences by the key that is found');
    const count = { pond, path: '/before.parquet', other: '/after.parquet', key: ['id'], limit: 0 };
    await compare(
      'numbers of differences',
      () => host.call('diffRows', count),
      () => bare.rows(anySql(`SELECT ${sums} FROM ${joined}`)),
      1.3,
    );
    printPeak('peak memory of these');
    await compare(
      'differences with all equal rows',
      () => open({ key: ['id'], all: true }),
      () => kept(''),
    );
    printFirsts('differences with all equal rows');
    printPeak('peak memory with all equal rows');
  } finally {
    await host.close();
  }
}

async function compare(
  what: string,
  ours: () => Promise<unknown>,
  theirs: () => Promise<unknown>,
  most?: number,
): Promise<void> {
  await compareTimes(
    { what, ours, peer: 'full join', theirs, ...(most !== undefined && { most }) },
    { rounds, warmUp },
  );
}

/** Prints the peak memory of the process of the queries, where the system reports it. */
function printPeak(what: string): void {
  const peak = Math.max(0, ...childrenOf(process.pid).map(peakMemory));
  printRatio({ what, ours: peak, peer: 'limit', theirs: memoryMax, unit: 'MiB', most: 1 });
}
