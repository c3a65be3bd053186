/**
 * A service that answers what it likes: a run ends in bounded time with a clear error, or stores what the answer says; the
 * credentials go to no other address, and a name of the service becomes no path.
 */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { type AddressInfo } from 'node:net';
import { test, type TestContext } from 'node:test';
import { gzipSync } from 'node:zlib';
import { isPondError } from '../../server/src/base/error.ts';
import { type Fault, type FaultScope } from '../support/hydroVuFaults.ts';
import { regularReadings } from '../support/hydroVuModel.ts';
import { type HydroVuBench, hydroVuBench } from '../support/hydroVuPond.ts';
import { seeds } from '../support/proof.ts';
import { collect } from '../support/tree.ts';

const start = 1_700_000_100;
const device = { id: '1', name: 'Buoy', scope: 'Buoy' };

const limits = { attemptsMax: 2, bodyBytesMax: 256 * 1024, pagesMax: 50 };

const served = (t: TestContext): Promise<HydroVuBench> =>
  hydroVuBench(t, { devices: [{ id: '1', readings: regularReadings(start, 20) }], pageSize: 10 }, [device]);

const html = '<!doctype html><title>Sign in</title><script>alert(1)</script>';
const answer = (body: string | Uint8Array, headers = {}): Fault => ({ kind: 'status', status: 200, body, headers });
const redirect = (location: string): Fault => ({ kind: 'status', status: 302, headers: { location } });
const reading = (timestamp: string, value: string): Fault =>
  answer(
    `{"locationId":1,"parameters":[{"parameterId":"1","unitId":"1","readings":[{"timestamp":${timestamp},"value":${value}}]}]}`,
  );

/** Answers to one kind of request, each with the start of the message in which the run ends. */
const hostile: readonly (readonly [string, Fault & FaultScope, RegExp])[] = [
  ['a page of a login', answer(html), /the answer is not JSON; the answer begins: <!doctype html>/],
  ['nothing', answer(''), /the answer is not JSON/],
  ['lists in lists', answer('['.repeat(100_000) + ']'.repeat(100_000)), /the answer is not JSON|expected/],
  ['a body without end', { kind: 'drip', text: ' '.repeat(16_384) }, /more than 262144 bytes/],
  ['a byte from time to time', { kind: 'drip', text: ' ' }, /no whole answer within/],
  [
    'a small body that expands',
    answer(gzipSync(Buffer.alloc(8_000_000, 32)), { 'content-encoding': 'gzip' }),
    /more than 262144 bytes/,
  ],
  ['no gzip that says it is', answer('{}', { 'content-encoding': 'gzip' }), /terminated|header|incorrect/i],
  ['a redirect to a file', redirect('file:///etc/passwd'), /redirects to null, where the credentials are not sent/],
  ['a redirect to data', redirect('data:application/json,{}'), /redirects to null, where/],
  ['a redirect to nowhere', redirect('http://['), /redirects nowhere, where/],
  [
    'a redirect to another host',
    redirect('//elsewhere.invalid/data'),
    /redirects to http:\/\/elsewhere\.invalid, where/,
  ],
  ['a redirect to another port', redirect('http://127.0.0.1:9/'), /redirects to http:\/\/127\.0\.0\.1:9, where/],
  ['a redirect to itself', { ...redirect('?again'), times: Infinity }, /redirects in a circle/],
  ['a list of text', answer('"x"'), /expected an? \w+ as (the answer|access_token)/],
];

const requests = { data: '/data', names: '/friendlynames', locations: '/locations/list', token: '/token' };

/** Each answer is given to one kind of request in turn, and in the long mode to each. */
const isLong = seeds(1).length > 1;

for (const [index, [name, fault, message]] of hostile.entries()) {
  test(`${name} instead of any answer ends in a clear error, and credentials go nowhere else`, async (t) => {
    const all = Object.entries(requests);
    for (const [what, path] of isLong ? all : [all[index % all.length]!]) {
      const bench = await served(t);
      bench.server.fault({ times: Infinity, ...fault, path });
      const failure = await failureOf(bench);
      // A redirect of the token is an answer like any other that has none.
      const expected = what === 'token' && /redirect/.test(name) ? /status 302|expected|redirects/ : message;
      assert.match(failure.message, expected, what);
      assert.match(failure.code, /^remote-(failed|denied)$/);
      assert.ok(bench.server.requests.length < 40, `${what}: ${bench.server.requests.length} requests`);
    }
  });
}

async function failureOf(bench: HydroVuBench): Promise<{ readonly code: string; readonly message: string }> {
  try {
    const { failure } = await bench.collect({ limits: { ...limits, timeoutMs: 1_000 } });
    assert.ok(failure);
    return failure;
  } catch (error) {
    assert.ok(isPondError(error), error instanceof Error ? error.stack : String(error));
    return error;
  }
}

const values: readonly (readonly [string, Fault, RegExp])[] = [
  ['a number beyond doubles', reading(String(start), '1e400'), /expected a finite number as value of a reading/],
  [
    'a text as value',
    reading(String(start), '"7"'),
    /expected a number as value of a reading of parameter 0, got string/,
  ],
  ['a time beyond whole numbers', reading('1e300', '1'), /expected whole seconds as timestamp/],
  ['a time of text', reading('"2024"', '1'), /expected whole seconds as timestamp/],
];
for (const [name, fault, message] of values) {
  test(`${name} is refused`, async (t) => {
    const bench = await served(t);
    bench.server.fault({ ...fault, path: '/data', times: Infinity });
    assert.match((await failureOf(bench)).message, message);
  });
}

test('times in the year 300000 are skipped and counted, in any order, repeated or not', async (t) => {
  const far = [9.4e12, 9.4e12, 9_007_199_254_740_991, -9_007_199_254_740_991];
  const odd = far.map((timestamp) => ({ parameterId: '1', unitId: '1', timestamp, value: 1 }));
  const readings = [...odd, ...regularReadings(start, 5).toReversed(), ...odd, ...regularReadings(start, 5)];
  const bench = await hydroVuBench(t, { devices: [{ id: '1', readings }], pageSize: 3 }, [device]);
  const { failure, notes } = await bench.collect();
  assert.equal(failure, undefined);
  assert.match(notes.join('\n'), /readings were skipped: their time is not after 1970.*\n.*more than an hour ahead/);
  const times = (await bench.rows('data/Buoy-1')).map(({ Timestamp }) => Number(Timestamp));
  assert.deepEqual(
    times,
    [0, 1, 2, 3, 4].map((row) => start + row * 900),
  );
});

test('names of any characters become columns and values, and no path', async (t) => {
  const names = [
    '../../../etc',
    'a/b',
    'a\u0000b',
    'a\nb',
    '\u001b[2J',
    '</script><script>',
    '"); DROP',
    '\u202eabc',
    '',
  ];
  const parameters = Object.fromEntries([...names, 'x'.repeat(5_000)].map((name, index) => [String(index), name]));
  parameters['__proto__'] = 'polluted';
  const parameterIds = Object.keys(parameters);
  const readings = regularReadings(start, 2, { parameterIds }).map((one) => ({ ...one, value: 1 }));
  const bench = await hydroVuBench(t, { devices: [{ id: '1', readings }], parameters, pageSize: 100 }, [device]);
  const { failure } = await bench.collect();
  assert.equal(failure, undefined);
  const rows = await bench.rows('data/Buoy-1');
  assert.equal(rows.length, 2);
  assert.equal(Object.keys(rows[0]!).length, 1 + parameterIds.length);
  const root = await bench.pond.fs.root();
  const paths = (await collect(root.walk())).map(({ path }) => path.slice(bench.home.length));
  assert.ok(
    paths.every((path) => !/etc|script|DROP|polluted|x{9}/.test(path)),
    paths.join(),
  );
});

test('a redirect carries no credentials to a host that the service names', async (t) => {
  const seen: string[] = [];
  const stranger = createServer((request, response) => {
    seen.push(`${request.method} ${request.url} ${request.headers.authorization}`);
    response.end('{}');
  });
  await new Promise<void>((resolve) => stranger.listen(0, '127.0.0.1', resolve));
  t.after(() => stranger.close());
  const { port } = stranger.address() as AddressInfo;
  for (const path of Object.values(requests)) {
    for (const host of [`127.0.0.1:${port}`, `user:secret@127.0.0.1:${port}`, `localhost:${port}`]) {
      const bench = await served(t);
      bench.server.fault({ ...redirect(`http://${host}/x`), path, times: Infinity });
      await failureOf(bench);
    }
  }
  assert.deepEqual(seen, []);
});
