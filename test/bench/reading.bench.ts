/**
 * Text files in a pond, through the query engine, compared with DuckDB, which decides the types from a sample. The engine
 * reads the whole of a file before its first answer, and remembers what it decided: "first" is a content that was never
 * read since its import, "again" the same content in a new database. "Of a copied pond" is first for content that was
 * imported elsewhere, and so is compared with its hash.
 */
import { utimesSync } from 'node:fs';
import { join } from 'node:path';
import { openDatabase } from '../../server/src/duckdb/database.ts';
import { literal } from '../../server/src/duckdb/sql.ts';
import { type Pond } from '../../server/src/pond/types.ts';
import { QueryEngine } from '../../server/src/sql/engine.ts';
import { openHostDisk } from '../../server/src/storage/hostDisk.ts';
import { initPond } from '../support/pond.ts';
import '../support/userCache.ts';
import { printMachine } from './support/machine.ts';
import { type Cost, costOf, printCosts } from './support/cost.ts';
import { parametersOf } from './support/parameters.ts';
import { workerScript } from './support/processes.ts';
import { withScratch } from './support/scratch.ts';
import { anySql } from '../support/anySql.ts';

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
  await connection.rows(anySql(`SET threads = 2`));
  for (const [name, form] of Object.entries(forms)) {
    const rows = Math.ceil((megabytes * 1e6) / form.bytesOfRow);
    const host = join(make(name), `log.${form.ending}`);
    const costs = { first: newCosts(), again: newCosts(), copied: newCosts() };
    const path = `/log.${form.ending}`;
    const importNew = async (): Promise<void> => {
      await connection.rows(anySql(`COPY (${logger} FROM range(${rows}) r(i)) TO ${literal(host)} ${form.writes}`));
      await root.writeFile(path, openHostDisk(make(name)).readStream(`log.${form.ending}`)!);
    };
    for (let round = 0; round < rounds.warmUp + rounds.rounds; round++) {
      const measure = async ({ ours, theirs }: Costs): Promise<void> => {
        const text = `SELECT ${aggregate} FROM `;
        const own = await queryCost(pond, `${text}"${path}"`);
        const bare = await costOf(() => connection.rows(anySql(`${text}${form.reader}(${literal(host)})`)));
        if (round < rounds.warmUp) return;
        ours.push(own);
        theirs.push(bare);
      };
      await importNew();
      await measure(costs.first);
      await measure(costs.again);
      await importNew();
      await touch(pond, path);
      await measure(costs.copied);
    }
    const peer = `DuckDB, types from a sample`;
    const what = `${name} of ${megabytes} MB`;
    printCosts({ what: `${what}, first`, ...costs.first, peer, most: 1.3 });
    printCosts({ what: `${what}, again`, ...costs.again, peer, most: 1 });
    printCosts({ what: `${what}, first, of a copied pond`, ...costs.copied, peer });
  }
  await manySmall(pond, make('small'));
  await pond.close();
});
connection.close();
database.close();

/** Gives the content of a file the state that it has in a copy of the pond: it is compared with its hash. */
async function touch(pond: Pond, path: string): Promise<void> {
  const { node } = (await (await pond.fs.root()).get(path))!;
  for (const { hostPath } of await pond.hostFiles(node)) utimesSync(hostPath, new Date(), new Date());
}

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
  const first = [await queryCost(pond, `${text}"/small/*.csv"`)];
  const { ours, theirs } = newCosts();
  for (let round = 0; round < rounds.warmUp + rounds.rounds; round++) {
    const own = await queryCost(pond, `${text}"/small/*.csv"`);
    const bare = await costOf(() => connection.rows(anySql(`${text}read_csv(${literal(join(folder, '*.csv'))})`)));
    if (round < rounds.warmUp) continue;
    ours.push(own);
    theirs.push(bare);
  }
  const what = `${smallFiles} CSV files of one header`;
  const peer = 'DuckDB over the folder';
  printCosts({ what: `${what}, first`, ours: first, peer, theirs });
  printCosts({ what: `${what}, again`, ours, peer, theirs, most: 1 });
}

interface Costs {
  readonly ours: Cost[];
  readonly theirs: Cost[];
}

function newCosts(): Costs {
  return { ours: [], theirs: [] };
}

/** The cost of a query in a database that nothing was read in before. */
async function queryCost(pond: Pond, text: string): Promise<Cost> {
  const engine = new QueryEngine({ openDisk: openHostDisk, workerPath: workerScript });
  try {
    // The process of the queries is started, and has loaded DuckDB.
    await engine.release((await engine.run(pond, { sql: 'SELECT 1' })).resultId);
    return await costOf(async () => {
      const { resultId } = await engine.run(pond, { sql: text });
      await engine.rows(resultId, 0, 1);
    }, engine.processId());
  } finally {
    await engine.close();
  }
}
