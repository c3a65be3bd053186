import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newSeriesHost, seriesOf } from '../support/seriesPond.ts';

const document = `apiVersion: v1
kind: Combine
name: all
desc: d
spec:
  scopes:
    - name: s
      series:
        - pattern: /a/*
        - pattern: /b/*
`;

const rows = (...times: readonly string[]): string =>
  `SELECT * FROM (VALUES ${times.map((time, value) => `(${time}::DOUBLE, ${value})`).join(', ')}) t("Timestamp", v)`;

test('a run of Combine notes for each input how many rows it merged or left out, also when all is built', async (t) => {
  const host = await newSeriesHost(t, {
    // Times that the clock repeats in one version, and one that the next version has again.
    '/a/one': seriesOf(rows('1', '2', '3', '2', '3', '3'), rows('3', '4')),
    '/a/two': seriesOf(rows('4', '5')),
    '/b/one': seriesOf(rows('5', '6', 'NULL', "'nan'", "'inf'", '1e300')),
  });
  await host.run('apply', { sources: [{ text: document, origin: 'f' }], directory: host.folder });
  await host.run('commit', { message: 'document' });
  const notes = async (): Promise<unknown> => (await host.run('run', {})).runs.map((run) => run.notes);
  const expected = [
    'scope s, /a/*: 5 rows merged into another row of the same time',
    'scope s, /b/*: 4 rows left out, without a valid time',
    'scope s, /b/*: 1 value left out, an earlier pattern has one for the same time',
  ];
  assert.deepEqual(await notes(), [expected]);
  assert.deepEqual(await notes(), [expected]);
});

test('a run of Combine has no note when every row is in the result', async (t) => {
  const other = rows('1', '2').replace('v)', 'other)');
  const host = await newSeriesHost(t, { '/a/one': seriesOf(rows('1', '2')), '/b/one': seriesOf(other) });
  await host.run('apply', { sources: [{ text: document, origin: 'f' }], directory: host.folder });
  await host.run('commit', { message: 'document' });
  assert.deepEqual((await host.run('run', {})).runs[0]?.notes, []);
});

test('a run of Combine counts the rows of many small files, which are merged before parts are built', async (t) => {
  const day = (at: number): string => rows(`${at * 86_400}`, `${at * 86_400}`, 'NULL');
  const host = await newSeriesHost(
    t,
    Object.fromEntries(Array.from({ length: 20 }, (_, at) => [`/a/${at + 10}`, seriesOf(day(at))])),
  );
  await host.run('apply', { sources: [{ text: document, origin: 'f' }], directory: host.folder });
  await host.run('commit', { message: 'document' });
  assert.deepEqual((await host.run('run', {})).runs[0]?.notes.slice(1), [
    'scope s, /a/*: 20 rows merged into another row of the same time',
    'scope s, /a/*: 20 rows left out, without a valid time',
  ]);
});

test('a run of Combine notes the names in `rename` and `cast` that no file has', async (t) => {
  const host = await newSeriesHost(t, {
    '/a/one': seriesOf(rows('1')),
    '/a/two': seriesOf(rows('2').replace('v)', 'w)')),
  });
  const ruled = document.replace(
    '/a/*',
    '/a/*\n          rename: { v: x, w: y, V: z }\n          cast: { x: DOUBLE, v: DOUBLE }',
  );
  await host.run('apply', { sources: [{ text: ruled, origin: 'f' }], directory: host.folder });
  await host.run('commit', { message: 'document' });
  const expected = ['V', 'v'].map(
    (name) => `scope s, /a/*: no file has the column "${name}" of \`rename\` or \`cast\``,
  );
  for (let run = 0; run < 2; run++) {
    const { notes = [] } = (await host.run('run', {})).runs[0] ?? {};
    assert.deepEqual(
      notes.filter((note) => note.startsWith('scope')),
      expected,
    );
  }
});

test('a run of Combine counts the rows that are outside of the time of their input', async (t) => {
  const host = await newSeriesHost(t, {
    '/a/one': seriesOf(rows('1', '86399', '86400'), rows('90000', 'NULL')),
    '/a/late': seriesOf(rows('90001')),
    '/b/one': seriesOf(rows('86399', '86400')),
  });
  const bounded = document
    .replace('/a/*', "/a/*\n          end: '1970-01-02'")
    .replace('/b/*', "/b/*\n          begin: '1970-01-02'");
  await host.run('apply', { sources: [{ text: bounded, origin: 'f' }], directory: host.folder });
  await host.run('commit', { message: 'document' });
  for (let run = 0; run < 2; run++) {
    assert.deepEqual((await host.run('run', {})).runs[0]?.notes, [
      'scope s, /a/*: 1 row left out, without a valid time',
      'scope s, /a/*: 3 rows left out, before `begin` or from `end` on',
      'scope s, /b/*: 1 row left out, before `begin` or from `end` on',
    ]);
  }
});
