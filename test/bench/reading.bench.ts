/**
 * Text files in a pond, through the query engine, compared with DuckDB, which decides the types from a sample. The engine
 * reads the whole of a file before its first answer, and remembers what it decided: "first" is a content that was never
 * read, "again" the same content in a new database.
 */
import { join } from 'node:path';
import { openDatabase } from '../../server/src/duckdb/database.ts';
import { literal } from '../../server/src/duckdb/sql.ts';
import { type Pond } from '../../server/src/pond/types.ts';
import { QueryEngine } from '../../server/src/sql/engine.ts';
import { openHostDisk } from '../../server/src/storage/hostDisk.ts';
import { initPond } from '../support/pond.ts';
import '../support/userCache.ts';
import { printMachine } from './support/machine.ts';
import { interleaved, median } from './support/measure.ts';
import { parametersOf } from './support/parameters.ts';
import { printRatio } from './support/report.ts';
import { withScratch } from './support/scratch.ts';

const { megabytes, smallFiles, ...rounds } = parametersOf(
  { megabytes: 1000, smallFiles: 10_000, rounds: 3, warmUp: 1 },
  { megabytes: 1, smallFiles: 20, rounds: 1, warmUp: 0 },
);

/** A row of a logger: text, a time, an integer and decimals, about 80 bytes. */
const logger = `SELECT TIMESTAMP '2020-01-01' + to_seconds(i * 60) AS time, 'station-' || (i % 40) AS station,
  i AS record, round(sin(i / 500.0) * 10 + 12, 3) AS temperature, round(random() * 1400, 2) AS conductance,
  round(7 + random(), 2) AS pH, round(random() * 90, 3) AS turbidity`;

const forms = {
  CSV: { ending: 'csv', writes: '(FORMAT csv)', reader: 'read_csv', bytesOfRow: 73 },
  NDJSON: { ending: 'ndjson', writes: '(FORMAT json)', reader: 'read_json', bytesOfRow: 158 },
} as const;

const aggregate = 'count(*) AS n, avg(temperature) AS t, max(turbidity) AS m, max(time) AS last';

printMachine();
const database = await openDatabase();
const connection = await database.connect();
await withScratch(async ({ folder, make }) => {
  const pond = await initPond(join(folder, 'bench.pond'), { author: 'bench' });
  const root = await pond.fs.root();
  await connection.rows(`SET threads = 2`);
  for (const [name, form] of Object.entries(forms)) {
    const rows = Math.ceil((megabytes * 1e6) / form.bytesOfRow);
    const host = join(make(name), `log.${form.ending}`);
    const [ours, theirs, again, theirsAgain]: number[][] = [[], [], [], []];
    for (let round = 0; round < rounds.warmUp + rounds.rounds; round++) {
      await connection.rows(`COPY (${logger} FROM range(${rows}) r(i)) TO ${literal(host)} ${form.writes}`);
      await root.writeFile(`/log.${form.ending}`, openHostDisk(make(name)).readStream(`log.${form.ending}`)!);
      const text = `SELECT ${aggregate} FROM `;
      const bare = (): Promise<number> => timed(() => connection.rows(`${text}${form.reader}(${literal(host)})`));
      const first = await queryTime(pond, `${text}"/log.${form.ending}"`);
      const bareFirst = await bare();
      const second = await queryTime(pond, `${text}"/log.${form.ending}"`);
      const bareSecond = await bare();
      if (round < rounds.warmUp) continue;
      ours!.push(first);
      theirs!.push(bareFirst);
      again!.push(second);
      theirsAgain!.push(bareSecond);
    }
    const peer = `DuckDB, types from a sample`;
    const what = `${name} of ${megabytes} MB`;
    printRatio({ what: `${what}, first`, ours: median(ours!), peer, theirs: median(theirs!), most: 1.3 });
    printRatio({ what: `${what}, again`, ours: median(again!), peer, theirs: median(theirsAgain!), most: 1 });
  }
  await manySmall(pond, make('small'));
  await pond.close();
});
connection.close();
database.close();

/** Many files with one header, as one table. */
async function manySmall(pond: Pond, folder: string): Promise<void> {
  const root = await pond.fs.root();
  await root.createDirectory('/small');
  const disk = openHostDisk(folder);
  for (let file = 0; file < smallFiles; file++) {
    const lines = Array.from(
      { length: 20 },
      (_, row) =>
        `2024-05-${String((file % 28) + 1).padStart(2, '0')} ${row}:00:00,${file * 20 + row},${(row * 1.37).toFixed(2)}`,
    );
    const content = Buffer.from(`time,record,temperature\n${lines.join('\n')}\n`);
    const handle = disk.create(`${file}.csv`);
    handle.append(content);
    handle.close();
    await root.writeFile(`/small/${file}.csv`, content);
  }
  await pond.commit({ message: 'small files', author: 'bench' });
  const text = 'SELECT count(*) AS n, avg(temperature) AS t, max(time) AS last FROM ';
  const first = await queryTime(pond, `${text}"/small/*.csv"`);
  const times = await interleaved(
    {
      pond: () => queryTime(pond, `${text}"/small/*.csv"`),
      bare: () => timed(() => connection.rows(`${text}read_csv(${literal(join(folder, '*.csv'))})`)),
    },
    rounds,
  );
  const what = `${smallFiles} CSV files of one header`;
  printRatio({ what: `${what}, first`, ours: first, peer: 'DuckDB over the folder', theirs: times.bare });
  printRatio({ what: `${what}, again`, ours: times.pond, peer: 'DuckDB over the folder', theirs: times.bare, most: 1 });
}

/** Milliseconds of a query in a database that nothing was read in before. */
async function queryTime(pond: Pond, text: string): Promise<number> {
  const engine = new QueryEngine({ openDisk: openHostDisk });
  try {
    // The process of the queries is started, and has loaded DuckDB.
    await engine.release((await engine.run(pond, { sql: 'SELECT 1' })).resultId);
    return await timed(async () => {
      const { resultId } = await engine.run(pond, { sql: text });
      await engine.rows(resultId, 0, 1);
    });
  } finally {
    await engine.close();
  }
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}
