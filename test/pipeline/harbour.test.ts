import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type Connection } from '../../server/src/duckdb/connection.ts';
import { openDatabase } from '../../server/src/duckdb/database.ts';
import { identifier, literal } from '../../server/src/duckdb/sql.ts';
import { newPondHost, type PondHost } from '../support/commandHost.ts';
import { harbourDevices, harbourParameters, harbourUnits, writeStationFiles } from '../support/harbour.ts';
import { loadReadings, siteSql, stationSql } from '../support/harbourSql.ts';
import { type HydroVuServer, startHydroVuServer } from '../support/hydroVuServer.ts';

const documents = fileURLToPath(new URL('../fixtures/pipelines/harbour', import.meta.url));
const resolutions = { '1h': '1 hour', '2h': '2 hours', '4h': '4 hours', '12h': '12 hours', '24h': '24 hours' };
const sites = ['BDock', 'Princess', 'Silver'];

/** The day up to which the service has readings at first, and the last. */
const [firstDays, allDays] = [14, 21];

interface Harbour {
  readonly host: PondHost;
  readonly service: HydroVuServer;
  readonly inbox: string;
  readonly connection: Connection;
}

async function newHarbour(t: TestContext): Promise<Harbour> {
  const host = await newPondHost(t);
  const service = await startHydroVuServer({
    devices: harbourDevices(firstDays),
    parameters: harbourParameters,
    units: harbourUnits,
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

async function applyAll({ host, service, inbox }: Harbour): Promise<void> {
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
  await host.run('commit', { message: 'The pipeline of the harbour' });
}

async function runAll({ host }: Harbour): Promise<ReadonlyMap<string, number>> {
  const { runs } = await host.run('run', {});
  assert.deepEqual(
    runs.filter(({ status }) => status !== 'ok').map(({ resource, error }) => `${resource}: ${error?.message}`),
    [],
  );
  return new Map(runs.map(({ resource, rows }) => [resource, rows]));
}

/** Compares all rows of a series of the pond with those of a query, both ways. */
async function checkSeries({ host, connection }: Harbour, path: string, expected: string): Promise<void> {
  const file = join(host.folder, 'actual.parquet');
  await host.run('queryToFile', { sql: `SELECT * FROM ${identifier(path)}`, format: 'parquet', file });
  const actual = `SELECT * FROM read_parquet(${literal(file)})`;
  const columns = async (sql: string) => (await connection.rows(`DESCRIBE ${sql}`)).map(([name]) => name);
  assert.deepEqual(await columns(actual), await columns(expected), path);
  const difference = async (one: string, other: string) =>
    connection.rows(`(${one}) EXCEPT ALL (${other}) ORDER BY ALL LIMIT 3`);
  assert.deepEqual(await difference(actual, expected), [], `${path} has more`);
  assert.deepEqual(await difference(expected, actual), [], `${path} has less`);
}

/** The buckets of some columns of a query with a Timestamp in seconds. */
async function reducedSql(
  connection: Connection,
  source: string,
  bucket: string,
  wanted: (name: string) => boolean = () => true,
): Promise<string> {
  const described = await connection.rows(`DESCRIBE ${source}`);
  const names = described.map(([name]) => String(name)).filter((name) => name !== 'Timestamp' && wanted(name));
  const values = names.flatMap((name) =>
    ['avg', 'min', 'max'].map((what) => `${what}(${identifier(name)}) AS ${identifier(`${name}.${what}`)}`),
  );
  const time = `time_bucket(INTERVAL '${bucket}', make_timestamp("Timestamp" * 1000000))`;
  return `SELECT ${[`${time} AS "Timestamp"`, ...values].join(', ')} FROM (${source}) GROUP BY 1 ORDER BY 1`;
}

/** A table of each site as `site_<name>`, all columns under names with the site in front as well. */
async function makeExpected({ connection }: Harbour, days: number, files: readonly string[]): Promise<void> {
  await loadReadings(connection, harbourDevices(days));
  for (const site of sites) await connection.run(`CREATE OR REPLACE TABLE site_${site} AS ${siteSql(site)}`);
  await connection.run(`CREATE OR REPLACE TABLE site_FieldStation AS ${stationSql(files)}`);
}

async function checkAll(harbour: Harbour, days: number, files: readonly string[]): Promise<void> {
  const { connection } = harbour;
  await makeExpected(harbour, days, files);
  for (const site of [...sites, 'FieldStation']) {
    const source = `SELECT * FROM site_${site}`;
    await checkSeries(harbour, `/Combine/noyodata/${site}/combine`, source);
    for (const [name, bucket] of Object.entries(resolutions)) {
      const path = `/Reduce/downsampled/single_site/site=${site}/res=${name}`;
      await checkSeries(harbour, path, await reducedSql(connection, source, bucket));
    }
  }
  for (const param of ['DO', 'Salinity']) {
    const all = [...sites, 'FieldStation'].sort().map((site) => prefixed(connection, site));
    const merged = `SELECT * FROM (${(await Promise.all(all)).join(' UNION ALL BY NAME ')})`;
    for (const [name, bucket] of Object.entries(resolutions)) {
      const wanted = await reducedSql(connection, merged, bucket, (column) => column.includes(`.${param}.`));
      await checkSeries(harbour, `/Reduce/downsampled/single_param/param=${param}/res=${name}`, wanted);
    }
  }
}

async function prefixed(connection: Connection, site: string): Promise<string> {
  const names = (await connection.rows(`DESCRIBE site_${site}`)).map(([name]) => String(name));
  const columns = names.map((name) =>
    name === 'Timestamp' ? '"Timestamp"' : `${identifier(name)} AS ${identifier(`${site}.${name}`)}`,
  );
  return `SELECT ${columns.join(', ')} FROM site_${site}`;
}

test('the pipeline of a harbour, from a service and files to series of every resolution', async (t) => {
  const harbour = await newHarbour(t);
  const files = writeStationFiles(harbour.inbox);
  await applyAll(harbour);
  const rows = await runAll(harbour);
  assert.ok((rows.get('HydroVu/noyoharbor') ?? 0) > 5_000);
  await checkAll(harbour, firstDays, files);

  await t.test('what comes later is added, and only that', async () => {
    for (const { id, readings = [] } of harbourDevices(allDays)) {
      const known = harbourDevices(firstDays).find((device) => device.id === id)?.readings?.length ?? 0;
      harbour.service.addReadings(id, readings.slice(known));
    }
    await runAll(harbour);
    await checkAll(harbour, allDays, files);
  });

  await t.test('a run with nothing new brings nothing', async () => {
    const again = await runAll(harbour);
    assert.deepEqual(
      [...again.values()].filter((count) => count > 0),
      [],
    );
    assert.deepEqual((await harbour.host.run('status', {})).staged, []);
  });

  await t.test('the pages name what their series hold', async () => {
    const page = await harbour.host.run('read', { path: '/Template/noyosite/sites/BDock.md' });
    const text = Buffer.from(page as Uint8Array).toString();
    assert.match(text, /^# BDock$/m);
    assert.match(text, /## Battery Level\n\n- Vulink, in %: avg min max/);
  });

  await t.test('an old version still has what it had', async () => {
    const [first] = (await harbour.host.run('log', { path: '/HydroVu' })).slice(-2);
    const sql = 'SELECT count(*) AS n FROM "/Combine/noyodata/BDock/combine"';
    const count = async (at?: string): Promise<number> => {
      const { text } = await harbour.host.run('queryToText', {
        sql,
        format: 'csv',
        ...(at === undefined ? {} : { at }),
      });
      return Number(text.split('\n')[1]);
    };
    assert.ok((await count(String(first?.number))) < (await count()));
  });
});
