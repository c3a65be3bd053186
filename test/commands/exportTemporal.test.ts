import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { type ErrorCode, isPondError } from '../../server/src/base/error.ts';
import { literal } from '../../server/src/duckdb/sql.ts';
import { type TemporalExport } from '../../server/src/protocol/commands.ts';
import { type PondHost } from '../support/commandHost.ts';
import { addFiles, newSeriesHost, rowsOf, type SeriesFiles, seriesOf } from '../support/seriesPond.ts';

/** Hourly rows around the end of a year, with the time as a type of DuckDB or as seconds. */
function hourly(time: string): string {
  return `SELECT ${time} AS "Timestamp", i AS value FROM (
    SELECT i, TIMESTAMP '2024-12-31 23:00:00' + to_hours(i) AS t FROM range(5) r(i)) ORDER BY t`;
}

interface Exporting {
  readonly paths: readonly string[];
  readonly temporal?: readonly string[];
}

async function exportBy(
  host: PondHost,
  { paths, temporal = ['year', 'month'] }: Exporting,
): Promise<TemporalExport & { readonly directory: string }> {
  const directory = join(host.folder, 'out');
  const made = await host.run('export', { paths, directory, temporal });
  assert.ok(made.temporal);
  return { ...made.temporal, directory };
}

function filesBelow(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const files = entries.map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
  return files
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => file !== '.pond-export.json')
    .sort();
}

async function columnsOf(file: string): Promise<readonly unknown[]> {
  const rows = await rowsOf(
    `SELECT column_name FROM (DESCRIBE FROM read_parquet(${literal(file)}, hive_partitioning = false))`,
  );
  return rows.map(([name]) => name);
}

async function refused(host: PondHost, exporting: Exporting, code: ErrorCode): Promise<void> {
  await assert.rejects(exportBy(host, exporting), (error) => isPondError(error, code), code);
  assert.equal(existsSync(join(host.folder, 'out')), false);
}

test('rows around the end of a year give a file for each month, with its bounds and without columns for them', async (t) => {
  const host = await newSeriesHost(t, { '/Reduce/x/all/site=A/res=1h': seriesOf(hourly('t')) });
  const { directory, written, unchanged, removed } = await exportBy(host, { paths: ['/Reduce/x/all/site=*/*'] });
  const captures = ['A', 'res=1h'];
  assert.deepEqual(written, [
    { file: 'A/res=1h/year=2024/month=12/data_0.parquet', startTime: 1733011200, endTime: 1735689600, captures },
    { file: 'A/res=1h/year=2025/month=1/data_0.parquet', startTime: 1735689600, endTime: 1738368000, captures },
  ]);
  assert.deepEqual([unchanged, removed], [0, 0]);
  assert.deepEqual(
    filesBelow(directory),
    written.map(({ file }) => file),
  );
  const counts = written.map(async ({ file }) => {
    const path = join(directory, file);
    assert.deepEqual(await columnsOf(path), ['Timestamp', 'value']);
    return (await rowsOf(`SELECT count(*) FROM ${literal(path)}`))[0]?.[0];
  });
  assert.deepEqual(await Promise.all(counts), [1n, 4n]);
});

test('partitions are in UTC, whatever the type of the time column', async (t) => {
  const times: Readonly<Record<string, string>> = {
    'whole seconds': 'CAST(epoch(t) AS BIGINT)',
    'seconds with a fraction': 'epoch(t) + 0.5',
    'a date and time': 't',
    'a time with a zone': "timezone('UTC', t)",
    nanoseconds: 'CAST(t AS TIMESTAMP_NS)',
    'a date': 'CAST(t AS DATE)',
  };
  const files = Object.entries(times).map(([name, time]) => [`/s/${name}`, seriesOf(hourly(time))]);
  const host = await newSeriesHost(t, Object.fromEntries(files) as SeriesFiles);
  const { written } = await exportBy(host, { paths: ['/s/*'], temporal: ['year'] });
  const expected = Object.keys(times)
    .sort()
    .flatMap((name) => [
      [`${name}/year=2024/data_0.parquet`, 1704067200, 1735689600],
      [`${name}/year=2025/data_0.parquet`, 1735689600, 1767225600],
    ]);
  assert.deepEqual(
    written.map(({ file, startTime, endTime }) => [file, startTime, endTime]),
    expected,
  );
});

test('the last second, minute, hour and day of a month end where the next ones begin', async (t) => {
  const last = "SELECT TIMESTAMP '2024-02-29 23:59:59' AS timestamp, 1 AS v";
  const host = await newSeriesHost(t, { '/s/a': seriesOf(last) });
  const march = Date.UTC(2024, 2, 1) / 1000;
  const folders = ['year=2024', 'month=2', 'day=29', 'hour=23', 'minute=59', 'second=59'];
  const parts = ['year', 'month', 'day', 'hour', 'minute', 'second'];
  const lengths = [0, 0, 86_400, 3_600, 60, 1];
  for (let count = 2; count <= 6; count++) {
    const { written, removed } = await exportBy(host, { paths: ['/s/*'], temporal: parts.slice(0, count) });
    assert.equal(written[0]?.file, `a/${folders.slice(0, count).join('/')}/data_0.parquet`);
    assert.equal(written[0].endTime, march);
    if (count > 2) assert.equal(written[0].startTime, march - (lengths[count - 1] ?? 0));
    // The files of the export with coarser parts are removed.
    assert.equal(removed, count > 2 ? 1 : 0);
  }
  assert.equal(filesBelow(join(host.folder, 'out')).length, 1);
});

test('a fraction of a second that rounds up to the next year is exported with that year', async (t) => {
  const host = await newSeriesHost(t, { '/s/a': seriesOf('SELECT 1735689599.9999998::DOUBLE AS "Timestamp"') });
  const { directory, written } = await exportBy(host, { paths: ['/s/*'], temporal: ['year'] });
  assert.deepEqual(
    written.map(({ file }) => file),
    ['a/year=2025/data_0.parquet'],
  );
  assert.deepEqual(await rowsOf(`SELECT count(*) FROM ${literal(join(directory, 'a/year=2025/data_0.parquet'))}`), [
    [1n],
  ]);
});

test('rows without a time have a partition of their own, and keep all columns', async (t) => {
  const rows = "SELECT * FROM (VALUES (TIMESTAMP '2024-05-01', 1), (NULL, 2), ('infinity', 3)) v(\"Timestamp\", value)";
  const host = await newSeriesHost(t, { '/s/a': seriesOf(rows) });
  const { directory, written } = await exportBy(host, { paths: ['/s/*'], temporal: ['year'] });
  const none = 'a/year=__HIVE_DEFAULT_PARTITION__/data_0.parquet';
  assert.deepEqual(written.at(-1), { file: none, startTime: null, endTime: null, captures: ['a'] });
  assert.deepEqual(await rowsOf(`SELECT value FROM ${literal(join(directory, none))} ORDER BY 1`), [[2], [3]]);
});

test('all versions of a series are exported, with columns matched by name, and a column called year stays', async (t) => {
  const host = await newSeriesHost(t, {
    '/s/a': seriesOf('SELECT 1704067200 AS "Timestamp", 7 AS year', 'SELECT 1704067201 AS "Timestamp", 1.5 AS depth'),
  });
  const { directory, written } = await exportBy(host, { paths: ['/s/*'], temporal: ['year'] });
  const file = literal(join(directory, written[0]?.file ?? ''));
  const rows = await rowsOf(`SELECT year, depth::DOUBLE FROM read_parquet(${file}, hive_partitioning = false)`);
  assert.deepEqual(rows, [
    [7, null],
    [null, 1.5],
  ]);
});

test('unchanged partitions are neither computed nor written again, and obsolete ones are removed', async (t) => {
  const host = await newSeriesHost(t, { '/s/a': { type: 'table', versions: [hourly('t')] } });
  const exporting = { paths: ['/s/*'] };
  const { directory, written } = await exportBy(host, exporting);
  const mine = join(directory, 'a/year=2024/mine.parquet');
  writeFileSync(mine, 'mine');
  const times = (): number[] => written.map(({ file }) => statSync(join(directory, file)).mtimeMs);
  const before = times();
  assert.equal((await exportBy(host, exporting)).unchanged, 2);
  assert.deepEqual(times(), before);

  // Files with a changed time are compared with their expected content.
  for (const { file } of written) utimesSync(join(directory, file), 1, 1);
  assert.equal((await exportBy(host, exporting)).unchanged, 2);
  assert.deepEqual(times(), [1000, 1000]);

  await addFiles(host.folder, {
    '/s/a': { type: 'table', versions: ['SELECT TIMESTAMP \'2025-01-01 00:00:00\' AS "Timestamp", 1 AS value'] },
  });
  const again = await exportBy(host, exporting);
  assert.deepEqual([again.unchanged, again.removed], [0, 1]);
  assert.deepEqual(filesBelow(directory), ['a/year=2024/mine.parquet', 'a/year=2025/month=1/data_0.parquet']);
  assert.equal(existsSync(join(directory, 'a/year=2024/month=12')), false);
});

test('a pattern without wildcards writes into the directory itself, and deletes nothing there', async (t) => {
  const host = await newSeriesHost(t, { '/s/a': seriesOf(hourly('t')) });
  const directory = join(host.folder, 'out');
  mkdirSync(join(directory, 'year=1999'), { recursive: true });
  writeFileSync(join(directory, 'year=1999/data_0.parquet'), 'mine');
  const { written } = await exportBy(host, { paths: ['/s/a'], temporal: ['year'] });
  assert.deepEqual(
    written.map(({ file }) => file),
    ['year=2024/data_0.parquet', 'year=2025/data_0.parquet'],
  );
  assert.equal(readFileSync(join(directory, 'year=1999/data_0.parquet'), 'utf8'), 'mine');
});

test('another pattern keeps the files of the first, and a file without a match is removed with its folder', async (t) => {
  const host = await newSeriesHost(t, {
    '/s/a': seriesOf(hourly('t')),
    '/s/b': seriesOf(hourly('t')),
    '/t/c': seriesOf(hourly('t')),
  });
  await exportBy(host, { paths: ['/s/*'], temporal: ['year'] });
  await exportBy(host, { paths: ['/t/*'], temporal: ['year'] });
  await host.run('remove', { paths: ['/s/b'], recursive: false });
  const { directory, removed } = await exportBy(host, { paths: ['/s/*'], temporal: ['year'] });
  assert.equal(removed, 2);
  assert.deepEqual(readdirSync(directory).sort(), ['.pond-export.json', 'a', 'c']);
});

test('after two concurrent exports into one folder, each knows its files later', async (t) => {
  const host = await newSeriesHost(t, { '/s/a': seriesOf(hourly('t')), '/t/b': seriesOf(hourly('t')) });
  const exports = ['/s/*', '/t/*'].map((path) => ({ paths: [path], temporal: ['year'] }));
  await Promise.all(exports.map((exporting) => exportBy(host, exporting)));
  await host.run('remove', { paths: ['/s/a', '/t/b'], recursive: false });
  for (const exporting of exports) assert.equal((await exportBy(host, exporting)).removed, 2);
  assert.deepEqual(filesBelow(join(host.folder, 'out')), []);
});

test('files of an export that failed in the middle of a series are removed by a later one', async (t) => {
  const daily = `SELECT TIMESTAMP '2024-01-01' + to_days(i) AS "Timestamp", i AS value FROM range(102) r(i) ORDER BY i`;
  const host = await newSeriesHost(t, { '/s/a': seriesOf(daily) });
  const exporting = { paths: ['/s/*'], temporal: ['year', 'month', 'day'] };
  const inTheWay = join(host.folder, 'out/a/year=2024/month=4/day=11/data_0.parquet');
  mkdirSync(inTheWay, { recursive: true });
  await assert.rejects(exportBy(host, exporting), (error) => isPondError(error, 'is-a-directory'));
  const left = filesBelow(join(host.folder, 'out')).length;
  assert.ok(left > 0);
  await host.run('remove', { paths: ['/s/a'], recursive: false });
  assert.equal((await exportBy(host, exporting)).removed, left);
  assert.deepEqual(filesBelow(join(host.folder, 'out')), []);
  assert.ok(existsSync(inTheWay));
});

test('texts are copied under the captures of the wildcards, and a table without times is one file', async (t) => {
  const host = await newSeriesHost(t, {
    '/d/e/x.csv': { type: 'file', versions: ['a,b\n'] },
    '/d/t': { type: 'table', versions: ['SELECT 1 AS v'] },
  });
  const { written, directory } = await exportBy(host, { paths: ['/d/**/*.csv', '/d/t'] });
  assert.deepEqual(written, [
    { file: 'e/x', startTime: null, endTime: null, captures: ['e/', 'x'] },
    { file: 't.parquet', startTime: null, endTime: null, captures: [] },
  ]);
  assert.equal(readFileSync(join(directory, 'e/x'), 'utf8'), 'a,b\n');
});

test('parts that are unknown, missing, out of order or empty are refused', async (t) => {
  const host = await newSeriesHost(t, { '/s/a': seriesOf(hourly('t')) });
  for (const temporal of [['week'], ['month'], ['month', 'year'], ['year', 'day'], ['year', 'year'], []]) {
    await refused(host, { paths: ['/s/*'], temporal }, 'usage');
  }
});

test('a directory, a missing path and two files of one name are refused', async (t) => {
  const host = await newSeriesHost(t, { '/s/a': seriesOf(hourly('t')), '/t/a': seriesOf(hourly('t')) });
  await refused(host, { paths: ['/s'] }, 'is-a-directory');
  await refused(host, { paths: ['/nothing'] }, 'not-found');
  await refused(host, { paths: ['/s/*', '/t/*'] }, 'already-exists');
});

test('without parts of time, a series of several versions is one Parquet file with that extension', async (t) => {
  const host = await newSeriesHost(t, {
    '/s/a': seriesOf('SELECT 1 AS "Timestamp", 1 AS x', 'SELECT 2 AS "Timestamp", 2 AS y'),
    '/s/b': seriesOf('SELECT 1 AS "Timestamp", 1 AS x'),
    '/s/c.parquet': { type: 'table', versions: ['SELECT 1 AS x'] },
  });
  const directory = join(host.folder, 'out');
  const paths = ['/s/*'];
  assert.equal((await host.run('export', { paths, directory })).files, 3);
  assert.deepEqual(filesBelow(directory), ['a.parquet', 'b.parquet', 'c.parquet']);
  const rows = await rowsOf(`SELECT x, y FROM ${literal(join(directory, 'a.parquet'))}`);
  assert.deepEqual(rows, [
    [1, null],
    [null, 2],
  ]);
  const files = ['a.parquet', 'b.parquet', 'c.parquet'].map((file) => join(directory, file));
  for (const file of files) utimesSync(file, 1, 1);
  await host.run('export', { paths, directory });
  assert.deepEqual(
    files.map((file) => statSync(file).mtimeMs),
    [1000, 1000, 1000],
  );
});
