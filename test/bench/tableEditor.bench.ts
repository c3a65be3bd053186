/**
 * The table editor over flights-3m.parquet, three million rows: the requests that it sends to a server, from a click on the
 * file to its first cells, and for rows of a view, compared with the statement of DuckDB that computes the same in this
 * process. Both are warm; rounds alternate. Then the memory of the server and of its process of the queries during many
 * such actions: in the second half of them, compared with the first.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openDatabase } from '../../server/src/duckdb/database.ts';
import { literal, sql } from '../../server/src/duckdb/sql.ts';
import { type TableSource, type TableView } from '../../server/src/protocol/commands.ts';
import { makeFlightsPond, type TestPond } from '../sql/testPond.ts';
import { type EditorServer, startEditorServer } from '../support/editorServer.ts';
import { compareTimes } from './support/compareTimes.ts';
import { printMachine } from './support/machine.ts';
import { median } from './support/measure.ts';
import { parametersOf } from './support/parameters.ts';
import { childrenOf, hasProcessFacts, residentMemory } from './support/processFacts.ts';
import { printRatio } from './support/report.ts';
import { anySql } from '../support/anySql.ts';

const { actions, rows, ...rounds } = parametersOf(
  { rounds: 15, warmUp: 3, actions: 1000, rows: 3_000_000 },
  { rounds: 1, warmUp: 0, actions: 14, rows: 20_000 },
);
const path = '/flights/flights-3m.parquet';
const texts = 'CAST(COLUMNS(*) AS VARCHAR)';
const condition = `WHERE origin IN ('SEA', 'PDX') AND delay > 30`;
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
const made = await makeFlightsPond();
const pond = join(made.directory, 'test.pond');
const database = await openDatabase();
const connection = await database.connect();
const file = literal(await tableOf(made));
await made.pond.close();
const server = await startEditorServer();
try {
  await server.ask('open', { pond });
  await compareViews(server);
  await printGrowth(server);
} finally {
  connection.close();
  database.close();
  await server.stop();
  await made.close();
}

/** The Parquet file of the pond as a host file; with fewer rows than it has, a part of it, which takes its place. */
async function tableOf({ root, directory }: TestPond): Promise<string> {
  const whole = fileURLToPath(new URL('../../node_modules/vega-datasets/data/flights-3m.parquet', import.meta.url));
  if (rows >= 3_000_000) return whole;
  const part = join(directory, 'part.parquet');
  await connection.run(sql`COPY (FROM ${literal(whole)} LIMIT ${rows}) TO ${literal(part)}`);
  await root.writeFile(path, readFileSync(part));
  return part;
}

function rowsOf({ ask }: EditorServer, source: TableSource, view: TableView, start = 0): Promise<unknown> {
  return ask('tableRows', { pond, source, view, start, count: 200, textMax: 1000 });
}

async function compareViews(asked: EditorServer): Promise<void> {
  const count = (view: TableView): Promise<unknown> => asked.ask('tableCount', { pond, source: { path }, view });
  const measured: Readonly<Record<string, { readonly ours: () => Promise<unknown>; readonly bare: string }>> = {
    'click to the first cells': {
      ours: async () => rowsOf(asked, (await asked.ask('openTable', { pond, table: { path } })).source, whole),
      bare: `SELECT ${texts} FROM ${file} LIMIT 200`,
    },
    'rows in the middle': {
      ours: () => rowsOf(asked, { path }, whole, rows / 2),
      bare: `SELECT ${texts} FROM ${file} LIMIT 200 OFFSET ${rows / 2}`,
    },
    'sort: first rows': {
      ours: () => rowsOf(asked, { path }, sorted),
      bare: `SELECT ${texts} FROM ${file} ORDER BY delay DESC LIMIT 200`,
    },
    'filter: first rows and number': {
      ours: () => Promise.all([rowsOf(asked, { path }, filtered), count(filtered)]),
      bare: `SELECT (SELECT list(f) FROM (FROM ${file} ${condition} LIMIT 200) f), (SELECT count(*) FROM ${file} ${condition})`,
    },
    'summary of a column': {
      ours: () => asked.ask('tableSummary', { pond, source: { path }, view: whole, column: 'delay', topMax: 12 }),
      bare: `SELECT count(delay), count(DISTINCT delay), min(delay), max(delay), avg(delay), approx_quantile(delay, 0.5),
        histogram(delay, equi_width_bins(-1200, 1700, 24, false)), approx_top_k(delay, 12) FROM ${file}`,
    },
  };
  for (const [what, { ours, bare }] of Object.entries(measured)) {
    const theirs = (): Promise<unknown> => connection.rows(anySql(bare));
    await compareTimes({ what, ours, peer: 'bare DuckDB', theirs, most: 2 }, rounds);
  }
}

/** Ids of the server and of its process of the queries. */
function serverProcesses(): readonly number[] {
  const { pid = 0 } = server.process;
  return [pid, ...childrenOf(pid)];
}

/**
 * Tables are opened, paged, sorted, filtered and closed: median memory during the first half of the actions, and the
 * second.
 */
async function printGrowth(asked: EditorServer): Promise<void> {
  const halves: readonly (readonly number[])[][] = [[], []];
  for (let action = 0, table = 0; action < actions; table += 1) {
    action += await visit(asked, table);
    halves[action <= actions / 2 ? 0 : 1]!.push(serverProcesses().map(residentMemory));
  }
  const names = ['the server', 'the process of the queries'];
  for (const [at, name] of hasProcessFacts ? names.entries() : []) {
    const [early, late] = halves.map((half) => median(half.map((memory) => memory[at]!)));
    const [what, peer] = [`memory of ${name}, second half of ${actions} actions`, 'first half'];
    printRatio({ what, ours: late!, peer, theirs: early!, unit: 'MiB', most: 1.1 });
  }
}

/** Opens one of several tables, reads views of it that were not read before, and closes it; returns the number of actions. */
async function visit(asked: EditorServer, table: number): Promise<number> {
  const paths = [path, '/weather/seattle-weather.csv', '/flights/flights-200k.arrow'];
  const { source, columns } = await asked.ask('openTable', { pond, table: { path: paths[table % paths.length]! } });
  const column = columns[table % columns.length]!.name;
  const sort = [{ column, descending: table % 2 === 0 }];
  const filters = [{ column, kind: 'present' } as const];
  await rowsOf(asked, source, whole);
  await rowsOf(asked, source, whole, 1000 * (table % 50));
  await rowsOf(asked, source, { sort, filters: [] });
  // The order of a view is kept once rows far from its start are read.
  await rowsOf(asked, source, { sort, filters }, 5000 + table);
  await asked.ask('tableCount', { pond, source, view: { sort, filters } });
  if ('resultId' in source) await asked.ask('release', { pond, resultId: source.resultId });
  return 7;
}
