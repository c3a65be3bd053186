import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { literal } from '../../server/src/duckdb/sql.ts';
import { writeStationFiles } from '../support/harbor.ts';
import {
  addLaterReadings,
  allDays,
  applyAll,
  checkAll,
  firstDays,
  newHarbor,
  reducedSql,
  runAll,
  sites,
} from '../support/harborPipeline.ts';
import { anySql } from '../support/anySql.ts';

test('the pipeline of a harbor, from a service and files to series of every resolution', async (t) => {
  const harbor = await newHarbor(t);
  const files = writeStationFiles(harbor.inbox);
  await applyAll(harbor);
  const rows = await runAll(harbor);
  assert.ok((rows.get('HydroVu/noyoharbor') ?? 0) > 5_000);
  await checkAll(harbor, firstDays, files);

  await t.test('what comes later is added, and only that', async () => {
    addLaterReadings(harbor);
    await runAll(harbor);
    await checkAll(harbor, allDays, files);
  });

  await t.test('a run with nothing new brings nothing', async () => {
    const again = await runAll(harbor);
    assert.deepEqual(
      [...again.values()].filter((count) => count > 0),
      [],
    );
    assert.deepEqual((await harbor.host.run('status', {})).staged, []);
  });

  await t.test('the pages name what their series hold', async () => {
    const page = await harbor.host.run('read', { path: '/Template/noyosite/sites/BDock.md' });
    const text = Buffer.from(page as Uint8Array).toString();
    assert.match(text, /^# BDock$/m);
    assert.match(text, /## Battery Level\n\n- Vulink, in %: avg min max/);
  });

  await t.test('an old version still has what it had', async () => {
    const [first] = (await harbor.host.run('log', { path: '/HydroVu' })).slice(-2);
    const sql = 'SELECT count(*) AS n FROM "/Combine/noyodata/BDock/combine"';
    const count = async (at?: string): Promise<number> => {
      const { text } = await harbor.host.run('queryToText', {
        sql,
        format: 'csv',
        ...(at === undefined ? {} : { at }),
      });
      return Number(text.split('\n')[1]);
    };
    assert.ok((await count(String(first?.number))) < (await count()));
  });

  await t.test('an export by month has every row once, and pages that know its files', async () => {
    const directory = join(harbor.host.folder, 'export');
    const paths = ['/Reduce/downsampled/single_site/site=*/*', '/Template/noyosite/sites/*'];
    await harbor.host.run('export', { paths, directory, temporal: ['year', 'month'] });
    const { connection } = harbor;
    for (const site of [...sites, 'FieldStation']) {
      const series = `SELECT * FROM read_parquet(${literal(join(directory, site, 'res=4h', 'year=*', 'month=*', '*.parquet'))}, hive_partitioning = false)`;
      const expected = await reducedSql(connection, `SELECT * FROM site_${site}`, '4 hours');
      assert.deepEqual(await connection.rows(anySql(`(${series}) EXCEPT ALL (${expected}) LIMIT 3`)), [], site);
      assert.deepEqual(await connection.rows(anySql(`(${expected}) EXCEPT ALL (${series}) LIMIT 3`)), [], site);
    }
    const page = readFileSync(join(directory, 'BDock.md'), 'utf8');
    assert.match(page, /^res=4h: 2 files, the first BDock\/res=4h\/year=2024\/month=12\/data_0\.parquet$/m);
  });

  await t.test('a site has a page for each series and for each text', async () => {
    const directory = join(harbor.host.folder, 'site');
    const written = await harbor.host.run('site', { directory });
    // An index, four sites and two parameters of Reduce, and as many texts.
    assert.equal(written.pages, 13);
    const again = await harbor.host.run('site', { directory });
    assert.equal(again.unchanged, again.files);
  });
});
