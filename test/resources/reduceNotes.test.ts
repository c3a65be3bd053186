import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newSeriesHost, seriesOf } from '../support/seriesPond.ts';

const document = `apiVersion: v1
kind: Reduce
name: all
desc: d
spec:
  collections:
    - name: c
      resolutions: [1d, 1h]
      datasets:
        - in_pattern: /a/*
          out_pattern: $0
        - in_pattern: /b/*
          out_pattern: $0
`;

const rows = (...values: readonly (readonly [string, string])[]): string =>
  `SELECT * FROM (VALUES ${values.map(([time, v]) => `(${time}::DOUBLE, ${v}::DOUBLE)`).join(', ')}) t("Timestamp", v)`;

test('a run of Reduce notes the rows without a time and the values that are not finite, also when all is built', async (t) => {
  const host = await newSeriesHost(t, {
    '/a/one': seriesOf(
      rows(['1', '1'], ['NULL', '2'], ["'nan'", '3'], ['7200', "'nan'"], ['7300', "'inf'"]),
      rows(['10800', "'-inf'"], ["'inf'", '5']),
    ),
    '/a/two': seriesOf(rows(['NULL', '1'])),
    '/b/three': seriesOf(rows(['1', '1'], ['2', 'NULL'])),
  });
  await host.run('apply', { sources: [{ text: document, origin: 'f' }], directory: host.folder });
  await host.run('commit', { message: 'document' });
  const expected = [
    'collection c, /a/*: 4 rows left out, without a valid time',
    'collection c, /a/*: 2 buckets with a value that is not finite',
  ];
  for (let run = 0; run < 2; run++) assert.deepEqual((await host.run('run', {})).runs[0]?.notes, expected);
});

test('a run of Reduce notes the names and patterns of columns that no column of numbers has', async (t) => {
  const host = await newSeriesHost(t, {
    '/a/one': seriesOf(`SELECT 1 AS "Timestamp", 2 AS v, 'x' AS site`),
    '/b/three': seriesOf(rows(['1', '1'])),
  });
  const stated = `out_pattern: $0
          columns: [v, V, s*]
          rules: [{ columns: ["*.deg"], statistics: [circular] }, { columns: [v], statistics: [sum] }]
`;
  const text = document.replace('out_pattern: $0\n', stated);
  await host.run('apply', { sources: [{ text, origin: 'f' }], directory: host.folder });
  await host.run('commit', { message: 'document' });
  const expected = ['collection c, /a/*: no column of numbers matches "V", "s*", "*.deg"'];
  for (let run = 0; run < 2; run++) assert.deepEqual((await host.run('run', {})).runs[0]?.notes, expected);
});

test('a run of Reduce notes the buckets that `coverage` empties, by resolution, and none that has no value or only a count', async (t) => {
  const hours = (...counts: readonly number[]): string => {
    const values = counts.flatMap((count, hour) =>
      Array.from({ length: 6 }, (_, i) => `(${hour * 3600 + i * 600}, ${i < count ? 1.5 : 'NULL'}, ${i}, 1)`),
    );
    return `SELECT * FROM (VALUES ${values.join(', ')}) t("Timestamp", v, w, n)`;
  };
  const host = await newSeriesHost(t, {
    '/a/one': seriesOf(hours(6, 4, 0, 5), hours(0)),
    '/a/two': seriesOf(hours(1)),
    '/b/three': seriesOf(hours(1)),
  });
  const covered = document.replace(
    'out_pattern: $0\n',
    'out_pattern: $0\n          coverage: 0.75\n          step: 10m\n          rules: [{ columns: [n], statistics: [count] }]\n',
  );
  await host.run('apply', { sources: [{ text: covered, origin: 'f' }], directory: host.folder });
  await host.run('commit', { message: 'document' });
  const without = 'of a column without statistics, with fewer values than `coverage` needs';
  const expected = [
    // A day has 108 values at least: v and w of both inputs have fewer.
    `collection c, /a/*, res=1d: 4 buckets ${without}`,
    `collection c, /a/*, res=1h: 2 buckets ${without}`,
  ];
  for (let run = 0; run < 2; run++) assert.deepEqual((await host.run('run', {})).runs[0]?.notes, expected);
});
