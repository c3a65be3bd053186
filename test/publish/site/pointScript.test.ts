import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pointScript } from '../../../server/src/publish/site/pointScript.ts';

interface Point {
  readonly time: number;
  readonly mid?: number;
  readonly low?: number | undefined;
  readonly high?: number | undefined;
}

type Row = Readonly<Record<string, unknown>> & { readonly time: number };

const script = (await import(`data:text/javascript,${encodeURIComponent(pointScript)}`)) as {
  pointsOf(rows: readonly Row[], parameter: Readonly<Record<string, string>>, gap: number): readonly Point[];
  alone(points: readonly Point[]): readonly Point[];
  summaryOf(points: readonly Point[]): Readonly<Record<'low' | 'mean' | 'high', number>>;
};

const columns = { instrument: 'I', avg: 'a', min: 'l', max: 'h' };

test('a gap between buckets, and a value that is missing or not finite, is a gap of the line', () => {
  const rows = [0, 10, 20, 50, 60, 90, 100].map((time) => ({ time, a: time, l: 0, h: 100n }));
  const points = script.pointsOf([...rows, { time: 110, a: null }, { time: 120, a: Infinity }], columns, 15);
  assert.deepEqual(
    points.map(({ time, mid }) => [time, mid]),
    [
      [0, 0],
      [10, 10],
      [20, 20],
      [21, undefined],
      [50, 50],
      [60, 60],
      [61, undefined],
      [90, 90],
      [100, 100],
    ],
  );
  assert.deepEqual([points[0]!.low, points[0]!.high], [0, 100]);
});

test('a minimum does not take the place of a mean that is missing, but that of a mean that no row has', () => {
  const rows = [
    { time: 0, a: 5, l: 1 },
    { time: 1, a: NaN, l: 2 },
  ];
  assert.deepEqual(
    script.pointsOf(rows, columns, 15).map(({ mid }) => mid),
    [5],
  );
  assert.deepEqual(
    script.pointsOf(rows, { instrument: 'I', min: 'l' }, 15).map(({ mid }) => mid),
    [1, 2],
  );
});

test('points between two gaps are alone, and a summary covers bands', () => {
  const at = (time: number, a: number): Row => ({ time, a, l: a - 1, h: a + 2 });
  const points = script.pointsOf([at(0, 1), at(50, 2), at(100, 3), at(105, 6)], columns, 15);
  assert.deepEqual(
    script.alone(points).map(({ time }) => time),
    [0, 50],
  );
  assert.deepEqual(script.summaryOf(points.filter(({ mid }) => mid !== undefined)), { low: 0, mean: 3, high: 8 });
});
