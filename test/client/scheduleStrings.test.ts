import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextRun, parseInterval, readSchedules, withSchedule } from '../../client/vscode/resources/scheduleStrings.ts';

test('an interval is from ten seconds to twelve days, and anything else says why not', () => {
  assert.deepEqual(['10 s', '15 min', '1h', '12 days'].map(parseInterval), [10_000, 900_000, 3_600_000, 1_036_800_000]);
  for (const text of ['', '9 s', '13 days', '1 month', '0', '-1 h', 'daily', '1 h 1 M'])
    assert.match(String(parseInterval(text)), /^[A-Z].*\.$/, text);
});

const hour = 3_600_000;

test('the first run is due at once, each later one after the interval, and the missed ones are counted', () => {
  assert.deepEqual(nextRun(undefined, hour, 5 * hour), { atMs: 5 * hour, missed: 0 });
  for (let passed = 0; passed < 100; passed++) {
    const lastMs = 7 * hour;
    const nowMs = lastMs + (passed * hour) / 10;
    const { atMs, missed } = nextRun(lastMs, hour, nowMs);
    assert.equal(atMs, lastMs + hour);
    // Due once an hour has passed; one of the runs since then happens now, the others never did.
    assert.equal(missed, Math.max(0, Math.floor(passed / 10) - 1), String(passed));
  }
});

test('a clock that was set back makes a run due instead of stopping the schedule', () => {
  assert.deepEqual(nextRun(10 * hour, hour, 5 * hour), { atMs: 5 * hour, missed: 0 });
});

test('what is not a schedule in the settings is left out', () => {
  const good = { '/p/.pond': { 'Inbox/a': '1 h' } };
  assert.deepEqual(readSchedules(good), good);
  for (const bad of [undefined, null, 3, 'x', [], [good]]) assert.deepEqual(readSchedules(bad), {});
  assert.deepEqual(readSchedules({ '/p': { 'Inbox/a': 5, 'Inbox/b': '1 h' }, '/q': 'x', '/r': null }), {
    '/p': { 'Inbox/b': '1 h' },
    '/q': {},
    '/r': {},
  });
});

test('a schedule is added, replaced and removed without touching the others', () => {
  const at = { pond: '/p', title: 'Inbox/a' };
  const one = withSchedule({}, at, '1 h');
  assert.deepEqual(one, { '/p': { 'Inbox/a': '1 h' } });
  const two = withSchedule(one, { pond: '/p', title: 'Tail/b' }, '1 day');
  assert.deepEqual(withSchedule(two, at, '15 min'), { '/p': { 'Tail/b': '1 day', 'Inbox/a': '15 min' } });
  assert.deepEqual(withSchedule(two, at, undefined), { '/p': { 'Tail/b': '1 day' } });
  assert.deepEqual(withSchedule(one, at, undefined), {});
  assert.deepEqual(withSchedule(one, { pond: '/q', title: 'Inbox/a' }, undefined), one);
});
