/** The secret of an account is never shown, whatever the service answers. */
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { temporaryFolder } from '../support/folder.ts';
import { hydroVuDocument } from '../support/hydroVuPond.ts';
import { type HydroVuServer, startHydroVuServer } from '../support/hydroVuServer.ts';
import { type Ended, runPond } from '../support/pondCommand.ts';

const key = 'the-key-of-an-account';
const secret = 'MYSECRET-VALUE-4711';
const id = '7';
/** Half of the secret is secret too. */
const halves = [secret.slice(0, 8), secret.slice(-8)];

interface Place {
  readonly server: HydroVuServer;
  readonly pond: (...args: readonly string[]) => Promise<Ended>;
}

/** A pond with a committed resource that collects from a service. */
async function collecting(t: TestContext, names: Readonly<Record<string, string>> = {}): Promise<Place> {
  const readings = [10, 20, 30].map((timestamp) => ({ parameterId: '1', unitId: '1', timestamp, value: 1 }));
  const server = await startHydroVuServer({ devices: [{ id, name: 'Buoy', readings }], key, secret });
  t.after(() => server.close());
  if (Object.keys(names).length > 0) server.setNames(names, { '1': 'm' });
  const cwd = temporaryFolder(t);
  const env = { TEST_KEY: key, TEST_SECRET: secret };
  const pond = (...args: readonly string[]): Promise<Ended> => runPond(args, { cwd, env });
  assert.equal((await pond('init')).status, 0);
  const input = hydroVuDocument(server.url, [{ id, name: 'Buoy', scope: 'Buoy' }]);
  assert.equal((await runPond(['apply', '-f', '-'], { cwd, env, input })).status, 0);
  assert.equal((await pond('commit', '-m', 'a resource')).status, 0);
  return { server, pond };
}

/** Records of runs in the pond. */
async function records(pond: Place['pond']): Promise<string> {
  const found = await pond('cat', '/HydroVu/buoys/runs.jsonl');
  assert.equal(found.status, 0);
  return found.stdout;
}

test('a secret is neither shown nor stored, not even in part, wherever an answer is cut', async (t) => {
  const { server, pond } = await collecting(t);
  // 192 letters leave 8 characters of the shown text, and 788 spaces leave 12 of the searched text.
  for (const filler of ['x'.repeat(192), ' '.repeat(788), 'x'.repeat(788)]) {
    server.fault({ kind: 'status', status: 400, body: `${filler}${secret}`, path: '/friendlynames' });
    const ended = await pond('run');
    assert.equal(ended.status, 1);
    assert.match(ended.stderr, /status 400/);
    for (const half of halves) assert.ok(!ended.stderr.includes(half), ended.stderr);
  }
  const kept = await records(pond);
  assert.equal(kept.split('\n').length, 4);
  for (const half of halves) assert.ok(!kept.includes(half), kept);
});

test('a secret in the data of the service is not stored', async (t) => {
  const { pond } = await collecting(t, { '1': `Temperature of ${secret}` });
  assert.equal((await pond('run')).status, 0);
  const params = await pond('query', '--format', 'csv', "SELECT * FROM '/HydroVu/buoys/params'");
  assert.equal(params.stdout, 'index,value\n1,Temperature of …\n');
  const readings = await pond('query', '--format', 'csv', "SELECT * FROM '/HydroVu/buoys/data/Buoy-7' LIMIT 1");
  assert.equal(readings.status, 0, readings.stderr);
  assert.match(readings.stdout, /…/);
  assert.ok(!`${readings.stdout}${await records(pond)}`.includes(halves[0]!));
});

test('an id that is not a text is reported without the secret in it', async (t) => {
  const { server, pond } = await collecting(t);
  const body = JSON.stringify({ parameters: { [`${'x'.repeat(30)}${secret}`]: 7 }, units: {} });
  server.fault({ kind: 'status', status: 200, body, path: '/friendlynames', times: Infinity });
  const ended = await pond('run');
  assert.equal(ended.status, 1);
  assert.match(ended.stderr, /expected a text as parameters\["x+…"\], got the number 7/);
  assert.ok(!`${ended.stderr}${await records(pond)}`.includes(halves[0]!));
});
