import assert from 'node:assert/strict';
import { readCoverage } from '../../server/src/pond/seriesCoverage.ts';
import { test } from 'node:test';
import { openDatabase } from '../../server/src/duckdb/database.ts';
import { literalList } from '../../server/src/duckdb/sql.ts';
import { resourceKinds } from '../../server/src/resources/registry.ts';
import { readResourceFile } from '../../server/src/resources/resourceFile.ts';
import { hydroVuBench, hydroVuDocument } from '../support/hydroVuPond.ts';
import { regularReadings, valueAt } from '../support/hydroVuModel.ts';
import { anySql } from '../support/anySql.ts';

const start = 1_700_000_100;
const buoy = { id: '4990594334457856', name: 'HarborBuoy', scope: 'Buoy' };
const meter = { id: '5077810482151424', name: 'HarborMeter', scope: 'Meter' };
const buoyData = `data/${buoy.name}-${buoy.id}`;

function buoyRow(row: number, step = 900): Record<string, unknown> {
  const time = start + row * step;
  return { Timestamp: BigInt(time), 'Buoy.Temperature.C': valueAt('1', time), 'Buoy.pH.pH': valueAt('2', time) };
}

test('a run collects all readings, one row for each time, and the tables of names', async (t) => {
  // Fifteen values a page: every other page begins in the middle of a row.
  const served = { id: buoy.id, description: 'by the pier', latitude: 38.25, longitude: -123.5 };
  const devices = [{ ...served, readings: regularReadings(start, 40) }];
  const bench = await hydroVuBench(t, { devices, pageSize: 15 }, [buoy]);
  const outcome = await bench.collect();
  assert.deepEqual(
    await bench.rows(buoyData),
    Array.from({ length: 40 }, (_, row) => buoyRow(row)),
  );
  assert.equal(await bench.versionCount(buoyData), 1);
  const { time, rows } = await readCoverage(await bench.pond.fs.root(), `${bench.home}/${buoyData}`);
  const [minUs, maxUs] = [start * 1_000_000, (start + 39 * 900) * 1_000_000];
  assert.deepEqual({ time, rows }, { time: { minUs, maxUs }, rows: 40 });
  assert.deepEqual(
    { rows: outcome.rows, files: outcome.files, notes: outcome.notes },
    { rows: 40, files: 1, notes: [] },
  );
  assert.ok(outcome.bytes > 0 && outcome.failure === undefined);
  assert.deepEqual(await bench.rows('locations'), [
    {
      description: 'by the pier',
      id: BigInt(buoy.id),
      name: buoy.name,
      scope: buoy.scope,
      latitude: 38.25,
      longitude: -123.5,
    },
  ]);
  assert.deepEqual((await bench.rows('params'))[1], { index: '2', value: 'pH' });
  assert.deepEqual((await bench.rows('units'))[3], { index: '35', value: 'm' });
  const [{ overlap_sum: sum, ...progress } = {}] = await bench.rows('temporal');
  assert.equal(typeof sum, 'bigint');
  assert.deepEqual(progress, {
    location_id: BigInt(buoy.id),
    min_time: BigInt(start),
    max_time: BigInt(start + 39 * 900),
    record_time: 1_719_792_000n,
    num_points: 80n,
    // The last hour that begins at least seven days before the last reading.
    overlap_from: 1_699_430_400n,
  });
});

test('the next run requests the readings after the last one, and without new readings changes nothing', async (t) => {
  const bench = await hydroVuBench(t, { devices: [{ id: buoy.id, readings: regularReadings(start, 10) }] }, [buoy]);
  await bench.collect();
  const before = bench.pond.head.number;
  bench.server.requests.length = 0;
  assert.deepEqual(await bench.collect(), { rows: 0, bytes: 0, files: 0, notes: [] });
  assert.equal(bench.pond.head.number, before);
  assert.match(bench.server.requests.at(-2)!.url, new RegExp(`startTime=${start + 9 * 900 + 1}$`));
  bench.server.addReadings(buoy.id, regularReadings(start + 9000, 5));
  assert.equal((await bench.collect()).rows, 5);
  assert.deepEqual(
    await bench.rows(buoyData),
    Array.from({ length: 15 }, (_, row) => buoyRow(row)),
  );
  assert.equal(await bench.versionCount(buoyData), 2);
});

test('a changed document, and a device that is added again, do not restart the collection', async (t) => {
  const devices = [buoy, meter].map(({ id }) => ({ id, readings: regularReadings(start, 10) }));
  const bench = await hydroVuBench(t, { devices }, [buoy, meter]);
  assert.equal((await bench.collect()).rows, 20);
  await bench.apply(hydroVuDocument(bench.server.url, [meter]));
  assert.equal((await bench.collect()).rows, 0);
  assert.equal((await bench.rows(buoyData)).length, 10);
  assert.deepEqual((await bench.rows('locations')).length, 1);
  assert.deepEqual((await bench.rows('temporal')).length, 2);
  await bench.apply(hydroVuDocument(bench.server.url, [buoy, meter]));
  assert.equal((await bench.collect()).rows, 0);
});

test('the series of a device continues under another name of the device', async (t) => {
  const bench = await hydroVuBench(t, { devices: [{ id: buoy.id, readings: regularReadings(start, 10) }] }, [buoy]);
  await bench.collect();
  await bench.apply(hydroVuDocument(bench.server.url, [{ ...buoy, name: 'Pier' }]));
  bench.server.addReadings(buoy.id, regularReadings(start + 9000, 5));
  await bench.collect();
  assert.deepEqual(
    await bench.rows(`data/Pier-${buoy.id}`),
    Array.from({ length: 15 }, (_, row) => buoyRow(row)),
  );
  assert.deepEqual(await bench.rows(buoyData), []);
});

test('two devices of one name are two series', async (t) => {
  const devices = [buoy, meter].map(({ id }, index) => ({ id, readings: regularReadings(start, 3 + index) }));
  const bench = await hydroVuBench(t, { devices }, [buoy, { ...meter, name: buoy.name }]);
  await bench.collect();
  assert.equal((await bench.rows(buoyData)).length, 3);
  assert.equal((await bench.rows(`data/${buoy.name}-${meter.id}`)).length, 4);
});

test('an added or removed parameter starts a version of its own, and each time stays one row', async (t) => {
  const readings = [
    ...regularReadings(start, 10, { parameterIds: ['1', '2'] }),
    ...regularReadings(start + 9000, 10, { parameterIds: ['1', '3'] }),
  ];
  const bench = await hydroVuBench(t, { devices: [{ id: buoy.id, readings }], pageSize: 7 }, [buoy]);
  await bench.collect();
  const rows = await bench.rows(buoyData);
  assert.equal(await bench.versionCount(buoyData), 2);
  assert.equal(rows.length, 20);
  assert.deepEqual(rows[9], buoyRow(9));
  const time = start + 9000;
  assert.deepEqual(rows[10], {
    Timestamp: BigInt(time),
    'Buoy.Temperature.C': valueAt('1', time),
    'Buoy.DO.mg/L': valueAt('3', time),
  });
});

test('pages by parameter, overlapping pages and repeated values become one row for each time', async (t) => {
  const temperature = regularReadings(start, 30, { parameterIds: ['1'] });
  const ph = regularReadings(start, 30, { parameterIds: ['2'] });
  const wrong = temperature.slice(5, 9).map((reading) => ({ ...reading, value: -1 }));
  const readings = [...wrong, ...temperature, ...temperature.slice(20), ...ph.toReversed()];
  const bench = await hydroVuBench(t, { devices: [{ id: buoy.id, readings }], pageSize: 7 }, [buoy]);
  await bench.collect();
  assert.deepEqual(
    await bench.rows(buoyData),
    Array.from({ length: 30 }, (_, row) => buoyRow(row)),
  );
});

test('parameters and units without a name have their ids, and the run notes it', async (t) => {
  const readings = [
    { parameterId: 'x9', unitId: '1', timestamp: start, value: 1 },
    { parameterId: '1', unitId: 'u-7', timestamp: start, value: 2 },
  ];
  const bench = await hydroVuBench(t, { devices: [{ id: buoy.id, readings }] }, [buoy]);
  const { notes } = await bench.collect();
  assert.deepEqual(await bench.rows(buoyData), [
    { Timestamp: BigInt(start), 'Buoy.x9.C': 1, 'Buoy.Temperature.u-7': 2 },
  ]);
  assert.deepEqual(notes, [
    `HarborBuoy (${buoy.id}): the service has no name for the parameter x9: its column goes by the id.`,
    `HarborBuoy (${buoy.id}): the service has no name for the unit u-7: its column goes by the id.`,
  ]);
});

test('a service without names does not produce a run of notes only', async (t) => {
  const parameterIds = Array.from({ length: 30 }, (_, index) => String(index + 100));
  const readings = regularReadings(start, 2, { parameterIds });
  const served = { devices: [{ id: buoy.id, readings }], parameters: {}, units: { '1': 'C' } };
  const bench = await hydroVuBench(t, served, [buoy]);
  const { notes } = await bench.collect();
  assert.equal(notes.length, 11);
  assert.match(notes[10] ?? '', /so it is with 20 more\.$/);
  assert.deepEqual(await bench.rows('params'), []);
  assert.equal(Object.keys((await bench.rows(buoyData))[1]!).length, 31);
});

test('more parameters than a device can have are refused', async (t) => {
  const readings = regularReadings(start, 1, { parameterIds: Array.from({ length: 5000 }, (_, id) => String(id)) });
  const bench = await hydroVuBench(t, { devices: [{ id: buoy.id, readings }], pageSize: 10_000 }, [buoy]);
  const { failure } = await bench.collect();
  assert.match(failure?.message ?? '', /5000 parameters at 1 times on a few pages are more than can be taken in/);
});

test('two parameters of one name have a column each', async (t) => {
  const parameters = { '1': 'Depth', '2': 'depth', '3': 'Depth' };
  const readings = regularReadings(start, 1, { parameterIds: ['1', '2', '3'] }).map((one) => ({
    ...one,
    unitId: '35',
  }));
  const bench = await hydroVuBench(t, { devices: [{ id: buoy.id, readings }], parameters }, [buoy]);
  await bench.collect();
  assert.deepEqual(Object.keys((await bench.rows(buoyData))[0]!), [
    'Timestamp',
    'Buoy.Depth.m',
    'Buoy.depth (2).m',
    'Buoy.Depth (3).m',
  ]);
});

test('readings of wrong clocks are skipped and counted, and do not block others', async (t) => {
  const nowSeconds = 1_719_792_000;
  const odd = [-5, 0, nowSeconds + 90_000, nowSeconds + 4e9].map((timestamp) => ({
    parameterId: '1',
    unitId: '1',
    timestamp,
    value: 1,
  }));
  const readings = [...odd, ...regularReadings(start, 10)];
  const bench = await hydroVuBench(t, { devices: [{ id: buoy.id, readings }] }, [buoy]);
  const { notes } = await bench.collect();
  assert.deepEqual(notes, [
    `HarborBuoy (${buoy.id}): 2 readings were skipped: their time is not after 1970.`,
    `HarborBuoy (${buoy.id}): 2 readings were skipped: their time is more than an hour ahead of now.`,
  ]);
  assert.equal((await bench.rows(buoyData)).length, 10);
  assert.equal((await bench.rows('temporal'))[0]?.['max_time'], BigInt(start + 8100));
  // The clock reaches its time.
  await bench.collect({}, { now: () => (nowSeconds + 88_000) * 1000 });
  assert.equal((await bench.rows(buoyData)).length, 11);
});

test('a device that the account does not know is reported; the others are collected', async (t) => {
  const bench = await hydroVuBench(t, { devices: [{ id: meter.id, readings: regularReadings(start, 2) }] }, [
    buoy,
    meter,
  ]);
  const outcome = await bench.collect();
  assert.deepEqual(outcome.notes, [`HarborBuoy (${buoy.id}): the account knows no such location.`]);
  assert.equal(outcome.rows, 2);
});

test('a location whose id is too long for a double is found', async (t) => {
  const long = { id: '9223372036854775807', name: 'Long', scope: 'Long' };
  const devices = ['9223372036854775806', long.id].map((id, index) => ({
    id,
    readings: regularReadings(start, 1 + index),
  }));
  const bench = await hydroVuBench(t, { devices }, [long]);
  await bench.collect();
  assert.equal((await bench.rows(`data/Long-${long.id}`)).length, 2);
  assert.equal((await bench.rows('temporal'))[0]?.['location_id'], 9_223_372_036_854_775_807n);
});

test('a page without parameters, a location without readings and a null value are accepted', async (t) => {
  const readings = [
    { parameterId: '1', unitId: '1', timestamp: start, value: null },
    ...regularReadings(start + 900, 2),
  ];
  const bench = await hydroVuBench(t, { devices: [{ id: buoy.id }, { id: meter.id, readings }] }, [buoy, meter]);
  const outcome = await bench.collect();
  assert.deepEqual({ rows: outcome.rows, notes: outcome.notes }, { rows: 2, notes: [] });
});

test('DuckDB reads the versions of a series as one table, with whole seconds and numbers', async (t) => {
  const readings = [
    ...regularReadings(start, 1000, { step: 60, parameterIds: ['1', '2'] }).filter((_, index) => index % 7 !== 3),
    ...regularReadings(start + 60_000, 1000, { step: 60, parameterIds: ['2', '3'] }),
  ];
  const bench = await hydroVuBench(t, { devices: [{ id: buoy.id, readings }], pageSize: 500 }, [buoy]);
  await bench.collect();
  const at = await (await bench.pond.fs.root()).get(`${bench.home}/${buoyData}`);
  const files = (await bench.pond.hostFiles(at!.node)).map(({ hostPath }) => hostPath);
  const database = await openDatabase();
  const connection = await database.connect();
  try {
    const from = `FROM read_parquet(${literalList(files)}, union_by_name = true)`;
    assert.deepEqual(
      (await connection.rows(anySql(`DESCRIBE SELECT * ${from}`))).map(([name, type]) => [name, type]),
      [
        ['Timestamp', 'BIGINT'],
        ['Buoy.Temperature.C', 'DOUBLE'],
        ['Buoy.pH.pH', 'DOUBLE'],
        ['Buoy.DO.mg/L', 'DOUBLE'],
      ],
    );
    const sum = (id: string): number =>
      readings.reduce((total, { parameterId, value }) => total + (parameterId === id ? (value ?? 0) : 0), 0);
    const columns = ['"Buoy.Temperature.C"', '"Buoy.pH.pH"', '"Buoy.DO.mg/L"'].map((name) => `sum(${name})`);
    const [row] = await connection.rows(
      anySql(`SELECT count(*), count(DISTINCT Timestamp), ${columns.join()} ${from}`),
    );
    assert.deepEqual(row, [2000n, 2000n, sum('1'), sum('2'), sum('3')]);
  } finally {
    connection.close();
    database.close();
  }
});

for (const [url, problem] of [
  ['https://example.org/hydro', undefined],
  ['http://localhost:8080', undefined],
  ['http://[::1]:80', undefined],
  ['http://example.org', /expected to be reached by https/],
  ['ftp://localhost', /expected to be reached by https/],
  ['https://me:pw@example.org', /no user or password/],
  ['https://example.org/?a=b', /no "\?" or "#"/],
  ['hydrovu', /expected a URL/],
] as const) {
  test(`the URL of a service is ${problem === undefined ? 'accepted' : 'refused'}: ${url}`, () => {
    const [document] = readResourceFile(hydroVuDocument(url, [buoy]), resourceKinds);
    const messages = document?.problems.map(({ message }) => message) ?? [];
    assert.equal(messages.length, problem === undefined ? 0 : 1);
    if (problem !== undefined) assert.match(messages[0] ?? '', problem);
  });
}
