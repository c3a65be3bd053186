import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  formatOffers,
  markdownOf,
  nameMarkdown,
  parseOptions,
  placesOf,
  quotedValue,
} from '../../client/vscode/queries/formatStrings.ts';
import { type DescriptionInfo } from '../../server/src/protocol/commands.ts';

test('options are typed as they are shown', () => {
  const values = ['day-first', ',', 'NAN,-9999', 'a b', '"', '', '{"a b":"text"}'];
  for (const value of values)
    assert.deepEqual(parseOptions(`dates=${quotedValue(value)} skip=4`), { dates: value, skip: '4' });
  assert.deepEqual(parseOptions('  '), {});
  for (const text of ['dates', 'dates=a b', 'dates="a', '=a', 'Dates=a'])
    assert.equal(parseOptions(text), undefined, text);
});

test('a format is offered for the folder of a file first, and never for the root', () => {
  assert.deepEqual(placesOf('/data/old/a.csv'), ['/data/old', '/data/old/a.csv']);
  assert.deepEqual(placesOf('/a.csv'), ['/a.csv']);
});

test('an error offers each of its formats for the folder and for the file, by the names that people read', () => {
  const error = { path: '/in/1/a.csv', displayPath: '/in/wells/a.csv', formats: [{ ragged: 'fill' }, { skip: 1 }] };
  assert.deepEqual(
    formatOffers('/p', error).map(({ path, options, title }) => [path, options, title]),
    [
      ['/in/1', { ragged: 'fill' }, 'State ragged=fill for /in/wells'],
      ['/in/1', { skip: 1 }, 'State skip=1 for /in/wells'],
      ['/in/1/a.csv', { ragged: 'fill' }, 'State ragged=fill for /in/wells/a.csv'],
      ['/in/1/a.csv', { skip: 1 }, 'State skip=1 for /in/wells/a.csv'],
    ],
  );
  assert.deepEqual(formatOffers('/p', { path: '/a.csv' }), []);
  assert.deepEqual(formatOffers('/p', {}), []);
});

test('names and values of strangers are not Markdown', () => {
  const info: DescriptionInfo = {
    ...{ path: '/a|b.csv', type: 'file', size: 1, reader: 'csv', rowCount: 1200, notes: [] },
    offers: [{ reason: 'line 2 has *t*', options: { units: true, below: 1 } }],
    columns: [{ name: '[x](command:evil)', type: 'BIGINT', unit: '<b>' }],
    time: { column: '*t*', first: '2026-02-01 00:00:00', last: null },
    text: null,
    format: [{ option: 'nulls', text: '`x`', path: '/data' }],
  };
  const text = markdownOf(info);
  assert.match(text, /1,200 rows/);
  // No column has a reason.
  assert.match(text, /\n\| column \| type \| unit \|\n\|---\|---\|---\|\n/);
  assert.doesNotMatch(text, /\[x\]\(|<b>|(?<!\\)\*t|(?<!\\)`x/);
  assert.match(text, /stated for \/data: nulls=/);
  assert.match(text, /line 2 has .*: can be stated as units=true below=1/);
});

test('the name of a column says its type and its file, and that of a pattern the file that is shown', () => {
  const of = { start: 0, end: 1, path: '/a.csv' };
  const column = { name: 'x*', type: 'DOUBLE' };
  assert.equal(nameMarkdown(of), '');
  assert.equal(nameMarkdown({ ...of, pattern: '/*.csv' }), 'Files of /\\*\\.csv, the first of them:');
  assert.equal(nameMarkdown({ ...of, column }), '**x\\*** DOUBLE  \nColumn of /a\\.csv');
  assert.match(nameMarkdown({ ...of, pattern: '/*.csv', column }), /Column of \/\\\*\\.csv, here of \/a\\.csv$/);
});
