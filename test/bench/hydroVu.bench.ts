/**
 * A run that collects from a HydroVu service on this computer, compared with DuckDB that reads the same pages from
 * files, or has the same rows in memory, and writes them as Parquet; and a run without new data, compared with its
 * requests.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openDatabase } from '../../server/src/duckdb/database.ts';
import { identifier, literal } from '../../server/src/duckdb/sql.ts';
import { initPond } from '../support/pond.ts';
import { runHydroVu } from '../../server/src/resources/kinds/hydroVu/run.ts';
import { hydroVuDocument } from '../support/hydroVuPond.ts';
import { pageJson, regularReadings, usualParameters } from '../support/hydroVuModel.ts';
import { startHydroVuServer } from '../support/hydroVuServer.ts';
import { createResourceBench, type ResourceBench } from '../support/runContext.ts';
import { printMachine } from './support/machine.ts';
import { interleaved } from './support/measure.ts';
import { parametersOf } from './support/parameters.ts';
import { digits, printRatio } from './support/report.ts';
import { withScratch } from './support/scratch.ts';
import { anySql } from '../support/anySql.ts';

const { rows, pageSize, ...rounds } = parametersOf(
  { rows: 250_000, pageSize: 4000, rounds: 3, warmUp: 1 },
  { rows: 500, pageSize: 100, rounds: 1, warmUp: 0 },
);

const device = { id: '1', name: 'Buoy', scope: 'Buoy' };
const parameterIds = Object.keys(usualParameters);
const start = 1_600_000_000;
const readings = regularReadings(start, rows, { step: 60, parameterIds });

printMachine();
const server = await startHydroVuServer({
  devices: [{ id: device.id, readings }],
  pageSize,
  keepPages: true,
});
const settings = { env: { TEST_KEY: server.key, TEST_SECRET: server.secret } };
const database = await openDatabase();
const connection = await database.connect();

await withScratch(async ({ make }) => {
  const pages = make('pages');
  for (let at = 0; at < readings.length; at += pageSize) {
    writeFileSync(
      join(pages, `${String(at).padStart(9, '0')}.json`),
      pageJson(device.id, readings.slice(at, at + pageSize)),
    );
  }
  const columns = parameterIds.map((id) => `max(r.value) FILTER (id = ${literal(id)}) AS ${identifier(`Buoy.${id}`)}`);
  const fromPages = `SELECT r.timestamp AS "Timestamp", ${columns.join()}
    FROM (SELECT p.parameterId AS id, unnest(p.readings) AS r
      FROM (SELECT unnest(parameters) AS p FROM read_json(${literal(`${pages}/*.json`)}, columns = {
        parameters: 'STRUCT(parameterId VARCHAR, readings STRUCT("timestamp" BIGINT, "value" DOUBLE)[])[]'})))
    GROUP BY ALL ORDER BY ALL`;
  await connection.run(anySql(`CREATE TABLE readings AS ${fromPages}`));
  const copyTo =
    (query: string, name: string) =>
    async (round: number): Promise<void> => {
      await connection.run(anySql(`COPY (${query}) TO ${literal(join(make('parquet'), `${name}-${round}.parquet`))}`));
    };

  async function newBench(name: string): Promise<ResourceBench> {
    return await createResourceBench(await initPond(make(name)), 'HydroVu', hydroVuDocument(server.url, [device]));
  }

  async function collect(round: number): Promise<number> {
    const bench = await newBench(`pond-${round}`);
    const begun = performance.now();
    const outcome = await bench.run(runHydroVu, settings);
    const elapsed = performance.now() - begun;
    if (outcome.rows !== rows || outcome.failure !== undefined) throw new Error(`${outcome.rows} rows came`);
    await bench.pond.close();
    return elapsed;
  }

  const times = await interleaved(
    { run: collect, pages: copyTo(fromPages, 'pages'), rows: copyTo('FROM readings', 'rows') },
    rounds,
  );
  const values = rows * parameterIds.length;
  const perSecond = digits(rows / (times.run / 1000));
  const what = `collecting ${rows} rows of ${values} values, ${perSecond} rows a second`;
  printRatio({ what, ours: times.run, peer: 'DuckDB from the pages as files', theirs: times.pages });
  printRatio({ what, ours: times.run, peer: 'DuckDB from rows in memory', theirs: times.rows });

  const full = await newBench('full');
  await full.run(runHydroVu, settings);
  const again = await interleaved({ run: async () => void (await full.run(runHydroVu, settings)), requests }, rounds);
  await full.pond.close();
  printRatio({ what: 'a run with nothing new', ours: again.run, peer: 'its requests alone', theirs: again.requests });
});

/** A token, the names, the locations, a page without readings, and the pages of the overlap. */
async function requests(): Promise<void> {
  const basic = Buffer.from(`${server.key}:${server.secret}`).toString('base64');
  const body = new URLSearchParams({ grant_type: 'client_credentials', scope: 'read:locations read:data' });
  const init = { method: 'POST', headers: { authorization: `Basic ${basic}` }, body };
  const answer = await fetch(`${server.url}/public-api/oauth/token`, init);
  const { access_token: token } = (await answer.json()) as { readonly access_token: string };
  const data = `locations/${device.id}/data?startTime=`;
  const last = start + (rows - 1) * 60;
  const from = Math.max(1, Math.floor((last - 7 * 86_400) / 3600) * 3600);
  const overlap = `${data}${from}&endTime=${last}`;
  for (const path of ['sispec/friendlynames', 'locations/list', `${data}${last + 1}`, overlap]) {
    for (let page: string | null = ''; page !== null;) {
      const headers = { authorization: `Bearer ${token}`, 'x-isi-start-page': page };
      const answer: Response = await fetch(`${server.url}/public-api/v1/${path}`, { headers });
      await answer.json();
      page = answer.headers.get('x-isi-next-page');
    }
  }
}

connection.close();
database.close();
await server.close();
