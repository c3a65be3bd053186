/**
 * The computer is lost: a pond that collects, reduces and backs itself up is deleted, cloned from its backup, and its runs go
 * on, without a gap and without a row twice.
 */
import assert from 'node:assert/strict';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { pathToFileURL } from 'node:url';
import { connectLocal } from '../../server/src/main.ts';
import { type CommandName, type Params, type Result } from '../../server/src/protocol/commands.ts';
import { type RunInfo } from '../../server/src/protocol/resources.ts';
import { temporaryFolder } from '../support/folder.ts';
import { regularReadings } from '../support/hydroVuModel.ts';
import { hydroVuDocument } from '../support/hydroVuPond.ts';
import { startHydroVuServer } from '../support/hydroVuServer.ts';

const start = 1_700_000_000;
const device = { id: '7', name: 'Buoy', scope: 'Buoy' };

/** Commands on one pond in a process of its own. */
function hostOf(t: TestContext, pond: string) {
  const host = connectLocal();
  t.after(() => host.close());
  const call = <N extends CommandName>(name: N, params: Omit<Params<N>, 'pond'>): Promise<Result<N>> =>
    host.call(name, { pond, ...params });
  const run = async (): Promise<ReadonlyMap<string, RunInfo>> => {
    const { runs } = await call('run', {});
    return new Map(runs.map((one) => [one.resource, one]));
  };
  const rows = async (): Promise<string> => {
    const sql = `SELECT count(*), count(DISTINCT timestamp), min(timestamp), max(timestamp) FROM "/HydroVu/buoys/data/Buoy-7"`;
    return (await call('queryToText', { sql, format: 'csv' })).text.split('\n')[1]!;
  };
  return { host, call, run, rows };
}

test('a pond that was lost goes on from its backup, without a gap and without a row twice', async (t) => {
  const folder = temporaryFolder(t);
  const [pond, nas, restored] = ['pond', 'nas', 'restored'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  mkdirSync(nas);
  const server = await startHydroVuServer({ devices: [{ id: '7', readings: regularReadings(start, 300) }] });
  t.after(() => server.close());
  Object.assign(process.env, { TEST_KEY: server.key, TEST_SECRET: server.secret });
  const backup = `apiVersion: duckpond/v1\nkind: Backup\nname: offsite\ndesc: A copy\nspec:\n  endpoint: ${pathToFileURL(nas).href}\n`;
  const lost = hostOf(t, pond);
  await lost.host.call('init', { directory: pond });
  const texts = [hydroVuDocument(server.url, [device]), backup];
  const sources = texts.map((text) => ({ text, origin: 'document' }));
  assert.deepEqual((await lost.call('apply', { sources, directory: folder })).problems, []);
  await lost.call('commit', { message: 'documents' });
  assert.deepEqual(
    [...(await lost.run()).values()].map(({ status }) => status),
    ['ok', 'ok'],
  );
  const before = await lost.rows();
  assert.match(before, /^300,300,/);
  await lost.host.close();
  rmSync(pond, { recursive: true });

  const host = hostOf(t, restored);
  const { commits, head } = await host.host.call('clone', { url: pathToFileURL(nas).href, directory: restored });
  assert.ok(commits > 2, `${commits} commits`);
  assert.equal(await host.rows(), before);
  // The collector goes on from its progress, which is part of the pond.
  server.addReadings('7', regularReadings(start + 300 * 900, 50));
  const runs = await host.run();
  assert.deepEqual([runs.get('HydroVu/buoys')?.status, runs.get('HydroVu/buoys')?.rows], ['ok', 50]);
  assert.match(await host.rows(), /^350,350,/);
  assert.deepEqual((await host.call('check', {})).problems, []);

  // Until the pond is adopted, the other computer could still be writing the backup.
  assert.equal(runs.get('Backup/offsite')?.error?.code, 'not-allowed');
  await host.call('backupAdopt', { name: 'offsite' });
  assert.equal((await host.run()).get('Backup/offsite')?.status, 'ok');
  const again = join(folder, 'again');
  const second = await host.host.call('clone', { url: pathToFileURL(nas).href, directory: again });
  assert.ok(second.head.number > head.number);
  assert.match(await hostOf(t, again).rows(), /^350,350,/);
});
