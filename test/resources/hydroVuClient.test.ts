import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { type AddressInfo } from 'node:net';
import { test, type TestContext } from 'node:test';
import { type ErrorCode, isPondError } from '../../server/src/base/error.ts';
import { type Client, createClient } from '../../server/src/resources/kinds/hydroVu/client.ts';
import { type HydroVuEffects, type Limits, realEffects } from '../../server/src/resources/kinds/hydroVu/effects.ts';
import { type ServiceError } from '../../server/src/resources/kinds/hydroVu/serviceError.ts';
import { type ReadingsPage } from '../../server/src/resources/kinds/hydroVu/shapes.ts';
import { type Fault } from '../support/hydroVuFaults.ts';
import { regularReadings } from '../support/hydroVuModel.ts';
import { quickEffects } from '../support/hydroVuPond.ts';
import { type HydroVuServer, type HydroVuServerOptions, startHydroVuServer } from '../support/hydroVuServer.ts';

const never = new AbortController().signal;
const id = '4990594334457856';
const dataPath = `/public-api/v1/locations/${id}/data`;
const device = { id, readings: regularReadings(1_700_000_100, 30) };

interface Settings {
  readonly server?: Partial<HydroVuServerOptions>;
  readonly limits?: Partial<Limits>;
  readonly effects?: Partial<HydroVuEffects>;
  readonly account?: { readonly key?: string; readonly secret?: string };
}

interface Bench {
  readonly server: HydroVuServer;
  readonly client: Client;
  readonly slept: number[];
  /** The number of values on each page of the location. */
  readings(signal?: AbortSignal): Promise<number[]>;
}

async function bench(t: TestContext, { server: options, limits, effects, account }: Settings = {}): Promise<Bench> {
  const server = await startHydroVuServer({ devices: [device], pageSize: 25, ...options });
  t.after(() => server.close());
  const quick = quickEffects();
  const { url, key, secret } = server;
  const client = createClient({ url, key, secret, ...account }, { ...quick, ...effects }, limits);
  const readings = (signal = never): Promise<number[]> => pageSizes(client.readings(id, { start: 1 }, signal));
  return { server, client, slept: quick.slept, readings };
}

async function pageSizes(pages: AsyncIterable<ReadingsPage>): Promise<number[]> {
  const sizes: number[] = [];
  for await (const { parameters } of pages) sizes.push(parameters.reduce((sum, one) => sum + one.readings.length, 0));
  return sizes;
}

/** Unlike any other timeout of the tests. */
const timeoutMs = 54_321;

/** Returns a function that makes the latest request time out at once. */
function timeoutByHand(t: TestContext): () => void {
  let newest = (): void => assert.fail('no request was sent');
  const { setTimeout: real } = globalThis;
  t.mock.method(globalThis, 'setTimeout', (callback: () => void, ms?: number) => {
    if (ms === timeoutMs) newest = callback;
    return real(callback, ms);
  });
  return () => newest();
}

/** Resolves when a number of requests for a path have arrived. */
async function arrived({ requests }: HydroVuServer, path: string, count: number): Promise<void> {
  while (requests.filter(({ url }) => url.includes(path)).length < count) {
    await new Promise((resolve) => setImmediate(resolve));
  }
}

function fails(code: ErrorCode, message: RegExp, concernsAll?: boolean): (error: unknown) => boolean {
  return (error) => {
    assert.ok(isPondError(error, code), String(error));
    assert.match(error.message, message);
    if (concernsAll !== undefined) assert.equal((error as ServiceError).concernsAll, concernsAll);
    return true;
  };
}

test('two pages are two requests: the first has an empty start page, the second the one that the first names', async (t) => {
  const { server, readings } = await bench(t, { server: { pageSize: 30 } });
  assert.deepEqual(await readings(), [30, 30]);
  const data = server.requests.filter(({ url }) => url.includes('/data'));
  assert.deepEqual(
    data.map(({ headers }) => headers['x-isi-start-page']),
    ['', 'p30'],
  );
  assert.ok(
    data.every(({ url, headers }) => url === `${dataPath}?startTime=1` && headers['accept-encoding'] === 'gzip'),
  );
});

test('names of all pages are merged, and so are locations', async (t) => {
  const devices = ['1', '2', '3', '4', '5'].map((one) => ({ id: one }));
  const { client } = await bench(t, { server: { devices, pageSize: 3 } });
  const names = await client.names(never);
  assert.deepEqual([names.parameters.get('2'), names.units.get('117'), names.units.size], ['pH', 'mg/L', 4]);
  assert.deepEqual(
    (await client.locations(never)).map((location) => location.id),
    ['1', '2', '3', '4', '5'],
  );
});

test('a range of time is requested in seconds, both ends inclusive', async (t) => {
  const { client } = await bench(t);
  const range = { start: 1_700_000_100 + 900, end: 1_700_000_100 + 2700 };
  assert.deepEqual(await pageSizes(client.readings(id, range, never)), [6]);
});

const passing: readonly { readonly name: string; readonly fault: Fault; readonly slept: readonly number[] }[] = [
  { name: 'status 500', fault: { kind: 'status', status: 500 }, slept: [1000] },
  { name: 'status 408', fault: { kind: 'status', status: 408 }, slept: [1000] },
  { name: 'status 429 that says nothing', fault: { kind: 'status', status: 429 }, slept: [1000] },
  {
    name: 'status 429 that says when',
    fault: { kind: 'status', status: 429, headers: { 'retry-after': '17' } },
    slept: [17_000],
  },
  {
    name: 'status 429 that names a date',
    fault: { kind: 'status', status: 429, headers: { 'retry-after': 'Mon, 01 Jul 2024 00:00:30 GMT' } },
    slept: [30_000],
  },
  {
    name: 'status 429 with the timeout of the service',
    fault: { kind: 'status', status: 429, headers: { 'x-isi-requests-timeout': '41' } },
    slept: [41_000],
  },
  {
    name: 'status 503 that asks for ten minutes',
    fault: { kind: 'status', status: 503, headers: { 'retry-after': '600' } },
    slept: [600_000],
  },
  {
    name: 'status 429 that names a date in the past, as of a clock that is late',
    fault: { kind: 'status', status: 429, headers: { 'retry-after': 'Mon, 24 Jun 2024 00:00:00 GMT' } },
    slept: [1000],
  },
  {
    name: 'status 503 that asks for less than nothing',
    fault: { kind: 'status', status: 503, headers: { 'retry-after': '-5' } },
    slept: [1000],
  },
  { name: 'a body that is cut off', fault: { kind: 'truncated' }, slept: [1000] },
  { name: 'a body that is half there', fault: { kind: 'cut' }, slept: [1000] },
  { name: 'a connection that ends', fault: { kind: 'dropped' }, slept: [1000] },
  { name: 'an answer that does not come', fault: { kind: 'slow' }, slept: [1000] },
  { name: 'an answer that is not JSON', fault: { kind: 'status', status: 200, body: '<html>' }, slept: [1000] },
];

for (const { name, fault, slept: expected } of passing) {
  for (const path of ['/data', '/token']) {
    test(`${name} of ${path} is transient`, async (t) => {
      const { server, readings, slept } = await bench(t, { limits: { timeoutMs } });
      const after = path === '/data' ? 1 : 0;
      server.fault({ ...fault, path, after });
      const timeOut = timeoutByHand(t);
      const read = readings();
      if (fault.kind === 'slow') {
        await arrived(server, path, after + 1);
        timeOut();
      }
      assert.deepEqual(await read, [25, 25, 10]);
      assert.deepEqual(slept, expected);
    });
  }
}

test('a wait of more than ten minutes, as for a quota of the day, ends the run and is named', async (t) => {
  for (const [status, after, path] of [
    [429, '86400', '/data'],
    [429, '86400', '/token'],
    [503, 'Tue, 02 Jul 2024 00:00:00 GMT', '/data'],
  ] as const) {
    const { server, readings, slept } = await bench(t);
    server.fault({ kind: 'status', status, headers: { 'retry-after': after }, path, times: Infinity });
    const message = new RegExp(`status ${status}.*; the service asks to wait until 2024-07-02T00:00:00.000Z$`);
    await assert.rejects(readings(), fails('remote-failed', message, true));
    assert.deepEqual(slept, []);
  }
});

test('delays grow to a minute, and end with the attempts', async (t) => {
  const { server, readings, slept } = await bench(t, { limits: { attemptsMax: 9 } });
  server.fault({ kind: 'status', status: 500, body: 'out of order', path: '/data', times: Infinity });
  const message = new RegExp(`^HydroVu GET ${dataPath}: status 500: out of order$`);
  await assert.rejects(readings(), fails('remote-failed', message, false));
  assert.deepEqual(slept, [1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000]);
});

test('delays are shortened at random, by at most a half', async (t) => {
  const { server, readings, slept } = await bench(t, { effects: { random: () => 0.998 } });
  server.fault({ kind: 'status', status: 500, path: '/data', times: 3 });
  await readings();
  assert.deepEqual(slept.map(Math.round), [501, 1002, 2004]);
});

const lasting: readonly { status: number; code: ErrorCode; concernsAll: boolean }[] = [
  { status: 400, code: 'remote-failed', concernsAll: false },
  { status: 403, code: 'remote-denied', concernsAll: false },
  { status: 404, code: 'remote-failed', concernsAll: false },
  { status: 304, code: 'remote-failed', concernsAll: false },
];

for (const { status, code, concernsAll } of lasting) {
  test(`status ${status} is not retried`, async (t) => {
    const { server, readings, slept } = await bench(t);
    server.fault({ kind: 'status', status, path: '/data', times: Infinity });
    await assert.rejects(readings(), fails(code, new RegExp(`status ${status}$`), concernsAll));
    assert.deepEqual(slept, []);
    assert.equal(server.requests.filter(({ url }) => url.includes('/data')).length, 1);
  });
}

test('a revoked token is replaced, once', async (t) => {
  const { server, readings, slept } = await bench(t);
  server.fault({ kind: 'expired', path: '/data', after: 1 });
  assert.deepEqual(await readings(), [25, 25, 10]);
  assert.equal(server.requests.filter(({ url }) => url.includes('/token')).length, 2);
  server.fault({ kind: 'expired', path: '/data', times: Infinity });
  await assert.rejects(readings(), fails('remote-denied', /status 401/, true));
  assert.equal(server.requests.filter(({ url }) => url.includes('/token')).length, 3);
  assert.deepEqual(slept, []);
});

test('a token is replaced before it expires', async (t) => {
  let now = 0;
  const { server, readings } = await bench(t, { server: { tokenSeconds: 3600 }, effects: { now: () => now } });
  await readings();
  now = 3539_000;
  await readings();
  assert.equal(server.requests.filter(({ url }) => url.includes('/token')).length, 1);
  now = 3541_000;
  await readings();
  assert.equal(server.requests.filter(({ url }) => url.includes('/token')).length, 2);
});

test('a refused account is not tried again, and its secrets are not shown', async (t) => {
  const account = { key: 'the key', secret: 'the+secret/of=us' };
  const { server, client, slept } = await bench(t, { account });
  await assert.rejects(
    client.names(never),
    fails('remote-denied', /POST \/public-api\/oauth\/token: status 401/, true),
  );
  assert.deepEqual([server.requests.length, slept], [1, []]);
  const basic = String(server.requests[0]?.headers.authorization).slice('Basic '.length);
  assert.equal(Buffer.from(basic, 'base64').toString(), 'the+key:the%2Bsecret%2Fof%3Dus');
  // A service that echoes the request.
  const body = `no: ${basic} ${account.key} ${account.secret} the%2Bsecret%2Fof%3Dus\u0007\n!`;
  server.fault({ kind: 'status', status: 400, body });
  await assert.rejects(client.names(never), fails('remote-denied', /status 400: no: … … … … !$/));
});

test('a token is never shown', async (t) => {
  const { server, readings } = await bench(t);
  await readings();
  const token = String(server.requests.at(-1)?.headers.authorization).slice('Bearer '.length);
  server.fault({ kind: 'status', status: 404, body: `no location for ${token}`, path: '/data' });
  await assert.rejects(readings(), fails('remote-failed', /no location for …$/));
});

const senseless: readonly [string, RegExp][] = [
  ['null', /expected an object as the answer, got null/],
  ['[]', /expected an object as the answer, got a list/],
  [`{"locationId":7,"parameters":[]}`, /expected locationId 4990594334457856, got the number 7/],
  [`{"locationId":${id}}`, /expected a list as parameters, got nothing/],
  [`{"locationId":${id},"parameters":[{"parameterId":1.5}]}`, /expected a list as readings of parameter 0/],
  [
    parameter('{"timestamp":"1","value":1}'),
    /expected whole seconds as timestamp of a reading of parameter 0, got string/,
  ],
  [parameter('{"timestamp":1.5,"value":1}'), /expected whole seconds as timestamp.*, got the number 1.5/],
  [parameter('{"timestamp":1}'), /expected a number as value of a reading of parameter 0, got nothing/],
  [parameter('7'), /expected an object as reading of parameter 0, got the number 7/],
];

function parameter(reading: string): string {
  return `{"locationId":${id},"parameters":[{"parameterId":"1","unitId":"1","readings":[${reading}]}]}`;
}

for (const [body, message] of senseless) {
  test(`an invalid answer is requested once more: ${body}`, async (t) => {
    const { server, readings, slept } = await bench(t);
    server.fault({ kind: 'status', status: 200, body, path: '/data', times: Infinity });
    await assert.rejects(readings(), fails('remote-failed', message, false));
    assert.deepEqual(slept, [1000]);
  });
}

const senselessLists: readonly [string, string, RegExp][] = [
  ['names', '{"parameters":{"1":5},"units":{}}', /expected a text as parameters\["1"\], got the number 5/],
  ['list', '[{"id":1,"name":"a","gps":"north"}]', /expected an object as gps of location 0, got string/],
  ['list', '[{"id":1,"name":null}]', /expected a text as name of location 0, got null/],
  ['token', '{"token":"x"}', /expected a text as access_token/],
  ['token', '{"access_token":"x","expires_in":"soon"}', /expected a number as expires_in/],
];

for (const [path, body, message] of senselessLists) {
  test(`so are names, locations and tokens: ${body}`, async (t) => {
    const { server, client } = await bench(t);
    server.fault({ kind: 'status', status: 200, body, path, times: Infinity });
    await assert.rejects(
      path === 'list' ? client.locations(never) : client.names(never),
      fails('remote-failed', message),
    );
  });
}

test('a page that leads to one that was read ends the list, with an error', async (t) => {
  const { server, readings } = await bench(t);
  server.fault({ kind: 'repeatedPage', path: '/data', after: 1 });
  await assert.rejects(readings(), fails('remote-failed', /after page 2 comes one that was read before/, false));
  assert.equal(server.requests.filter(({ url }) => url.includes('/data')).length, 2);
});

test('an endless list of pages is stopped', async (t) => {
  const { server, readings } = await bench(t, { limits: { pagesMax: 20 } });
  server.fault({ kind: 'endless', path: '/data', times: Infinity });
  await assert.rejects(readings(), fails('remote-failed', /there are more than 20 pages/));
  assert.equal(server.requests.filter(({ url }) => url.includes('/data')).length, 20);
});

test('a body over the limit is not read to its end, even if it is compressed', async (t) => {
  const devices = [{ id, readings: regularReadings(1, 5000, { step: 1 }) }];
  const { readings } = await bench(t, { server: { devices, pageSize: 10_000 }, limits: { bodyBytesMax: 20_000 } });
  await assert.rejects(readings(), fails('remote-failed', /the answer has more than 20000 bytes/));
});

test('a redirect within the service is followed; one to another host is not, and gets no credentials', async (t) => {
  const { server, readings } = await bench(t);
  const location = `${dataPath}?startTime=1&moved=1`;
  server.fault({ kind: 'status', status: 307, headers: { location }, path: '/data' });
  assert.deepEqual(await readings(), [25, 25, 10]);
  assert.ok(server.requests.some(({ url }) => url === location));
  const stranger = await startHydroVuServer({ devices: [] });
  t.after(() => stranger.close());
  const elsewhere = { kind: 'status', status: 302, headers: { location: `${stranger.url}/data` } } as const;
  server.fault({ ...elsewhere, path: '/data' });
  const message = new RegExp(`it redirects to ${stranger.url}, where the credentials are not sent`);
  await assert.rejects(readings(), fails('remote-failed', message));
  server.fault({ kind: 'status', status: 302, headers: { location: dataPath }, path: '/data', times: Infinity });
  await assert.rejects(readings(), fails('remote-failed', /redirects in a circle/));
  assert.deepEqual(stranger.requests, []);
});

test('the number of requests per minute is limited', async (t) => {
  const { readings, slept } = await bench(t, { limits: { requestsPerMinute: 3 } });
  assert.deepEqual(await readings(), [25, 25, 10]);
  assert.deepEqual(slept, [60_000]);
});

test('an unreachable service fails all locations', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await new Promise((resolve) => server.close(resolve));
  const quick = quickEffects();
  const client = createClient({ url, key: 'k', secret: 's' }, quick, { attemptsMax: 3 });
  await assert.rejects(
    client.names(never),
    fails('remote-failed', /POST \/public-api\/oauth\/token: .*ECONNREFUSED/, true),
  );
  assert.deepEqual(quick.slept, [1000, 2000]);
});

test('a cancelled delay ends at once, and so does a cancelled request', async (t) => {
  const controller = new AbortController();
  const sleep: HydroVuEffects['sleep'] = (ms, signal) => {
    const slept = realEffects.sleep(ms, signal);
    controller.abort();
    return slept;
  };
  const { server, readings } = await bench(t, { effects: { sleep } });
  server.fault({ kind: 'status', status: 429, headers: { 'retry-after': '599' }, path: '/data' });
  await assert.rejects(readings(controller.signal), fails('cancelled', /./));
  await assert.rejects(readings(controller.signal), fails('cancelled', /./));
  const second = new AbortController();
  server.fault({ kind: 'slow', path: '/data' });
  const waiting = readings(second.signal);
  await arrived(server, '/data', 2);
  second.abort();
  await assert.rejects(waiting, fails('cancelled', /./));
});
