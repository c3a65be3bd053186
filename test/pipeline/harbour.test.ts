import assert from 'node:assert/strict';
import { test } from 'node:test';
import { writeStationFiles } from '../support/harbour.ts';
import {
  addLaterReadings,
  allDays,
  applyAll,
  checkAll,
  firstDays,
  newHarbour,
  runAll,
} from '../support/harbourPipeline.ts';

test('the pipeline of a harbour, from a service and files to series of every resolution', async (t) => {
  const harbour = await newHarbour(t);
  const files = writeStationFiles(harbour.inbox);
  await applyAll(harbour);
  const rows = await runAll(harbour);
  assert.ok((rows.get('HydroVu/noyoharbor') ?? 0) > 5_000);
  await checkAll(harbour, firstDays, files);

  await t.test('what comes later is added, and only that', async () => {
    addLaterReadings(harbour);
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
