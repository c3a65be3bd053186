/**
 * Views of flights-3m.parquet, three million rows, as the table editor asks for them, compared with the statement of
 * DuckDB that computes the same in this process. Both are warm; rounds alternate.
 */
import { fileURLToPath } from 'node:url';
import { openDatabase } from '../../server/src/duckdb/database.ts';
import { literal } from '../../server/src/duckdb/sql.ts';
import { QueryEngine } from '../../server/src/sql/engine.ts';
import { type TableView } from '../../server/src/sandbox/tableTypes.ts';
import { openHostDisk } from '../../server/src/storage/hostDisk.ts';
import { makeTestPond } from '../sql/testPond.ts';
import { printMachine } from './support/machine.ts';
import { interleaved } from './support/measure.ts';
import { parametersOf } from './support/parameters.ts';
import { printRatio } from './support/report.ts';

const rounds = parametersOf({ rounds: 15, warmUp: 3 }, { rounds: 1, warmUp: 0 });
const file = literal(
  fileURLToPath(new URL('../../node_modules/vega-datasets/data/flights-3m.parquet', import.meta.url)),
);
const texts = 'CAST(COLUMNS(*) AS VARCHAR)';
const whole: TableView = { sort: [], filters: [] };
const sorted: TableView = { sort: [{ column: 'delay', descending: true }], filters: [] };
const filtered: TableView = {
  sort: [],
  filters: [
    { column: 'origin', kind: 'values', values: ['SEA', 'PDX'] },
    { column: 'delay', kind: 'compare', operator: '>', value: '30' },
  ],
};

printMachine();
const made = await makeTestPond();
const engine = new QueryEngine({ openDisk: openHostDisk });
const database = await openDatabase();
const connection = await database.connect();
const source = { path: '/flights/flights-3m.parquet' };

const rows = (view: TableView, start = 0): Promise<unknown> =>
  engine.onFiles(made.pond, source, async (worker, files = []) =>
    worker.request('tableRows', { table: { files }, view, window: { start, count: 200 } }),
  );
const count = (view: TableView): Promise<unknown> =>
  engine.onFiles(made.pond, source, async (worker, files = []) =>
    worker.request('tableCount', { table: { files }, view }),
  );
const summary = (column: string): Promise<unknown> =>
  engine.onFiles(made.pond, source, async (worker, files = []) =>
    worker.request('tableSummary', { table: { files }, view: whole, column, topMax: 12 }),
  );
const condition = `WHERE origin IN ('SEA', 'PDX') AND delay > 30`;
const facts = `SELECT count(delay), count(DISTINCT delay), min(delay), max(delay), avg(delay), approx_quantile(delay, 0.5),
  histogram(delay, equi_width_bins(-1200, 1700, 24, false)), approx_top_k(delay, 12) FROM ${file}`;

const measured: Readonly<Record<string, { readonly ours: () => Promise<unknown>; readonly bare: string }>> = {
  'first 200 rows': { ours: () => rows(whole), bare: `SELECT ${texts} FROM ${file} LIMIT 200` },
  'rows in the middle': {
    ours: () => rows(whole, 1_500_000),
    bare: `SELECT ${texts} FROM ${file} LIMIT 200 OFFSET 1500000`,
  },
  'sort: first rows': { ours: () => rows(sorted), bare: `SELECT ${texts} FROM ${file} ORDER BY delay DESC LIMIT 200` },
  'filter: first rows and number': {
    ours: () => Promise.all([rows(filtered), count(filtered)]),
    bare: `SELECT (SELECT list(f) FROM (FROM ${file} ${condition} LIMIT 200) f), (SELECT count(*) FROM ${file} ${condition})`,
  },
  'summary of a column': { ours: () => summary('delay'), bare: facts },
};

async function timeOf(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

try {
  for (const [what, { ours, bare }] of Object.entries(measured)) {
    const times = await interleaved(
      { bare: () => timeOf(() => connection.rows(bare)), engine: () => timeOf(ours) },
      rounds,
    );
    printRatio({ what, ours: times.engine, peer: 'bare DuckDB', theirs: times.bare, most: 2 });
  }
} finally {
  connection.close();
  database.close();
  await engine.close();
  await made.close();
}
