import assert from 'node:assert/strict';
import { test } from 'node:test';
import { requireSqlType } from '../../../server/src/duckdb/sqlType.ts';
import { parametersOf, partsFor } from '../../../server/src/publish/site/outputs.ts';

const double = requireSqlType('DOUBLE');

test('a line has the unit and the band of its statistic', () => {
  const names = [
    ...['A.Temp.C.avg', 'A.Temp.C.min', 'A.Temp.C.max', 'A.Temp.C.sum'],
    ...['A.Rain.tips.min', 'A.Rain.tips.max', 'A.Rain.tips.rate', 'A.Rain.tips.last'],
    ...['A.Turns.rate', 'A.Snow.mm.sum', 'A.Snow.mm.max', 'A.Wind.deg.circular', 'A.Wind.deg.max', 'A.Gust.kn.max'],
  ];
  const parameters = parametersOf([
    { name: 'Timestamp', type: requireSqlType('TIMESTAMP') },
    ...names.map((name) => ({ name, type: double })),
  ]);
  const instrument = 'A';
  assert.deepEqual(parameters, [
    { name: 'Temp', unit: 'C', instrument, avg: 'A.Temp.C.avg', min: 'A.Temp.C.min', max: 'A.Temp.C.max' },
    { name: 'Rain', unit: 'tips/s', instrument, avg: 'A.Rain.tips.rate' },
    { name: 'Turns', unit: '1/s', instrument, avg: 'A.Turns.rate' },
    { name: 'Snow', unit: 'mm', instrument, avg: 'A.Snow.mm.sum' },
    { name: 'Wind', unit: 'deg', instrument, avg: 'A.Wind.deg.circular', isDirection: true },
    { name: 'Gust', unit: 'kn', instrument, max: 'A.Gust.kn.max' },
  ]);
});

test('a file covers the longest period that has at most 20,000 intervals', () => {
  const last = (seconds: number): string | undefined => partsFor(seconds).at(-1);
  assert.deepEqual([86_400, 1582].map(last), ['year', 'year']);
  assert.deepEqual([1581, 134].map(last), ['month', 'month']);
  assert.deepEqual([133, 5].map(last), ['day', 'day']);
  assert.deepEqual([4, 1].map(last), ['hour', 'hour']);
});
