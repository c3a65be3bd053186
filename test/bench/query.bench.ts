/**
 * An aggregate over flights-3m.parquet in a pond, through the query engine, compared with DuckDB on the file itself in
 * this process. Both are warm; rounds alternate, so that fluctuations of the machine affect both.
 */
import { fileURLToPath } from 'node:url';
import { openDatabase } from '../../server/src/duckdb/database.ts';
import { literal } from '../../server/src/duckdb/sql.ts';
import { QueryEngine } from '../../server/src/sql/engine.ts';
import { makeFlightsPond } from '../sql/testPond.ts';
import { printMachine } from './support/machine.ts';
import { interleaved } from './support/measure.ts';
import { parametersOf } from './support/parameters.ts';
import { printRatio } from './support/report.ts';
import { openHostDisk } from '../../server/src/storage/hostDisk.ts';
import { anySql } from '../support/anySql.ts';

const rounds = parametersOf({ rounds: 41, warmUp: 5 }, { rounds: 1, warmUp: 0 });
const bareFile = fileURLToPath(new URL('../../node_modules/vega-datasets/data/flights-3m.parquet', import.meta.url));

const aggregates: Readonly<Record<string, (table: string) => string>> = {
  'mean delay by origin': (table) =>
    `SELECT origin, count(*) AS n, avg(delay) AS d FROM ${table} GROUP BY ALL ORDER BY n DESC`,
  'percentiles by month and origin': (table) =>
    `SELECT month(date) AS m, origin, quantile_cont(delay, [0.5, 0.9]) AS q, sum(distance) AS s FROM ${table} GROUP BY ALL ORDER BY ALL`,
};

printMachine();
const made = await makeFlightsPond();
const engine = new QueryEngine({ openDisk: openHostDisk });
const database = await openDatabase();
const connection = await database.connect();

async function throughEngine(sql: string): Promise<number> {
  const start = performance.now();
  const { resultId } = await engine.run(made.pond, { sql });
  await engine.rows(resultId, 0, 200);
  const elapsed = performance.now() - start;
  await engine.release(resultId);
  return elapsed;
}

async function bare(sql: string): Promise<number> {
  const start = performance.now();
  await connection.rows(anySql(sql));
  return performance.now() - start;
}

try {
  for (const [what, aggregate] of Object.entries(aggregates)) {
    const times = await interleaved(
      {
        bare: () => bare(aggregate(literal(bareFile))),
        engine: () => throughEngine(aggregate('"/flights/flights-3m.parquet"')),
      },
      rounds,
    );
    printRatio({ what, ours: times.engine, peer: 'bare DuckDB', theirs: times.bare, most: 1.05 });
  }
} finally {
  connection.close();
  database.close();
  await engine.close();
  await made.close();
}
