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
