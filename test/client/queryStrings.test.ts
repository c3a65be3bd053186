import assert from 'node:assert/strict';
import { test } from 'node:test';
import { columnInPlace, offeredColumns } from '../../client/vscode/queries/columnNames.ts';
import { queryFileName, queryTitle } from '../../client/vscode/queries/queryStrings.ts';
import { elapsedText } from '../../client/vscode/timeStrings.ts';
import { sortableTime, zonedTime } from '../../client/vscode/timeStrings.ts';

const titles: readonly (readonly [sql: string, title: string, file: string])[] = [
  ['SELECT 1', 'SELECT 1', 'select-1.pondsql'],
  ['-- Daily means of wind\nSELECT avg(x) FROM "/a.csv"', 'Daily means of wind', 'daily-means-of-wind.pondsql'],
  ['  SELECT\n\ta,   b\nFROM "/x y.csv"', 'SELECT a, b FROM "/x y.csv"', 'select-a-b-from-x-y.pondsql'],
  ['SELECT /* all of\nthem */ 1 -- one\n, 2', 'SELECT 1 , 2', 'select-1-2.pondsql'],
  [
    '-- ----\nSELECT Größe FROM "/Übersicht.csv"',
    'SELECT Größe FROM "/Übersicht.csv"',
    'select-gro-e-from-u-bersicht.pondsql',
  ],
  [
    '-- Queries of the harbor, 2026\n-- by month\n\n-- Daily means\n-- of wind\nSELECT 1',
    'Daily means',
    'daily-means.pondsql',
  ],
  ['\n-- Daily means\n\nSELECT 1', 'Daily means', 'daily-means.pondsql'],
  ['-- ----\n-- Daily means\nSELECT 1 -- one', 'Daily means', 'daily-means.pondsql'],
  ['', 'Untitled query', 'untitled-query.pondsql'],
  [';;', 'Untitled query', 'untitled-query.pondsql'],
  ["SELECT '日本'", "SELECT '日本'", 'select.pondsql'],
  ["SELECT 'never closed", "SELECT 'never closed", 'select-never-closed.pondsql'],
];

for (const [sql, title, file] of titles) {
  test(`the title of ${JSON.stringify(sql)} is its first words`, () => {
    assert.equal(queryTitle(sql), title);
    assert.equal(queryFileName(sql), file);
    assert.equal(queryFileName(sql, 'csv'), file.replace('.pondsql', '.csv'));
  });
}

test('a title is short, on one line, and its file has a plain name, whatever the text', () => {
  const parts = ['-- ', '\n', '"', "'", 'SELECT ', '/../', '\u0000', '😀', 'a'.repeat(70), '/*', '$$', 'ß', ' '];
  for (const a of parts)
    for (const b of parts)
      for (const c of parts) {
        const title = queryTitle(a + b + c);
        assert.ok(title.length > 0 && title.length <= 48 && !title.includes('\n'), JSON.stringify(title));
        assert.match(queryFileName(a + b + c), /^[a-z0-9]+(-[a-z0-9]+)*\.pondsql$/);
      }
});

test('an elapsed time has its two largest units', () => {
  const ms = [0, 999, 59_999, 60_000, 200_000, 3_600_000, 7_500_000];
  assert.deepEqual(ms.map(elapsedText), ['0 s', '0 s', '59 s', '1 min 0 s', '3 min 20 s', '1 h 0 min', '2 h 5 min']);
});

test('a time names its zone, and one in a zone that is not known says so', () => {
  const iso = '2024-07-02T03:04:05.123456Z';
  assert.equal(sortableTime(iso, 'UTC'), '2024-07-02 03:04:05 UTC');
  assert.match(sortableTime(iso, 'Europe/Berlin'), /^2024-07-02 05:04:05 \S+$/);
  assert.equal(sortableTime(iso, 'Mars/Base'), '2024-07-02 03:04:05 UTC (the zone "Mars/Base" is not known)');
  assert.match(zonedTime(iso, 'UTC'), /2024.*UTC$/);
  assert.equal(zonedTime('no time', 'UTC'), 'no time');
});

test('the columns that DuckDB offers for a missing one replace it, as SQL and as YAML take them', () => {
  const missing = (candidates: string): string =>
    `Derive/a cannot make b: Referenced column "temp" not found in FROM clause!\nCandidate bindings: ${candidates}`;
  assert.deepEqual(offeredColumns(missing('"temp_C", "A.Temp.C", "time"')), ['temp_C', 'A.Temp.C', 'time']);
  assert.deepEqual(offeredColumns(missing('"temp_C". A hint with "words" in quotes.')), ['temp_C']);
  // Columns of two tables, and another error.
  assert.deepEqual(offeredColumns(missing('"a.temp_C", "b.temp_C", "time"')), ['time']);
  assert.deepEqual(offeredColumns('Table "a" has no column "b". Candidate bindings: "c"'), []);
  const inPlace = [
    [columnInPlace('temp_C', 'tempC', true), 'temp_C'],
    [columnInPlace('temp_C', '"temp C"', true), '"temp_C"'],
    [columnInPlace('A.Temp.C', 'temp', false), '"A.Temp.C"'],
    [columnInPlace('A.Temp.C', 'temp', true), undefined],
  ];
  for (const [text, expected] of inPlace) assert.equal(text, expected);
});
