import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { type ColumnSource, parquetWriteBuffer } from 'hyparquet-writer';
import { isPondError } from '../../server/src/base/error.ts';
import { commitNumber } from '../../server/src/delta/commitNumber.ts';
import { readFooter } from '../../server/src/parquet/footer.ts';
import { type Pond } from '../../server/src/pond/types.ts';
import { versionFacts } from '../../server/src/pond/series.ts';
import { type SeriesCoverage, readCoverage, seriesCoverage } from '../../server/src/pond/seriesCoverage.ts';
import { factsOfRow, type VersionFacts } from '../../server/src/pond/versionFacts.ts';
import { openHostDisk } from '../../server/src/storage/hostDisk.ts';
import { temporaryFolder } from '../support/folder.ts';
import { initPondOn, openPond } from '../support/pond.ts';

const parquet = (...columnData: ColumnSource[]): Uint8Array => new Uint8Array(parquetWriteBuffer({ columnData }));

/** A version with one row for each second. */
const version = (...seconds: readonly number[]): Uint8Array =>
  parquet({ name: 'timestamp', type: 'INT64', data: seconds.map(BigInt) });

const times = (minUs: number, maxUs: number) => ({ minUs, maxUs });

test('the range of times is found in statistics of each type of time, rounded outwards', () => {
  const range = (type: ColumnSource['type'], data: ColumnSource['data'], name = 'at') =>
    readFooter(parquet({ name, ...(type && { type }), data, nullable: true }))?.timeRange('AT');
  assert.deepEqual(range('INT64', [5n, -3n, 4n]), times(-3_000_000, 5_000_000));
  assert.deepEqual(range('INT32', [5, null, 4]), times(4_000_000, 5_000_000));
  assert.deepEqual(range('DOUBLE', [1.5, 0.000_000_25]), times(0, 1_500_000));
  assert.deepEqual(range('TIMESTAMP', [new Date(1), new Date(3)]), times(1000, 3000));
  assert.deepEqual(range('DOUBLE', [1, NaN]), times(1_000_000, 1_000_000), 'NaN is not a time');
  assert.equal(range('INT64', [9_007_199_255n]), undefined, 'beyond the exact microseconds');
  assert.equal(range('INT64', [null, null]), undefined);
  assert.equal(range('STRING', ['2024-01-01']), undefined);
  assert.equal(range('INT64', [5n], 'other'), undefined);
  assert.equal(readFooter(new Uint8Array(20)), undefined);
});

async function facts(pond: Pond, at?: string): Promise<readonly VersionFacts[]> {
  const root = await (at === undefined ? pond.fs : await pond.at(at)).root();
  const found: VersionFacts[] = [];
  for await (const one of root.versions('/s')) found.unshift(versionFacts(one));
  return found;
}

const expected = [
  { rows: 2, time: times(10_000_000, 20_000_000) },
  { rows: 1, time: times(5_000_000, 5_000_000) },
  { rows: 1 },
];

test('each version keeps its times: staged, committed, copied, and read in another process with any cache', async (t) => {
  const folder = temporaryFolder(t);
  const pond = await initPondOn(openHostDisk(folder), folder);
  const root = await pond.fs.root();
  const contents = [version(10, 20), version(5), parquet({ name: 'other', type: 'INT64', data: [7n] })];
  for (const content of contents) await root.writeFile('/s', content, { type: 'series' });
  assert.deepEqual(await facts(pond), expected, 'staged');
  await pond.close();
  const again = await openPond(folder, { mode: 'write' });
  assert.deepEqual(await facts(again), expected, 'from the journal');
  await again.commit({ message: 'a series', author: 'test' });
  assert.deepEqual(await facts(again), expected, 'committed');
  await (await again.fs.root()).copy('/s', '/t');
  await (await again.fs.root()).rename('/t', '/s', { overwrite: true });
  assert.deepEqual(await facts(again), expected, 'copied');
  for (let n = 0; n < 300; n++) await (await again.fs.root()).writeFile('/s', version(n), { type: 'series' });
  await again.commit({ message: 'more', author: 'test' });
  await facts(again);
  await again.close();
  for (const isCached of [true, false]) {
    if (!isCached) rmSync(join(folder, '_pond/cache'), { recursive: true });
    const reader = await openPond(folder, { mode: 'read' });
    t.after(() => reader.close());
    const all = await facts(reader, 'HEAD');
    assert.deepEqual(all.slice(0, 3), expected, `cached: ${isCached}`);
    assert.deepEqual(all.at(-1), { rows: 1, time: times(299_000_000, 299_000_000) });
    assert.equal((await readCoverage(await reader.fs.root(), '/s')).versions, 303);
  }
});

test('impossible times in a row are damage of the pond', () => {
  const row = { fileType: 'series', version: 1, txn: commitNumber(3) } as const;
  const read = (minTimeUs: number | undefined, maxTimeUs: number | undefined) =>
    factsOfRow({ ...row, minTimeUs, maxTimeUs }, { rows: 1 });
  assert.deepEqual(read(undefined, undefined), { rows: 1 });
  assert.deepEqual(read(-5, 5), { rows: 1, time: times(-5, 5) });
  for (const [min, max] of [
    [undefined, 1],
    [1, undefined],
    [2, 1],
  ]) {
    assert.throws(
      () => read(min, max),
      (error: unknown) =>
        isPondError(error, 'pond-damaged') && error.message.startsWith('version 1 of a series in commit 3'),
    );
  }
});

test('the coverage of a series has its gaps and overlaps', () => {
  const minute = (minUs: number, maxUs: number, rows = maxUs - minUs + 1): VersionFacts => ({
    rows,
    time: times(minUs * 60, maxUs * 60),
  });
  const coverage = seriesCoverage([
    minute(100, 120),
    minute(0, 10),
    {},
    minute(11, 20),
    minute(15, 30),
    minute(31, 31),
  ]);
  const wanted: SeriesCoverage = {
    versions: 6,
    rows: 59,
    time: times(0, 7200),
    unknown: 1,
    stepUs: 60,
    gaps: [{ startUs: 1860, endUs: 6000 }],
    overlaps: [{ startUs: 900, endUs: 1200 }],
  };
  const late = seriesCoverage([minute(0, 10), minute(5, 10), minute(5, 10), minute(8, 20)]);
  assert.deepEqual(late.overlaps, [{ startUs: 300, endUs: 600 }]);
  assert.deepEqual(coverage, wanted);
  assert.deepEqual(seriesCoverage([]).time, undefined);
});
