import assert from 'node:assert/strict';
import { test } from 'node:test';
import { numberScript } from '../../../server/src/publish/site/numberScript.ts';

interface Numbers {
  readonly format: (value: number) => string;
  readonly formatTick: (value: number) => string;
  readonly tickLength: number;
}

const { numbersOf } = (await import(`data:text/javascript,${encodeURIComponent(numberScript)}`)) as {
  numbersOf(low: number, high: number, lang: string): Numbers;
};

const cases: readonly {
  readonly range: readonly [number, number];
  readonly ticks: readonly [readonly number[], readonly string[]];
  readonly value: readonly [number, string];
}[] = [
  {
    range: [9, 11],
    ticks: [
      [9, 9.5, 11],
      ['9', '9.5', '11'],
    ],
    value: [10.03625, '10.036'],
  },
  // Digits of the whole number say nothing about its range.
  {
    range: [1013, 1013.2],
    ticks: [
      [1013.05, 1013.1],
      ['1,013.05', '1,013.1'],
    ],
    value: [1013.1234, '1,013.1234'],
  },
  {
    range: [-499, 0],
    ticks: [
      [-400, 0],
      ['-400', '0'],
    ],
    value: [-251.54, '-251.5'],
  },
  {
    range: [0, 12_345_678],
    ticks: [
      [5e6, 1e7],
      ['5,000,000', '10,000,000'],
    ],
    value: [12_345_678, '12,345,678'],
  },
  { range: [5, 5], ticks: [[5], ['5']], value: [5, '5'] },
  { range: [0, 0], ticks: [[0], ['0']], value: [0, '0'] },
  {
    range: [0, 5e-10],
    ticks: [
      [1e-10, 5e-10],
      ['1E-10', '5E-10'],
    ],
    value: [2.515e-10, '2.515E-10'],
  },
  {
    range: [0, 4.99e302],
    ticks: [
      [1e302, 4e302],
      ['1E302', '4E302'],
    ],
    value: [4.99e302, '4.99E302'],
  },
  {
    range: [9e15, 9e15 + 500],
    ticks: [[9e15 + 100], ['9.0000000000001E15']],
    value: [9e15 + 1, '9.000000000000001E15'],
  },
];

for (const { range, ticks, value } of cases) {
  test(`numbers of a chart from ${range.join(' to ')} differ where their values do`, () => {
    const { format, formatTick } = numbersOf(...range, 'en');
    assert.deepEqual(ticks[0].map(formatTick), ticks[1]);
    assert.equal(format(value[0]), value[1]);
  });
}

test('numbers are written as in a language, and the longest on the axis is known', () => {
  const { format, formatTick, tickLength } = numbersOf(0, 1_234_567, 'de');
  assert.equal(format(1_234_567.5), '1.234.568');
  assert.equal(tickLength, formatTick(1_200_000).length);
});
