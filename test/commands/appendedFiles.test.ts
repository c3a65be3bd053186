/** Files that a logger writes day by day, each a little different: they extend the series, or their column is named. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { isPondError } from '../../server/src/base/error.ts';
import { newPondHost } from '../support/commandHost.ts';

/** The first file, the second one, and the rows of both, or the error of the second. */
const days: readonly (readonly [title: string, first: string, second: string, expected: string | RegExp])[] = [
  ['decimals, then an integer', 't,v\n2026-01-01,1.5\n', 't,v\n2026-01-02,1\n', 't,v/2026-01-01,1.5/2026-01-02,1.0'],
  [
    'an integer, then decimals',
    't,v\n2026-01-01,1\n',
    't,v\n2026-01-02,1.5\n',
    /column v .* BIGINT, .* DOUBLE, with 1\.5/,
  ],
  ['numbers, then a word', 't,v\n2026-01-01,1.5\n', 't,v\n2026-01-02,ERR\n', /column v .* DOUBLE, .* VARCHAR/],
  ['an id, then one with zeros', 't,id\n2026-01-01,12\n', 't,id\n2026-01-02,007\n', /column id .* BIGINT, .* VARCHAR/],
  [
    'decimals, then one of 21 digits',
    't,v\n2026-01-01,1.5\n',
    't,v\n2026-01-02,12345678901234567890.5\n',
    /column v .* with 12345678901234567890\.5/,
  ],
  [
    'days, then a time',
    't,v\n2026-01-01,1\n',
    't,v\n2026-01-02 12:00,1\n',
    /column t .* DATE, .* with 2026-01-02 12:00/,
  ],
  [
    'columns in another order',
    't,a,b\n2026-01-01,1,2\n',
    't,b,a\n2026-01-02,2,1\n',
    't,a,b/2026-01-01,1,2/2026-01-02,1,2',
  ],
  ['a name in another case', 't,A\n2026-01-01,1\n', 't,a\n2026-01-02,2\n', 't,A/2026-01-01,1/2026-01-02,2'],
  ['a column less', 't,a,b\n2026-01-01,1,2\n', 't,a\n2026-01-02,1\n', 't,a,b/2026-01-01,1,2/2026-01-02,1,'],
  ['no header', 't,a\n2026-01-01,1\n', '2026-01-02,1\n', /has no column t; it has column0, column1/],
  [
    'a decimal comma, then a point',
    't;a\n2026-01-01;1,5\n',
    't;a\n2026-01-02;1.5\n',
    't,a/2026-01-01,1.5/2026-01-02,1.5',
  ],
  [
    'times, then one with an offset',
    't,a\n2026-01-01 00:00,1\n',
    't,a\n2026-01-02T00:00+01:00,1\n',
    't,a/2026-01-01 00:00:00,1/2026-01-01 23:00:00,1',
  ],
  ['truth values, then a number', 't,a\n2026-01-01,true\n', 't,a\n2026-01-02,1\n', /column a .* BOOLEAN, .* BIGINT/],
  ['no value, then a number', 't,a\n2026-01-01,\n', 't,a\n2026-01-02,1.5\n', 't,a/2026-01-01,/2026-01-02,1.5'],
  ['no rows', 't,a\n2026-01-01,1\n', 't,a\n', 't,a/2026-01-01,1'],
];

test('files of a series that differ from the first one extend it, or are refused with their column', async (t) => {
  const { folder, run } = await newPondHost(t);
  for (const [index, [title, first, second, expected]] of days.entries()) {
    const path = `/${index}`;
    const append = async (content: string, name: string): Promise<unknown> => {
      const file = join(folder, `${index} ${name}.csv`);
      writeFileSync(file, content);
      return await run('append', { sources: [file], path });
    };
    await append(first, 'first');
    const failure: unknown = await append(second, 'second').then(
      () => undefined,
      (error: unknown) => error,
    );
    if (typeof expected !== 'string') {
      assert.ok(isPondError(failure, 'invalid-content'), `${title}: ${String(failure)}`);
      assert.match(failure.message, expected);
      continue;
    }
    assert.equal(failure, undefined, title);
    const { text } = await run('queryToText', { sql: `FROM "${path}" ORDER BY t`, format: 'csv' });
    assert.equal(text.trimEnd().replaceAll('\n', '/'), expected, title);
  }
});
