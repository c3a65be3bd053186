import assert from 'node:assert/strict';
import { test } from 'node:test';
import { byteProgress } from '../../server/src/base/byteProgress.ts';

test('bytes are reported in a unit that suits the total, with the time left once the speed is known', () => {
  const reported: string[] = [];
  let now = 0;
  const report = byteProgress(
    (message, done, total) => void reported.push(`${message}: ${done} of ${total ?? '?'}`),
    () => now,
  );
  report('log', 900);
  report('log', 25_000);
  report('contents', 0, 80_000_000);
  now = 4_000;
  report('contents', 20_000_000, 80_000_000);
  now = 400_000;
  report('contents', 40_000_000, 80_000_000);
  report('contents', 80_000_000, 80_000_000, ' of two files');
  report('data files', 10, 10);
  assert.deepEqual(reported, [
    'log, B: 900 of ?',
    'log, kB: 25 of ?',
    'contents, MB: 0 of 80',
    'contents, MB, 12 s left: 20 of 80',
    'contents, MB, 7 min left: 40 of 80',
    'contents of two files, MB, 0 s left: 80 of 80',
    'data files, B: 10 of 10',
  ]);
});
