import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ageText, isRecent } from '../../server/src/base/age.ts';

test('an age is shown in its largest unit', () => {
  const [minute, hour] = [60_000, 3_600_000];
  const ages = [0, 59_000, minute, 59 * minute, hour, 47 * hour, 48 * hour, 100 * hour].map(ageText);
  const expected = [
    'just now',
    'just now',
    '1 min ago',
    '59 min ago',
    '1 h ago',
    '47 h ago',
    '2 days ago',
    '4 days ago',
  ];
  assert.deepEqual(ages, expected);
});

test('a time is recent for a span, and not when it is further in the future than that', () => {
  const [now, year] = [Date.UTC(2026, 0, 1), 365 * 24 * 3_600_000];
  const recent = [0, -999, 999, -1000, 1000, -year, year].map((ms) => isRecent(now + ms, now, 1000));
  assert.deepEqual(recent, [true, true, true, false, false, false, false]);
});
