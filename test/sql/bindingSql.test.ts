import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bindingSql } from '../../server/src/sql/bindingSql.ts';

const matched = [{ name: '$1', path: "/in/it's.csv" }];

/** The text at the index in the query of the first character of `of` in the statement. */
function found(query: string, tables: typeof matched, of: string): string | undefined {
  const bound = bindingSql(query, tables);
  return bound && query.slice(bound.indexInQuery(bound.text.indexOf(of)));
}

test('an input in quotes is replaced by its path, and positions after it are those of the query', () => {
  const query = `SELECT x, '$1' AS path FROM read_csv('$1') WHERE y`;
  assert.equal(
    bindingSql(query, matched)?.text,
    `FROM (\nSELECT x, '/in/it''s.csv' AS path FROM read_csv('/in/it''s.csv') WHERE y\n) LIMIT 0`,
  );
  assert.equal(found(query, matched, 'x, '), query.slice(7));
  assert.equal(found(query, matched, 'AS path'), "AS path FROM read_csv('$1') WHERE y");
  assert.equal(found(query, matched, "'s.csv') WHERE"), "'$1') WHERE y");
  assert.equal(found(query, matched, 'WHERE'), 'WHERE y');
  assert.equal(bindingSql('FROM "$1"', matched)?.text, `FROM (\nFROM "/in/it's.csv"\n) LIMIT 0`);
});

test('names that are words are tables of the statement', () => {
  const bound = bindingSql('SELECT * FROM a JOIN b', [
    { name: 'a', path: '/x/*.csv' },
    { name: 'b', path: '/b' },
  ]);
  const head = 'WITH "a" AS (SELECT * FROM "/x/*.csv"), "b" AS (SELECT * FROM "/b") FROM (\n';
  assert.equal(bound?.text, `${head}SELECT * FROM a JOIN b\n) LIMIT 0`);
  assert.equal(bound.indexInQuery(bound.text.indexOf('JOIN')), 16);
  // Outside of the query: its start and its end.
  assert.equal(bound.indexInQuery(3), 0);
  assert.equal(bound.indexInQuery(bound.text.length), 22);
});

test('a semicolon at the end, and a comment after it, may be there', () => {
  assert.equal(bindingSql('SELECT 1; -- one', [])?.text, 'FROM (\nSELECT 1  -- one\n) LIMIT 0');
  assert.equal(bindingSql('SELECT 1; SELECT 2', [])?.text, 'FROM (\nSELECT 1; SELECT 2\n) LIMIT 0');
});

test('an input without quotes gives no statement', () => {
  assert.equal(bindingSql('SELECT $1', matched), undefined);
});
