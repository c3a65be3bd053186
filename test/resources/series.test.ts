import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countPeriods, periodsBetween, type PeriodUnit } from '../../server/src/resources/series/periods.ts';
import { timeColumnOf, timeSql } from '../../server/src/resources/series/time.ts';
import { testConnection } from '../support/connection.ts';
import { anySql } from '../support/anySql.ts';

const connection = await testConnection();

/** Checks the time of a value of a type: microseconds since 1970 UTC, null for none. */
async function check(type: string, value: string, expected: bigint | null): Promise<void> {
  const sql = timeSql({ name: 'Time "stamp"', type });
  const rows = await connection.rows(
    anySql(
      `SELECT epoch_us(t), typeof(t) FROM (SELECT ${sql} AS t FROM (SELECT CAST(${value} AS ${type}) AS "Time ""stamp"""))`,
    ),
  );
  assert.deepEqual(rows, [[expected, 'TIMESTAMP']], `${value} as ${type}: ${sql}`);
}

test('the time column is called Timestamp in any case, and nothing else', () => {
  const columns = (...names: string[]) => names.map((name) => ({ name, type: 'BIGINT' }));
  assert.equal(timeColumnOf(columns('rtimestamp', 'TimeStamp', 'v'))?.name, 'TimeStamp');
  assert.equal(timeColumnOf(columns('rtimestamp', 'Timestamp ', 'time')), undefined);
});

test('whole numbers of any type are seconds since 1970', async () => {
  for (const type of ['INTEGER', 'UINTEGER', 'BIGINT', 'UBIGINT', 'HUGEINT', 'UHUGEINT']) {
    await check(type, '1600000000', 1_600_000_000_000_000n);
    await check(type, 'NULL', null);
  }
  for (const type of ['TINYINT', 'UTINYINT', 'SMALLINT', 'USMALLINT']) await check(type, '100', 100_000_000n);
  await check('BIGINT', '-1', -1_000_000n);
});

test('fractions of seconds are kept to the microsecond', async () => {
  await check('DOUBLE', '1600000000.123456', 1_600_000_000_123_456n);
  await check('DOUBLE', '-0.5', -500_000n);
  await check('FLOAT', '1.5', 1_500_000n);
  await check('DECIMAL(18,3)', '1600000000.125', 1_600_000_000_125_000n);
  await check('DECIMAL(38,10)', '1600000000.1234564', 1_600_000_000_123_456n);
});

test('timestamps and dates are read in UTC, in any time zone of the session', async () => {
  for (const type of ['TIMESTAMP', 'TIMESTAMP_S', 'TIMESTAMP_MS', 'TIMESTAMP_NS']) {
    await check(type, "TIMESTAMP '2020-09-13 12:26:40'", 1_600_000_000_000_000n);
  }
  await check('TIMESTAMP WITH TIME ZONE', "'2020-09-13 14:26:40.000001+02'", 1_600_000_000_000_001n);
  await check('DATE', "DATE '1970-01-02'", 86_400_000_000n);
});

test('values that are not a moment give no time', async () => {
  await check('DOUBLE', "'nan'", null);
  await check('DOUBLE', "'inf'", null);
  await check('DOUBLE', '1e300', null);
  await check('BIGINT', '9223372036854775807', null);
  await check('BIGINT', '-9100000000001', null);
  await check('BIGINT', '-9100000000000', -9_100_000_000_000_000_000n);
  await check('HUGEINT', '170141183460469231731687303715884105727', null);
  await check('DECIMAL(38,10)', '9999999999999999999999999999', null);
  await check('TIMESTAMP', "'infinity'", null);
  await check('TIMESTAMP WITH TIME ZONE', "'-infinity'", null);
  await check('DATE', "'infinity'", null);
  await check('DATE', "'5000000-01-01'", null);
});

test('a column of another type is not a time column', () => {
  for (const type of ['VARCHAR', 'BOOLEAN', 'TIME', 'INTERVAL', 'INTEGER[]']) {
    assert.throws(() => timeSql({ name: 'Timestamp', type }), { code: 'invalid-content', message: /no time column/ });
  }
});

test('periods are calendar periods, as in DuckDB', async () => {
  const times = ['290300-12-31', '10000-01-01', '2024-02-29', '2023-12-31 23:59:59.999999', '2000-02-29', '1970-01-01'];
  times.push(
    '1969-12-31 23:59:59.999999',
    '1900-03-01',
    '1600-02-29',
    '0001-01-01',
    '0001-12-31 (BC)',
    '0401-02-28 (BC)',
  );
  for (const unit of ['year', 'month', 'day'] satisfies PeriodUnit[]) {
    for (const time of times) {
      const sql = `SELECT epoch_us(t), epoch_us(date_trunc('${unit}', t)), epoch_us(date_trunc('${unit}', t) + INTERVAL 1 ${unit}) FROM (SELECT TIMESTAMP '${time}' AS t)`;
      const [[us, startUs, endUs] = []] = await connection.rows(anySql(sql));
      assert.ok(typeof us === 'bigint');
      assert.deepEqual(periodsBetween(us, us, unit), [{ startUs, endUs }], `${unit} of ${time}`);
    }
  }
});

test('periods are adjacent from the first time to the last', () => {
  const min = BigInt(Date.UTC(2019, 10, 30)) * 1000n;
  const max = BigInt(Date.UTC(2021, 0, 1)) * 1000n;
  for (const [unit, count] of [
    ['year', 3],
    ['month', 15],
    ['day', 399],
  ] as const) {
    const periods = periodsBetween(min, max, unit);
    assert.equal(periods.length, count);
    assert.equal(countPeriods(min, max, unit), count);
    for (const [i, { startUs }] of periods.entries()) if (i > 0) assert.equal(startUs, periods[i - 1]!.endUs);
  }
  assert.deepEqual(periodsBetween(max, min, 'day'), []);
  assert.equal(countPeriods(max, min, 'year'), 0);
});
