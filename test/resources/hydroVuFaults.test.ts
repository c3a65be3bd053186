import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isPondError } from '../../server/src/base/error.ts';
import { hydroVuAccount } from '../../server/src/resources/kinds/hydroVu/account.ts';
import { readResources } from '../../server/src/resources/readResource.ts';
import { type Fault } from '../support/hydroVuFaults.ts';
import { regularReadings } from '../support/hydroVuModel.ts';
import { type HydroVuBench, hydroVuBench } from '../support/hydroVuPond.ts';
import { collect } from '../support/tree.ts';

const start = 1_700_000_100;
const rowCount = 40;
const devices = [1, 2, 3].map((id) => ({ id: String(id), name: `Buoy${id}`, scope: 'Buoy' }));

/** A service with three locations, each with two values at forty times on six pages. */
function threeDevices(t: Parameters<typeof hydroVuBench>[0]): Promise<HydroVuBench> {
  const served = devices.map(({ id }) => ({ id, readings: regularReadings(start, rowCount) }));
  return hydroVuBench(t, { devices: served, pageSize: 15 }, devices);
}

async function rowCounts({ rows }: HydroVuBench): Promise<number[]> {
  return await Promise.all(devices.map(async ({ name, id }) => (await rows(`data/${name}-${id}`)).length));
}

/**
 * Faults of the pages after the first, with the rows that are kept nevertheless: those that two pages prove to be
 * complete.
 */
const ending: readonly (readonly [Fault, number])[] = [
  [{ kind: 'status', status: 404 }, 0],
  [{ kind: 'status', status: 403 }, 0],
  [{ kind: 'status', status: 500 }, 0],
  [{ kind: 'status', status: 200, body: '{"locationId":2,"parameters":7}' }, 0],
  [{ kind: 'repeatedPage' }, 14],
  [{ kind: 'endless' }, 14],
];

for (const [fault, kept] of ending) {
  test(`a failed location does not prevent the others from being collected: ${JSON.stringify(fault)}`, async (t) => {
    const bench = await threeDevices(t);
    bench.server.fault({ ...fault, path: '/locations/2/data', after: 1, times: Infinity });
    const outcome = await bench.collect({ limits: { pagesMax: 50 } });
    assert.match(
      outcome.failure?.message ?? '',
      /^HydroVu\/buoys: Buoy2 \(2\): HydroVu GET \/public-api\/v1\/locations\/2\/data/,
    );
    assert.equal(outcome.failure?.path, `${bench.home}/resource.yaml`);
    assert.deepEqual(outcome.failure?.position, { line: 10, character: 6 });
    assert.equal(outcome.notes.length, 1);
    assert.deepEqual(await rowCounts(bench), [rowCount, kept, rowCount]);
    assert.equal((await bench.rows('temporal')).length, kept === 0 ? 2 : 3);
    bench.server.clearFaults();
    const next = await bench.collect();
    assert.deepEqual({ rows: next.rows, failure: next.failure }, { rows: rowCount - kept, failure: undefined });
    assert.deepEqual(await rowCounts(bench), [rowCount, rowCount, rowCount]);
  });
}

for (const fault of [{ kind: 'expired' }, { kind: 'dropped' }, { kind: 'status', status: 429 }] as const) {
  test(`one location without an answer does not prevent the others from being collected: ${JSON.stringify(fault)}`, async (t) => {
    const bench = await threeDevices(t);
    bench.server.fault({ ...fault, path: '/locations/2/data', times: Infinity });
    const { failure, notes } = await bench.collect();
    assert.match(failure?.message ?? '', /Buoy2 \(2\): HydroVu GET/);
    assert.equal(notes.length, 1);
    assert.deepEqual(await rowCounts(bench), [rowCount, 0, rowCount]);
  });

  test(`a failure of two locations in sequence ends the run, and received data are kept: ${JSON.stringify(fault)}`, async (t) => {
    const served = [1, 2, 3, 4].map((id) => ({ id: String(id), readings: regularReadings(start, rowCount) }));
    const all = [...devices, { id: '4', name: 'Buoy4', scope: 'Buoy' }];
    const bench = await hydroVuBench(t, { devices: served, pageSize: 15 }, all);
    bench.server.fault({ ...fault, path: '/locations/2/data', times: Infinity });
    bench.server.fault({ ...fault, path: '/locations/3/data', times: Infinity });
    const { failure, notes } = await bench.collect();
    assert.match(failure?.message ?? '', /Buoy2 \(2\)/);
    assert.equal(notes.at(-1), '1 of 4 devices were not asked for.');
    assert.deepEqual(await rowCounts(bench), [rowCount, 0, 0]);
    assert.ok(bench.server.requests.every(({ url }) => !url.includes('/locations/4/')));
  });
}

test('a run that cannot start fails, and leaves the pond unchanged', async (t) => {
  const bench = await threeDevices(t);
  const before = bench.pond.head.number;
  bench.server.fault({ kind: 'status', status: 401, path: '/token', times: 1 });
  await assert.rejects(bench.collect(), (error) => {
    assert.ok(isPondError(error, 'remote-denied'));
    assert.match(error.message, /^HydroVu\/buoys: HydroVu POST \/public-api\/oauth\/token: status 401/);
    assert.equal(error.path, `${bench.home}/resource.yaml`);
    return true;
  });
  assert.equal(bench.pond.head.number, before);
});

test('a secret that is not set is reported with its position, before any request', async (t) => {
  const bench = await threeDevices(t);
  await assert.rejects(bench.collect({}, { env: { TEST_KEY: 'k' } }), (error) => {
    assert.ok(isPondError(error, 'secret-missing'));
    assert.match(error.message, /TEST_SECRET is not set/);
    assert.deepEqual(error.position, { line: 6, character: 10 });
    return true;
  });
  assert.deepEqual(bench.server.requests, []);
});

test('no secret is in the pond, in notes or in errors', async (t) => {
  const bench = await threeDevices(t);
  const secrets = [bench.server.key, bench.server.secret].map((text) => `${text}-4711`);
  const env = { TEST_KEY: secrets[0]!, TEST_SECRET: secrets[1]! };
  await assert.rejects(bench.collect({}, { env }), (error) => {
    assert.ok(
      error instanceof Error && secrets.every((secret) => !`${error.stack}${JSON.stringify(error)}`.includes(secret)),
    );
    return true;
  });
  const outcome = await bench.collect();
  assert.ok(!JSON.stringify(outcome.notes).includes('token-'));
  const document = Buffer.from(await (await bench.pond.fs.root()).readFile(`${bench.home}/resource.yaml`)).toString();
  assert.ok(document.includes('${env:TEST_SECRET}'));
});

test('a run that is cancelled at any request leaves nothing incomplete, and the next one collects everything', async (t) => {
  const bench = await threeDevices(t);
  const before = bench.pond.head.number;
  for (let requests = 1; requests <= 20; requests += 3) {
    const controller = new AbortController();
    const { server } = bench;
    server.requests.length = 0;
    const fetching: typeof fetch = async (input, init) => {
      if (server.requests.length === requests) controller.abort();
      return await fetch(input, init);
    };
    const cancelled = bench.collect({ effects: { fetch: fetching } }, { signal: controller.signal });
    await assert.rejects(cancelled, (error) => isPondError(error, 'cancelled'));
    assert.equal(bench.pond.head.number, before);
  }
  await bench.collect();
  assert.deepEqual(await rowCounts(bench), [rowCount, rowCount, rowCount]);
});

test('the progress of a run counts readings, pages and devices', async (t) => {
  const bench = await threeDevices(t);
  const said: string[] = [];
  await bench.collect({}, { progress: (message, done, total) => said.push(`${message} ${done}/${total}`) });
  assert.equal(said[0], 'Buoy1: 15 readings on 1 page 0/3');
  assert.equal(said.at(-1), 'Buoy3: 80 readings on 6 pages 2/3');
});

test('the account lists its locations and the pages of one', async (t) => {
  const bench = await threeDevices(t);
  const [home] = await readResources(bench.pond.fs);
  const account = hydroVuAccount(home!.resource!, { env: () => 'x' });
  await assert.rejects(account.locations(new AbortController().signal), (error) => isPondError(error, 'remote-denied'));
  const env = (name: string): string => (name === 'TEST_KEY' ? bench.server.key : bench.server.secret);
  const { locations, scan } = hydroVuAccount(home!.resource!, { env });
  const { signal } = new AbortController();
  assert.deepEqual((await locations(signal)).map(({ id, name }) => [id, name]).at(-1), ['3', 'Location 3']);
  const pages = await collect(scan('2', start, start + 900 * 9, signal));
  assert.deepEqual(pages, [
    { min: start, max: start + 900 * 7, readings: 15 },
    { min: start + 900 * 7, max: start + 900 * 9, readings: 5 },
  ]);
  assert.deepEqual(await collect(scan('2', start + 1e6, undefined, signal)), [{ min: null, max: null, readings: 0 }]);
});
