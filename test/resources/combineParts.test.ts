/** How a combined series is divided into parts, and which of them new data changes. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type HostFile } from '../../server/src/pond/hostFile.ts';
import { newCombining, valuesOf } from '../support/combining.ts';

const time = 'Timestamp';
const keysOf = (files: readonly HostFile[]): readonly string[] => files.map(({ key }) => key);

/**
 * A number of rows a year of one series, from the start of 2020 on. A decimal step would take longer to read than to
 * combine.
 */
const yearly = (rows: number, years: number): string =>
  `SELECT 1577836800 + i * ${31_557_600 / rows}::DOUBLE AS "Timestamp", i::INTEGER AS a FROM range(${rows * years}) t(i)`;

test('Parts of a combined series', async (t) => {
  const { write, stage, files, combine, rows } = await newCombining(t);

  await t.test('are years; new data makes the part of its own year anew, and no other', async () => {
    await write('/years/1', yearly(130_000, 3));
    await write('/years/2', yearly(4, 3));
    const home = await stage({ s: { patterns: ['/years/1', '/years/2'] } });
    const before = keysOf(await files(home, 's'));
    await write('/years/1', valuesOf([time, 'a'], [1_640_995_200, 1], [1_650_000_000, 2]));
    const after = keysOf(await files(home, 's'));
    assert.equal(before.length, 3);
    assert.deepEqual(after.slice(0, 2), before.slice(0, 2));
    assert.notEqual(after[2], before[2]);
    assert.equal(after.length, 3);
    await write('/years/2', valuesOf([time, 'a'], [1_577_836_800, 5]));
    const late = keysOf(await files(home, 's'));
    assert.deepEqual(late.slice(1), after.slice(1));
    assert.notEqual(late[0], after[0]);
  });

  await t.test('are kept when another document says the same', async () => {
    await write('/twice/1', valuesOf([time, 'a', 'b'], [1, 2, 3]));
    const keys = async (...args: Parameters<typeof combine>) => keysOf((await combine(...args)).files);
    assert.deepEqual(await keys(['/twice/*']), await keys(['/twice/*', '/nothing']));
    assert.notDeepEqual(await keys(['/twice/*']), await keys(['/twice/*'], ['a']));
  });

  await t.test('are decades while there are few rows', async () => {
    await write('/few/1', yearly(4, 25));
    const found = await combine(['/few/*']);
    assert.deepEqual({ files: found.files.length, rows: found.rows.length }, { files: 3, rows: 100 });
  });

  await t.test('are months or days in years with many rows, and hold each row once', async () => {
    await write('/dense/1', yearly(600_000, 1));
    await write('/dense/2', valuesOf([time, 'b'], [1_577_836_800, 1], [1_609_459_200, 2]));
    const found = await files(await stage({ s: { patterns: ['/dense/1', '/dense/2'] } }), 's');
    assert.equal(found.length, 13, 'the months of 2020, and 2021');
    const source = `read_parquet([${found.map(({ hostPath }) => `'${hostPath}'`).join(', ')}])`;
    const types = (await rows(`DESCRIBE FROM ${source}`)).map(([, type]) => type);
    assert.deepEqual(types, ['DOUBLE', 'INTEGER', 'INTEGER']);
    const sums = `count(*), count(DISTINCT "Timestamp"), sum(a)::BIGINT, count(b)`;
    const [row] = await rows(`SELECT ${sums} FROM ${source}`);
    // The first row of the second series coincides with one in the first; the last is in the extra hours of the leap
    // year 2020.
    assert.deepEqual(row, [600_001n, 600_001n, (599_999n * 600_000n) / 2n, 2n]);
  });

  await t.test('take strange clocks as they are, and leave out what is not a time', async () => {
    const seconds = [-62_135_596_800, -3_000_000_000, 0, 1_600_000_000, 16_725_225_600, 253_402_300_800];
    const beyond = ['9200000000000', '-9200000000000', '9223372036854775807', 'NULL'];
    const series = [...seconds, ...beyond].map((each) => [`${each}::BIGINT`, 1]);
    await write('/strange/1', valuesOf([time, 'a'], ...series));
    await write('/strange/2', valuesOf([time, 'b'], ["'inf'::DOUBLE", 1], ["'-inf'::DOUBLE", 1], ['1e300::DOUBLE', 1]));
    await write('/strange/3', valuesOf([time, 'c'], ["'infinity'::TIMESTAMP", 1], ["'-infinity'::TIMESTAMP", 1]));
    const whole = await combine(['/strange/1']);
    assert.deepEqual(
      whole.rows.map(([each]) => each),
      seconds.map(BigInt),
    );
    assert.deepEqual(
      (await combine(['/strange/{1,2}'])).rows.map(([each]) => each),
      seconds,
    );
    assert.equal((await combine(['/strange/*'])).rows.length, seconds.length);
  });

  await t.test('have the times next to their ends, however they are rounded', async () => {
    const [start, before] = [1_609_459_200, 1_609_459_199.999_999_8];
    await write('/edge/1', valuesOf([time, 'a'], [`${start}::DOUBLE`, 1], [`${start + 1}::DOUBLE`, 2]));
    await write('/edge/2', valuesOf([time, 'b'], [`${before}::DOUBLE`, 3]));
    await write('/edge/3', valuesOf([time, 'c'], ['1580000000::DOUBLE', 4], [`${before}::DOUBLE`, 5]));
    const { rows: found } = await combine(['/edge/1', '/edge/2', '/edge/3']);
    assert.deepEqual(
      found.map(([each]) => each),
      [1_580_000_000, before, start, start + 1],
    );
  });

  await t.test('come from hundreds of versions of a series as from one', async () => {
    const version = (index: number) => {
      const values = index === 70 ? [time, 'b', 'a'] : [time, 'a'];
      const row = [1_577_000_000 + index * 86_400, index, index].slice(0, values.length);
      return valuesOf(values, row, [1_577_000_000, index].concat(index === 70 ? [index] : []));
    };
    await write('/versions/x', ...Array.from({ length: 150 }, (_, index) => version(index)));
    const { names, rows: found } = await combine(['/versions/*']);
    assert.deepEqual(names, ['Timestamp', 'a', 'b']);
    assert.equal(found.length, 150);
    assert.deepEqual(found[0], [1_577_000_000n, 149, 70]);
    for (const [index, row] of found.entries()) {
      if (index > 0) assert.deepEqual(row, [BigInt(1_577_000_000 + index * 86_400), index, index === 70 ? 70 : null]);
    }
  });
});
