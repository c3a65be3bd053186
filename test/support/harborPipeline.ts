import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type Connection } from '../../server/src/duckdb/connection.ts';
import { openDatabase } from '../../server/src/duckdb/database.ts';
import { identifier, literal } from '../../server/src/duckdb/sql.ts';
import { newPondHost, type PondHost } from './commandHost.ts';
import { harborDevices, harborParameters, harborUnits } from './harbor.ts';
import { loadReadings, siteSql, stationSql } from './harborSql.ts';
import { type HydroVuServer, startHydroVuServer } from './hydroVuServer.ts';
import { anySql } from './anySql.ts';

const documents = fileURLToPath(new URL('../fixtures/pipelines/harbor', import.meta.url));
const resolutions = { '1h': '1 hour', '2h': '2 hours', '4h': '4 hours', '12h': '12 hours', '24h': '24 hours' };
/** The sites of the service. */
export const sites = ['BDock', 'Princess', 'Silver'];

/** The initial and the final day up to which the service has readings. */
export const [firstDays, allDays] = [14, 21];

/** A pond, the service and the folder from which its pipeline collects, and a database for expected results. */
export interface Harbor {
  readonly host: PondHost;
  readonly service: HydroVuServer;
  readonly inbox: string;
  readonly connection: Connection;
}

/** Starts the service, with the readings of the first days, and creates a pond. All are removed when the test ends. */
export async function newHarbor(t: TestContext): Promise<Harbor> {
  const host = await newPondHost(t);
  const service = await startHydroVuServer({
    devices: harborDevices(firstDays),
    parameters: harborParameters,
    units: harborUnits,
    pageSize: 500,
  });
  t.after(() => service.close());
  process.env['HARBOUR_KEY'] = service.key;
  process.env['HARBOUR_SECRET'] = service.secret;
  const database = await openDatabase();
  const connection = await database.connect();
  t.after(() => {
    connection.close();
    database.close();
  });
  return { host, service, connection, inbox: join(host.folder, 'inbox') };
}

/** Applies and commits the documents of the pipeline. */
export async function applyAll({ host, service, inbox }: Harbor): Promise<void> {
  const sources = ['collect.yaml', 'derive.yaml', 'pages.yaml'].map((name) => {
    const origin = join(documents, name);
    return { origin, text: readFileSync(origin, 'utf8') };
  });
  const variables = { url: service.url, inbox };
  const { applied, problems } = await host.run('apply', { sources, variables, directory: documents });
  assert.deepEqual(problems, []);
  assert.deepEqual(
    applied.map(({ kind, name, outcome }) => `${outcome} ${kind}/${name}`),
    [
      'HydroVu/noyoharbor',
      'Inbox/laketechcsv',
      'Derive/csvextract',
      'Combine/noyodata',
      'Reduce/downsampled',
      'Template/noyosite',
    ].map((name) => `created ${name}`),
  );
  await host.run('commit', { message: 'The pipeline of the harbor' });
}

/** Runs all resources; each must succeed. Returns the rows of each. */
export async function runAll({ host }: Harbor): Promise<ReadonlyMap<string, number>> {
  const { runs } = await host.run('run', {});
  assert.deepEqual(
    runs.filter(({ status }) => status !== 'ok').map(({ resource, error }) => `${resource}: ${error?.message}`),
    [],
  );
  return new Map(runs.map(({ resource, rows }) => [resource, rows]));
}

/** Compares all rows of a series of the pond with those of a query, in both directions. */
async function checkSeries({ host, connection }: Harbor, path: string, expected: string): Promise<void> {
  const file = join(host.folder, 'actual.parquet');
  await host.run('queryToFile', { sql: `SELECT * FROM ${identifier(path)}`, format: 'parquet', file });
  const actual = `SELECT * FROM read_parquet(${literal(file)})`;
  await connection.run(anySql(`CREATE OR REPLACE TABLE expected AS ${expected}`));
  const columns = async (from: string) => (await connection.rows(anySql(`DESCRIBE ${from}`))).map(([name]) => name);
  assert.deepEqual(await columns(actual), await columns('expected'), path);
  const difference = async (one: string, other: string) =>
    connection.rows(anySql(`(${one}) EXCEPT ALL (${other}) ORDER BY ALL LIMIT 3`));
  assert.deepEqual(await difference(actual, 'FROM expected'), [], `${path} has more`);
  assert.deepEqual(await difference('FROM expected', actual), [], `${path} has less`);
}

/** The buckets of some columns of a query with a Timestamp in seconds. */
export async function reducedSql(
  connection: Connection,
  source: string,
  bucket: string,
  wanted: (name: string) => boolean = () => true,
): Promise<string> {
  const described = await connection.rows(anySql(`DESCRIBE ${source}`));
  const names = described.map(([name]) => String(name)).filter((name) => name !== 'Timestamp' && wanted(name));
  const values = names.flatMap((name) =>
    ['avg', 'min', 'max'].map((what) => `${what}(${identifier(name)}) AS ${identifier(`${name}.${what}`)}`),
  );
  const time = `time_bucket(INTERVAL '${bucket}', make_timestamp("Timestamp" * 1000000))`;
  return `SELECT ${[`${time} AS "Timestamp"`, ...values].join(', ')} FROM (${source}) GROUP BY 1 ORDER BY 1`;
}

/** A table of each site as `site_<name>`, with the site as a prefix of all column names as well. */
async function makeExpected({ connection }: Harbor, days: number, files: readonly string[]): Promise<void> {
  await loadReadings(connection, harborDevices(days));
  for (const site of sites) await connection.run(anySql(`CREATE OR REPLACE TABLE site_${site} AS ${siteSql(site)}`));
  // The files of the station stay as they are.
  await connection.run(anySql(`CREATE TABLE IF NOT EXISTS site_FieldStation AS ${stationSql(files)}`));
}

/** Compares all outputs of Combine and Reduce with the raw data up to a day. */
export async function checkAll(harbor: Harbor, days: number, files: readonly string[]): Promise<void> {
  const { connection } = harbor;
  await makeExpected(harbor, days, files);
  for (const site of [...sites, 'FieldStation']) {
    const source = `SELECT * FROM site_${site}`;
    await checkSeries(harbor, `/Combine/noyodata/${site}/combine`, source);
    for (const [name, bucket] of Object.entries(resolutions)) {
      const path = `/Reduce/downsampled/single_site/site=${site}/res=${name}`;
      await checkSeries(harbor, path, await reducedSql(connection, source, bucket));
    }
  }
  for (const param of ['DO', 'Salinity']) {
    const all = [...sites, 'FieldStation'].sort().map((site) => prefixed(connection, site));
    const merged = `SELECT * FROM (${(await Promise.all(all)).join(' UNION ALL BY NAME ')})`;
    for (const [name, bucket] of Object.entries(resolutions)) {
      const wanted = await reducedSql(connection, merged, bucket, (column) => column.includes(`.${param}.`));
      await checkSeries(harbor, `/Reduce/downsampled/single_param/param=${param}/res=${name}`, wanted);
    }
  }
}

async function prefixed(connection: Connection, site: string): Promise<string> {
  const names = (await connection.rows(anySql(`DESCRIBE site_${site}`))).map(([name]) => String(name));
  const columns = names.map((name) =>
    name === 'Timestamp' ? '"Timestamp"' : `${identifier(name)} AS ${identifier(`${site}.${name}`)}`,
  );
  return `SELECT ${columns.join(', ')} FROM site_${site}`;
}

/** Adds the readings of the later days to the service. */
export function addLaterReadings({ service }: Harbor): void {
  const first = new Map(harborDevices(firstDays).map(({ id, readings = [] }) => [id, readings.length]));
  for (const { id, readings = [] } of harborDevices(allDays)) {
    service.addReadings(id, readings.slice(first.get(id) ?? 0));
  }
}

/** Compares the numbers of rows and of times in each instrument's series with those of the raw data. */
export async function checkReadings({ host, connection }: Harbor, days: number): Promise<void> {
  const devices = harborDevices(days);
  await loadReadings(connection, devices);
  for (const { id, name = '' } of devices) {
    const path = identifier(`/HydroVu/noyoharbor/data/${name}-${id}`);
    const sql = `SELECT count(*), count(DISTINCT "Timestamp") FROM ${path}`;
    const { text } = await host.run('queryToText', { sql, format: 'csv' });
    const wanted = `SELECT count(DISTINCT T) FROM raw WHERE device = ${literal(name)}`;
    const [times] = (await connection.rows(anySql(wanted))).map(([count]) => String(count));
    assert.equal(text.split('\n')[1], `${times},${times}`, name);
  }
}
