import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { migrate } from '../../server/src/migrate/migrate.ts';
import { openSource } from '../../server/src/migrate/openSource.ts';
import { createHydroVuRun } from '../../server/src/resources/kinds/hydroVu/run.ts';
import { temporaryFolder } from '../support/folder.ts';
import { hydroVuDocument, parquetRows, quickEffects } from '../support/hydroVuPond.ts';
import { startHydroVuServer } from '../support/hydroVuServer.ts';
import { HarborCollection, harborDevices, harborIds, hydroVuColumns } from '../support/pocHarbor.ts';
import { type PocDirectory, PocPond } from '../support/pocPond.ts';
import { initPond } from '../support/pond.ts';
import { createResourceBench } from '../support/runContext.ts';

const home = `/HydroVu/${harborIds.HydroVu}`;
const devices = harborDevices.map(({ id, name, scope }) => ({ id: String(id), name, scope }));
const dataOf = (device: 0 | 1): string => `${home}/data/${devices[device]!.name}-${devices[device]!.id}`;

interface Collected {
  readonly folder: string;
  readonly collection: HarborCollection;
  /** Runs a command of the old program on the directory of the resource. */
  readonly command: (work: (directory: PocDirectory) => void) => void;
}

/** A pond of 2025 with a HydroVu resource that has no readings yet. */
function collecting(t: TestContext): Collected {
  const folder = join(temporaryFolder(t), 'old');
  const pond = new PocPond(folder);
  const collection = new HarborCollection();
  const spec = { key: 'k', secret: 's', devices: harborDevices };
  pond.apply({ kind: 'HydroVu', name: 'harbor', uuid: harborIds.HydroVu, columns: hydroVuColumns, spec }, (directory) =>
    collection.init(directory),
  );
  const directory = (): PocDirectory => pond.root.directory('HydroVu').directory(harborIds.HydroVu);
  return { folder, collection, command: (work) => pond.command(() => work(directory())) };
}

/** Migrates the pond, and runs its resource against a service with a reading at each of these times. */
async function runMigrated(t: TestContext, folder: string, times: readonly (readonly number[])[]) {
  const pond = await initPond(join(temporaryFolder(t), 'pond'), { timeUs: 1 });
  t.after(() => pond.close());
  const source = await openSource(folder, {});
  const { notes } = await migrate(pond, source, { history: 'all', base: '/', job: {} });
  const server = await startHydroVuServer({
    devices: devices.map(({ id }, index) => ({
      id,
      readings: (times[index] ?? []).map((timestamp) => ({
        parameterId: '1',
        unitId: '1',
        timestamp,
        value: timestamp / 7,
      })),
    })),
  });
  t.after(() => server.close());
  const bench = await createResourceBench(pond, 'HydroVu', hydroVuDocument(server.url, devices), harborIds.HydroVu);
  const run = createHydroVuRun({ effects: quickEffects() });
  const outcome = await bench.run(run, { env: { TEST_KEY: server.key, TEST_SECRET: server.secret } });
  // Without the requests for the overlap, which have an end.
  const starts = server.requests.flatMap(({ url }) => /startTime=(\d+)$/.exec(url)?.[1] ?? []).map(Number);
  const stored = async (device: 0 | 1): Promise<readonly number[]> =>
    (await parquetRows(pond, dataOf(device))).map((row) => Number(row['Timestamp']));
  return { notes, outcome, starts, stored };
}

const range = (from: number, count: number): readonly number[] =>
  Array.from({ length: count }, (_, i) => from + 600 * i);

test('collection goes on after the latest reading of any version, when the old table was cut at 1,024 rows', async (t) => {
  const { folder, collection, command } = collecting(t);
  // 1,030 rows: the reader of the next run does not see the last eight, and downloads their readings again.
  command((directory) => collection.run(directory, [{ device: 0, times: range(1000, 1030) }], 1));
  command((directory) => collection.run(directory, [{ device: 0, times: range(1000 + 600 * 1022, 20) }]));
  const all = range(1000, 1050);
  const { outcome, starts, stored, notes } = await runMigrated(t, folder, [all, [5000]]);
  assert.deepEqual([outcome.failure, notes], [undefined, []]);
  assert.equal(Math.min(...starts.filter((start) => start > 1)), all[1041]! + 1);
  const times = await stored(0);
  assert.deepEqual(
    [...new Set(times)].sort((a, b) => a - b),
    all,
    'no hole',
  );
  assert.deepEqual(times.slice(-8), all.slice(1042), 'what was stored is not fetched again');
  assert.deepEqual(await stored(1), [5000]);
});

test('collection goes on after the latest reading when an update of the document set the old table to zero', async (t) => {
  const { folder, collection, command } = collecting(t);
  command((directory) => collection.run(directory, [{ device: 0, times: range(1000, 5) }]));
  command((directory) => collection.init(directory));
  const { starts, stored } = await runMigrated(t, folder, [range(1000, 8)]);
  assert.ok(starts.includes(3401));
  assert.deepEqual(await stored(0), range(1000, 8));
});

test('readings whose file is damaged at the end are fetched again', async (t) => {
  const { folder, collection, command } = collecting(t);
  command((directory) => collection.run(directory, [{ device: 0, times: range(1000, 5) }]));
  command((directory) => collection.run(directory, [{ device: 0, times: range(4000, 5) }]));
  command((directory) => collection.run(directory, [{ device: 1, times: range(1000, 2) }]));
  rmSync(join(folder, `${dataOf(0)}.2.parquet`));
  rmSync(join(folder, `${dataOf(1)}.1.parquet`));
  const { notes, stored } = await runMigrated(t, folder, [range(1000, 10), range(1000, 3)]);
  assert.deepEqual(await stored(0), range(1000, 10));
  assert.deepEqual(await stored(1), range(1000, 3));
  assert.equal(notes.length, 2);
  assert.match(notes[0]!, /readings of location \d+ up to 1970-01-01T01:46:40.000Z are not all in the source/);
});
