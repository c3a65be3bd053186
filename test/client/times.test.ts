import assert from 'node:assert/strict';
import { test } from 'node:test';
import { filterOf } from '../../client/vscode/webviews/grid/filterForm.ts';
import { typeText } from '../../client/vscode/webviews/grid/header.ts';
import {
  columnsOfText,
  isSeconds,
  isTimeColumn,
  secondsOfTime,
  timeOfSeconds,
} from '../../client/vscode/webviews/grid/times.ts';
import { chosenPlot } from '../../client/vscode/webviews/plot/plotColumns.ts';

const timestamp = { name: 'Timestamp', type: 'BIGINT' };

test('seconds are the numbers of a column that is called Timestamp', () => {
  assert.deepEqual([isSeconds(timestamp), isTimeColumn(timestamp)], [true, true]);
  for (const column of [
    { name: 'Timestamp', type: 'TIMESTAMP' },
    { name: 'time', type: 'BIGINT' },
    { name: 'timestamp', type: 'VARCHAR' },
  ])
    assert.equal(isSeconds(column), false, `${column.name} ${column.type}`);
});

test('seconds are read as times in UTC, and as nothing outside of years of four digits', () => {
  const cases: readonly (readonly [string, string | undefined])[] = [
    ['0', '1970-01-01 00:00:00'],
    ['1672531200', '2023-01-01 00:00:00'],
    ['1672531200.25', '2023-01-01 00:00:00.250'],
    ['-1', '1969-12-31 23:59:59'],
    ['253402300799', '9999-12-31 23:59:59'],
    // Milliseconds.
    ['1672531200000', undefined],
    ['-99999999999', undefined],
    ['NaN', undefined],
    ['', undefined],
  ];
  for (const [text, time] of cases) assert.equal(timeOfSeconds(text), time, text);
});

test('a time as people write it is one in seconds', () => {
  const cases: readonly (readonly [string, string | undefined])[] = [
    ['2023-01-01', '1672531200'],
    ['2023-01', '1672531200'],
    [' 2023-01-01 00:15 ', '1672532100'],
    ['2023-01-01T00:15:00Z', '1672532100'],
    ['2023-01-01 00:15:00.5', '1672532100.5'],
    ['2023-01-01 00:15:00+00', '1672532100'],
    ['2023-13-01', undefined],
    ['2023-02-29', undefined],
    ['1672531200', undefined],
    ['yesterday', undefined],
  ];
  for (const [text, seconds] of cases) assert.equal(secondsOfTime(text), seconds, text);
});

test('a filter of seconds takes times and seconds; one of other numbers takes its text', () => {
  const between = { column: 'Timestamp', kind: 'between', low: '1672531200', high: '1672617600' };
  assert.deepEqual(filterOf(timestamp, 'between', ['2023-01-01', '2023-01-02']), between);
  assert.deepEqual(filterOf(timestamp, 'between', ['1672531200', '1672617600']), between);
  const other = { column: 'n', kind: 'compare', operator: '=', value: '2023-01-01' };
  assert.deepEqual(filterOf({ name: 'n', type: 'BIGINT' }, '=', ['2023-01-01']), other);
});

test('a wind rose has no seconds as its direction or speed, and finds columns in degrees', () => {
  const number = (name: string) => ({ name, type: 'DOUBLE' });
  const plot = chosenPlot([timestamp, number('A.Temp.C'), number('A.Wind.deg'), number('A.Wind.m/s')], {
    kind: 'rose',
  });
  assert.deepEqual([plot?.x, plot?.ys], ['A.Wind.deg', ['A.Wind.m/s']]);
  const undirected = chosenPlot([timestamp, number('A.Temp.C'), number('A.DO.mg/L')], { kind: 'rose' });
  assert.deepEqual([undirected?.x, undirected?.ys], ['A.Temp.C', ['A.DO.mg/L']]);
});

test('the head of a column states the zone of its times, also of those that reading a text converted to UTC', () => {
  const types = ['TIMESTAMP', 'TIMESTAMP_NS', 'TIMESTAMP WITH TIME ZONE', 'DATE', 'TIME WITH TIME ZONE', 'VARCHAR'];
  const columns = types.map((type) => ({ name: 'at', type }));
  const others = ['timestamp, UTC', 'date', 'time with time zone', 'varchar'];
  assert.deepEqual(columns.map(typeText), ['timestamp', 'timestamp_ns', ...others]);
  assert.deepEqual(columnsOfText(columns).map(typeText), ['timestamp, UTC', 'timestamp_ns, UTC', ...others]);
});
