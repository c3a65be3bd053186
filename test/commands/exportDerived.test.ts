import assert from 'node:assert/strict';
import { readFileSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { literal } from '../../server/src/duckdb/sql.ts';
import { type PondHost } from '../support/commandHost.ts';
import { rowsOf } from '../support/seriesPond.ts';
import { newSiteHost, oddName } from '../support/siteHost.ts';

const data = '/Reduce/downsampled/by_site/site=*/*';
const pages = '/Template/notes/sites/*';

async function exportedPage(host: PondHost, paths: readonly string[]): Promise<string> {
  const directory = join(host.folder, 'out');
  await host.run('export', { paths, directory, temporal: ['year', 'month'] });
  return readFileSync(join(directory, 'BDock.md'), 'utf8');
}

function derivedHost(t: TestContext): Promise<PondHost> {
  return newSiteHost(t, { days: 3 });
}

test('a text of a template lists the files of the pattern before it, also after another pattern of texts', async (t) => {
  const host = await derivedHost(t);
  const parts = ['res=1d', 'res=1h'].map(
    (resolution) =>
      `{resolution: "${resolution}", start: 1730419200, load: () => FileAttachment("BDock/${resolution}/year=2024/month=11/data_0.parquet").arrayBuffer()}`,
  );
  for (const paths of [
    [data, pages],
    [data, '/Template/notes/sites/O*', pages],
  ]) {
    const page = await exportedPage(host, paths);
    assert.deepEqual(
      page.split('\n').flatMap((line) => /\{resolution: .*\}/.exec(line) ?? []),
      parts,
    );
  }
});

test('a text of a template lists no files before any are exported, or after a pattern without files', async (t) => {
  const host = await derivedHost(t);
  const id = (await host.run('stat', { path: '/Reduce/downsampled', followLinks: false })).target ?? '';
  for (const paths of [[pages], [data, '/Reduce/nothing/*', pages]]) {
    assert.ok(!(await exportedPage(host, paths)).includes('FileAttachment("'));
  }
  // A resource can also be named by its UUID.
  const byId = await exportedPage(host, [data.replace('downsampled', id), pages]);
  assert.ok(byId.includes('FileAttachment("BDock/res=1h/year=2024/month=11/data_0.parquet")'));
});

test('derived files are exported like other files, and unchanged ones are not written', async (t) => {
  const host = await derivedHost(t);
  const directory = join(host.folder, 'out');
  const paths = ['/Reduce/downsampled/by_site/*/*', '/Template/notes/sites/*'];
  const made = await host.run('export', { paths, directory });
  const files = ['site=BDock/res=1h.parquet', `site=${oddName}/res=1d.parquet`, 'BDock.md'].map((file) =>
    join(directory, file),
  );
  assert.equal(made.files, 6);
  assert.ok(made.bytes > 0);
  assert.deepEqual(await rowsOf(`SELECT count(*) FROM ${literal(files[0] ?? '')}`), [[73n]]);
  for (const file of files) utimesSync(file, 1, 1);
  await host.run('export', { paths, directory });
  assert.deepEqual(
    files.map((file) => statSync(file).mtimeMs),
    [1000, 1000, 1000],
  );
});
