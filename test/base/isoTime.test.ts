import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isoTimeMs } from '../../server/src/base/isoTime.ts';
import { sourceFiles } from '../support/sourceFiles.ts';

test('a time in ISO form has its milliseconds', () => {
  assert.equal(isoTimeMs('1970-01-02'), 86_400_000);
  assert.equal(isoTimeMs('2024-02-29T23:30:00.5+01:00'), Date.UTC(2024, 1, 29, 22, 30, 0, 500));
  assert.equal(isoTimeMs('2026-01-01T24:00Z'), Date.UTC(2026, 0, 2));
  assert.equal(isoTimeMs('0001-01-01T00:00Z'), -62_135_596_800_000);
  assert.equal(isoTimeMs('9999-12-31T23:59:59Z'), 253_402_300_799_000);
});

test('a day that is in no calendar and a text that is malformed have none', () => {
  const days = [
    '2026-02-29',
    '2026-02-30',
    '2026-04-31T12:00Z',
    '1900-02-29',
    '2026-02-30T00:00:00+02:00',
    '2026-13-01',
  ];
  for (const text of [
    ...days,
    '2026-01-00',
    '2016-12-31T23:59:60Z',
    '2026',
    '2026-01',
    'today',
    '',
    '12026-01-01',
    '1 Feb',
  ]) {
    assert.equal(isoTimeMs(text), undefined, text);
  }
});

test('no other file takes a time of somebody else with Date.parse', () => {
  const users = sourceFiles().filter(
    ({ path, text }) => /^(server|client\/cli)\//.test(path) && /\bDate\.parse\(/.test(text),
  );
  assert.deepEqual(
    users
      .map(({ path }) => path)
      .filter((path) => !/\/publish\/site\//.test(path))
      .sort(),
    [
      // Times that this program wrote.
      'client/cli/backupVerb.ts',
      'server/src/base/isoTime.ts',
      // Times of HTTP, which are in words.
      'server/src/remote/s3Failure.ts',
      'server/src/resources/kinds/hydroVu/rateLimiter.ts',
      'server/src/resources/runs/records.ts',
      'server/src/resources/runs/unrecorded.ts',
    ],
  );
});
