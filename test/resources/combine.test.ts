import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isPondError, type PondError } from '../../server/src/base/error.ts';
import { newCombining, valuesOf } from '../support/combining.ts';

/** Epoch of the short times in the expected rows, in seconds. */
const base = 1_600_000_000;
const at = (seconds: number): string => `${base + seconds}::BIGINT`;
const v = (value: number): string => `${value}::DOUBLE`;
const time = 'Timestamp';

/** Returns the reason with which a promise rejects. */
async function errorOf(promise: Promise<unknown>): Promise<PondError> {
  const error: unknown = await promise.then(
    () => assert.fail('it did not fail'),
    (reason: unknown) => reason,
  );
  assert.ok(isPondError(error), String(error));
  return error;
}

test('Combine of the rows of series', async (t) => {
  const { write, combine } = await newCombining(t);

  await t.test('joins series by time, drops nothing, and lets a later file win (golden case G1)', async () => {
    await write('/g1/a', valuesOf([time, 'V.A.u'], [at(100), v(1)], [at(200), v(2)], [at(300), v(3)]));
    await write('/g1/b', valuesOf([time, 'V.B.u'], [at(250), v(9)], [at(400), v(4)], [at(500), v(5)]));
    await write('/g1s/c', valuesOf([time, 'S.A.u'], [at(100), v(1.5)], [at(400), v(4.5)], [at(450), v(4.7)]));
    const { names, types, rows } = await combine(['/g1/*', '/g1s/*']);
    assert.deepEqual(names, ['Timestamp', 'S.A.u', 'V.A.u', 'V.B.u']);
    assert.deepEqual(types, ['BIGINT', 'DOUBLE', 'DOUBLE', 'DOUBLE']);
    assert.deepEqual(
      rows.map(([seconds, ...values]) => [Number(seconds) - base, ...values]),
      [
        [100, 1.5, 1, null],
        [200, null, 2, null],
        [250, null, null, 9],
        [300, null, 3, null],
        [400, 4.5, null, 4],
        [450, 4.7, null, null],
        [500, null, null, 5],
      ],
    );
  });

  await t.test('joins every series to the common times, and has each time once (golden case G2)', async () => {
    await write('/g2/1', valuesOf([time, 'a'], [100, 1], [100, 2], [200, 3]));
    await write('/g2/2', valuesOf([time, 'b'], [100, 4]));
    await write('/g2/3', valuesOf([time, 'c'], [100, 5], [200, 6]));
    const { rows } = await combine(['/g2/1', '/g2/2', '/g2/3']);
    assert.deepEqual(rows, [
      [100n, 2, 4, 5],
      [200n, 3, null, 6],
    ]);
  });

  await t.test('a later file wins for the same time and column, but only where it has a value', async () => {
    await write('/later/1', valuesOf([time, 'a', 'b'], [1, 10, 20], [2, 11, 21]));
    await write('/later/2', valuesOf([time, 'b', 'a'], [2, 'NULL', 12], [1, 30, 'NULL']));
    assert.deepEqual((await combine(['/later/*'])).rows, [
      [1n, 10, 30],
      [2n, 12, 21],
    ]);
  });

  await t.test('a later version of a series wins as a later file does, and a later row in a file', async () => {
    const version = (value: number) => valuesOf([time, 'a'], [1, value], [3, value], [1, value + 1], [3, 'NULL']);
    await write('/versions/x', version(10), version(20), version(30));
    assert.deepEqual((await combine(['/versions/x'])).rows, [
      [1n, 31],
      [3n, 30],
    ]);
  });

  await t.test('replacement instruments of one pattern follow each other, whatever their order by path', async () => {
    await write('/replaced/new', valuesOf([time, 'a'], [300, 3], [400, 4]));
    await write('/replaced/old', valuesOf([time, 'a'], [100, 1], [200, 2]));
    assert.deepEqual((await combine(['/replaced/*'])).rows, [
      [100n, 1],
      [200n, 2],
      [300n, 3],
      [400n, 4],
    ]);
  });

  await t.test('of one column in two series the series written first wins', async () => {
    await write('/same/1', valuesOf([time, 'a'], [1, 10], [2, 'NULL']));
    await write('/same/2', valuesOf([time, 'a'], [1, 20], [2, 21], [3, 22]));
    const expected = (first: number, last: number) => [
      [1n, first],
      [2n, 21],
      [3n, last],
    ];
    assert.deepEqual((await combine(['/same/1', '/same/2'])).rows, expected(10, 22));
    assert.deepEqual((await combine(['/same/2', '/same/1'])).rows, expected(20, 22));
  });

  await t.test('a series that matches nothing is empty; a scope without files has no rows', async () => {
    await write('/lonely/1', valuesOf([time, 'a'], [1, 10]));
    assert.deepEqual((await combine(['/nothing/*', '/lonely/*', '/none'])).rows, [[1n, 10]]);
    const { names, rows } = await combine(['/nothing/*'], ['x']);
    assert.deepEqual({ names, rows }, { names: ['Timestamp'], rows: [] });
  });

  await t.test('files without rows still have their columns', async () => {
    await write('/rowless/1', `${valuesOf([time, 'a'], [1, 10])} WHERE false`);
    const { names, types, rows } = await combine(['/rowless/*']);
    assert.deepEqual({ names, types, rows }, { names: ['Timestamp', 'a'], types: ['BIGINT', 'INTEGER'], rows: [] });
  });
});

test('Combine of columns and their types', async (t) => {
  const { pond, write, stage, read, combine } = await newCombining(t);

  await t.test('columns are kept in the order asked for, and rows without any of them stay', async () => {
    await write('/kept/1', valuesOf([time, 'a', 'b', 'c'], [1, 10, 20, 30]));
    await write('/kept/2', valuesOf([time, 'd'], [2, 40]));
    const { names, rows } = await combine(['/kept/1', '/kept/2'], ['c', 'a', 'timestamp']);
    assert.deepEqual(names, ['Timestamp', 'c', 'a']);
    assert.deepEqual(rows, [
      [1n, 30, 10],
      [2n, null, null],
    ]);
  });

  await t.test('a column that no input has is said with its place and the likely name', async () => {
    await write('/misspelled/1', valuesOf([time, 'Station.Temperature.C'], [1, 10]));
    const home = await stage({ s: { patterns: ['/misspelled/*'], columns: ['Station.Temprature.C'] } });
    const error = await errorOf(read(home, 's'));
    assert.equal(error.code, 'run-failed');
    assert.match(error.message, /^Combine\/c-.*, scope s: no input has a column "Station.Temprature.C"$/);
    assert.equal(error.hint, 'Did you mean "Station.Temperature.C"?');
    assert.equal(error.path, `${home}/resource.yaml`);
    const line = (await pond.fs.root()).readFile(`${home}/resource.yaml`);
    const text = new TextDecoder().decode(await line).split('\n')[error.position!.line]!;
    assert.ok(text.slice(error.position!.character).startsWith('"Station.Temprature.C"'), text);
    assert.equal((await errorOf(combine(['/misspelled/*'], ['x']))).hint, 'The inputs have Station.Temperature.C.');
  });

  await t.test('columns are in the byte order of their names', async () => {
    await write('/bytes/1', valuesOf([time, 'a', 'é', '\u{1f30a}', 'Z', '\u{ff5e}'], [1, 1, 2, 3, 4, 5]));
    assert.deepEqual((await combine(['/bytes/*'])).names, ['Timestamp', 'Z', 'a', 'é', '\u{ff5e}', '\u{1f30a}']);
  });

  await t.test('times are whole seconds, fractional ones or UTC timestamps, as the inputs have them', async () => {
    await write('/times/int', valuesOf([time, 'a'], ['1::INTEGER', 1]));
    await write('/times/double', valuesOf(['timestamp', 'a'], ['2.5::DOUBLE', 2], ["'nan'::DOUBLE", 3]));
    await write('/times/stamp', valuesOf(['TIMESTAMP', 'a'], ["TIMESTAMP '1970-01-01 00:00:04.25'", 4], ['NULL', 5]));
    await write('/times/zoned', valuesOf([time, 'a'], ["TIMESTAMPTZ '1970-01-01 02:00:05+02'", 6]));
    await write('/times/date', valuesOf([time, 'a'], ["DATE '1970-01-02'", 7]));
    assert.deepEqual((await combine(['/times/int'])).types[0], 'BIGINT');
    const numbers = await combine(['/times/{int,double}']);
    assert.deepEqual(
      { type: numbers.types[0], rows: numbers.rows },
      {
        type: 'DOUBLE',
        rows: [
          [1, 1],
          [2.5, 2],
        ],
      },
    );
    const all = await combine(['/times/*']);
    assert.equal(all.types[0], 'TIMESTAMP');
    assert.deepEqual(all.rows, [
      ['1970-01-01 00:00:01', 1],
      ['1970-01-01 00:00:02.5', 2],
      ['1970-01-01 00:00:04.25', 4],
      ['1970-01-01 00:00:05', 6],
      ['1970-01-02 00:00:00', 7],
    ]);
  });

  await t.test('numbers of several types become one that holds them all, in all parts alike', async () => {
    await write('/wider/1', valuesOf([time, 'a'], [1, '7::TINYINT']));
    await write('/wider/2', valuesOf([time, 'a'], [400_000_000, '2.5::DECIMAL(9,2)']));
    await write('/wider/3', valuesOf([time, 'a'], [800_000_000, '0.1::DOUBLE']));
    const { files, types, rows } = await combine(['/wider/*']);
    assert.equal(files.length, 3);
    assert.equal(types[1], 'DOUBLE');
    assert.deepEqual(rows, [
      [1n, 7],
      [400_000_000n, 2.5],
      [800_000_000n, 0.1],
    ]);
  });
});

test('Combine of unusual or invalid inputs', async (t) => {
  const { pond, write, combine } = await newCombining(t);

  await t.test('text against a number is an error that names both files', async () => {
    await write('/mixed/1', valuesOf([time, 'a'], [1, 7]));
    await write('/mixed/2', valuesOf([time, 'a'], [2, "'x'"]));
    const error = await errorOf(combine(['/mixed/1', '/mixed/2']));
    assert.equal(error.code, 'invalid-content');
    assert.match(error.message, /, scope s: "a" is INTEGER in \/mixed\/1, but VARCHAR in \/mixed\/2$/);
    assert.equal(error.path, '/mixed/2');
  });

  await t.test('a column that is left out may be of any types', async () => {
    await write('/apart/1', valuesOf([time, 'a', 'b'], [1, "'x'", 10]));
    await write('/apart/2', valuesOf([time, 'a', 'b'], [2, '[2]', 20]));
    await write('/apart/3', valuesOf([time, 'a', 'b'], [3, "TIMESTAMP '2020-01-01'", 30]));
    assert.deepEqual((await combine(['/apart/*'], ['b'])).rows, [
      [1n, 10],
      [2n, 20],
      [3n, 30],
    ]);
    assert.match((await errorOf(combine(['/apart/2']))).message, /"a" of \/apart\/2 is INTEGER\[\]$/);
  });

  await t.test('names that differ in case alone are an error that names both files', async () => {
    await write('/case/1', valuesOf([time, 'Depth'], [1, 7]));
    await write('/case/2', valuesOf([time, 'depth'], [2, 8]));
    const { code, message } = await errorOf(combine(['/case/1', '/case/2']));
    assert.equal(code, 'invalid-content');
    assert.match(message, /the columns "Depth" of \/case\/1 and "depth" of \/case\/2 differ in case alone$/);
  });

  await t.test('a file without a time column, or that is not a table, is named', async () => {
    await write('/timeless/1', valuesOf(['time', 'a'], [1, 7]));
    assert.match(
      (await errorOf(combine(['/timeless/*']))).message,
      /scope s: \/timeless\/1: there is no column Timestamp among time, a$/,
    );
    await (await pond.fs.root()).writeFile('/timeless/2.txt.bin', Buffer.from('x'));
    const { code, path } = await errorOf(combine(['/timeless/2*']));
    assert.deepEqual({ code, path }, { code: 'invalid-content', path: '/timeless/2.txt.bin' });
  });

  await t.test('times in milliseconds are an error that names the file, a few strange ones are not', async () => {
    await write('/unit/0', valuesOf([time, 'a'], [1_600_000_000, 1], [1_600_000_060, 2], [1_600_000_120_000, 3]));
    assert.equal((await combine(['/unit/*'])).rows.length, 3);
    await write('/unit/1', valuesOf([time, 'a'], [1_600_000_000_000, 1], [1_600_000_060_000, 2]));
    await assert.rejects(combine(['/unit/*']), {
      code: 'invalid-content',
      message: /, scope s: \/unit\/1: most times are beyond the year 9999: Timestamp looks like milliseconds$/,
      path: '/unit/1',
      hint: /divide them by 1000 in a Derive resource/,
    });
    await write('/nano/1', valuesOf([time, 'a'], ['1600000000000000000::BIGINT', 1]));
    await assert.rejects(combine(['/nano/*']), { message: /looks like nanoseconds$/ });
  });

  await t.test('names with quotes are names like others', async () => {
    const [name, file] = [`it's "5"; DROP`, `/quo'ted/it's`];
    await write(file, `SELECT 1 AS "Timestamp", 2 AS "${name.replaceAll('"', '""')}"`);
    await write(`${file}2`, `SELECT 2 AS "Timestamp", 3.5::DOUBLE AS "${name.replaceAll('"', '""')}"`);
    const { names, rows } = await combine([`/quo'ted/*`], [name]);
    assert.deepEqual(
      { names, rows },
      {
        names: ['Timestamp', name],
        rows: [
          [1n, 2],
          [2n, 3.5],
        ],
      },
    );
  });

  await t.test('names of columns that DuckDB has for itself are names like others', async () => {
    const names = [time, 'file_index', 'file_row_number', 'filename', 'r', 's0c0', 't'];
    await write('/own/1', valuesOf(names, [1, 1, 2, 3, 4, 5, 6], [1, 2, 3, 4, 5, 6, 7]));
    await write('/own/2', valuesOf(names, [2, 1, 2, 3, 4, 5, 6]));
    const combined = await combine(['/own/*']);
    assert.deepEqual(combined.names, names);
    assert.deepEqual(combined.rows, [
      [1n, 2, 3, 4, 5, 6, 7],
      [2n, 1, 2, 3, 4, 5, 6],
    ]);
  });
});
