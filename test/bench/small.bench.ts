/**
 * Combine and queries of a folder of many small CSV files, compared with DuckDB over the same folder: it takes the types
 * from a sample; for the Combine it keeps the last row of each time, and writes Parquet. A first run, for which no file of
 * the pond has a host file yet, and a run after one more file. Each query has a new query process. The figures are processor
 * times of all threads of all processes. DuckDB is in this process; it also reads the files with all types stated.
 */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { literal } from '../../server/src/duckdb/sql.ts';
import { QueryEngine } from '../../server/src/sql/engine.ts';
import { openHostDisk } from '../../server/src/storage/hostDisk.ts';
import { type ResourcePond } from '../../server/src/resources/tree/resourcePond.ts';
import { anySql } from '../support/anySql.ts';
import { stageResource } from '../support/resourcePond.ts';
import { withDeriving } from './support/deriving.ts';
import { printMachine } from './support/machine.ts';
import { interleaved } from './support/measure.ts';
import { parametersOf } from './support/parameters.ts';
import { author } from './support/ponds.ts';
import { processorMs } from './support/processorTime.ts';
import { printRatio } from './support/report.ts';

const { files, ...rounds } = parametersOf({ files: 10_000, rounds: 3, warmUp: 1 }, { files: 20, rounds: 1, warmUp: 0 });
const id = '5a0c7c55-2b3a-4f0e-9c56-2e1b3c5d7f91';
const document = `apiVersion: duckpond/v1
kind: Combine
name: bench
desc: All days of a logger
spec:
  scopes:
    - name: all
      series: [{ pattern: /data/* }]
`;

const nameOf = (day: number): string => `d${String(day).padStart(6, '0')}.csv`;

function contentOf(day: number): string {
  const date = new Date(day * 86_400_000).toISOString().slice(0, 10);
  const rows = Array.from({ length: 5 }, (_, hour) => `${date} 0${hour}:00:00,${10 + (day % 97) / 10},${day % 13}\n`);
  return `Timestamp,Temperature.C,Depth.m\n${rows.join('')}`;
}

async function commitFiles(pond: ResourcePond, days: readonly number[]): Promise<string> {
  const root = await pond.fs.root();
  await root.backend.batch(async () => {
    for (const day of days) await root.writeFile(`/data/${nameOf(day)}`, Buffer.from(contentOf(day)));
  });
  return String((await pond.commit({ message: 'data', author })).number);
}

async function combine(pond: ResourcePond, version: string): Promise<number> {
  const start = processorMs();
  const path = await (await (await pond.at(version)).root()).get(`/Combine/${id}/all/combine`);
  await pond.hostFiles(path!.node);
  return processorMs() - start;
}

/** A query over the columns of all files by a new process. The cache folder of the user is that of the name. */
async function query(pond: ResourcePond, version: string, cache: string): Promise<number> {
  process.env['POND_CACHE_DIR'] = cache;
  const start = processorMs();
  const engine = new QueryEngine({ openDisk: openHostDisk });
  const sql = `SELECT count(*), max("Timestamp"), ${means} FROM '/data/*.csv'`;
  const { resultId } = await engine.run(pond, { sql, at: version });
  await engine.release(resultId);
  await engine.close();
  return processorMs() - start;
}

const columns = ['Temperature.C', 'Depth.m'];
const means = columns.map((name) => `avg("${name}")`).join(', ');

printMachine();
await withDeriving(async ({ pond, builder, connection, make, withCache, parquet }) => {
  const folder = make('host');
  const days = Array.from({ length: files }, (_, day) => day);
  for (const day of days) writeFileSync(join(folder, nameOf(day)), contentOf(day));
  await (await pond.fs.root()).createDirectory('/data');
  await stageResource(withCache('none'), id, document);
  const before = await commitFiles(pond, days);
  const after = await commitFiles(pond, [files]);
  await builder.run({ statements: ['SELECT 1'] });
  const last = columns.map((name) => `arg_max("${name}", filename) AS "${name}"`).join(', ');
  const source = `read_csv(${literal(join(folder, '*.csv'))}, filename = true)`;
  const stated = `columns = {'Timestamp': 'TIMESTAMP', 'Temperature.C': 'DOUBLE', 'Depth.m': 'BIGINT'}`;
  const typed = `read_csv(${literal(join(folder, '*.csv'))}, auto_detect = false, header = true, ${stated})`;
  const reads = async (from: string): Promise<number> => {
    const start = processorMs();
    await connection.rows(anySql(`SELECT count(*), max("Timestamp"), ${means} FROM ${from}`));
    return processorMs() - start;
  };
  const times = await interleaved(
    {
      read: () => reads(source),
      readTyped: () => reads(typed),
      queryFirst: (round) => query(pond, before, make(`first-cache-${round}`)),
      queryAgain: async (round) => {
        await query(pond, before, make(`again-cache-${round}`));
        return await query(pond, before, make(`again-cache-${round}`));
      },
      queryMore: async (round) => {
        await query(pond, before, make(`more-cache-${round}`));
        return await query(pond, after, make(`more-cache-${round}`));
      },
      plain: async () => {
        const start = processorMs();
        await parquet('plain', `SELECT "Timestamp", ${last} FROM ${source} GROUP BY 1 ORDER BY 1`);
        return processorMs() - start;
      },
      first: async (round) => {
        rmSync(join(pond.directory, '_pond/cache/inline'), { recursive: true, force: true });
        return await combine(withCache(`first-${round}`), before);
      },
      again: async (round) => {
        const resources = withCache(`again-${round}`);
        await combine(resources, before);
        return await combine(resources, after);
      },
    },
    rounds,
  );
  const compared = { peer: 'DuckDB over the folder', theirs: times.plain };
  printRatio({ what: `Combine of ${files} files, processor time`, ours: times.first, ...compared, most: 5 });
  printRatio({ what: 'after one more file', ours: times.again, ...compared, most: 0.3 });
  const queries = { first: times.queryFirst, again: times.queryAgain, 'after one more file': times.queryMore };
  for (const [what, ours] of Object.entries(queries)) {
    printRatio({ what: `query of the files, ${what}`, ours, peer: 'DuckDB', theirs: times.read });
    printRatio({ what: 'the same', ours, peer: 'DuckDB with all types stated', theirs: times.readTyped });
  }
});
