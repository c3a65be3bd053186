import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseDocuments } from '../../server/src/documents/document.ts';
import { entryOf, indexInText, partRange, positionInSource } from '../../server/src/documents/yamlNode.ts';

/**
 * `|` marks a position in the value of `query`; the text at the resulting position in the document is compared up to
 * the end of its line.
 */
function check(name: string, document: string, place: string, expected: string): void {
  test(name, () => {
    const query = entryOf(parseDocuments(document)[0]?.root, 'query')?.value;
    assert.ok(query?.type === 'scalar' && typeof query.value === 'string');
    const index = query.value.indexOf(place);
    assert.ok(index >= 0, query.value);
    const before = query.value.slice(0, index).split('\n');
    const position = { line: before.length - 1, character: before.at(-1)?.length ?? 0 };
    const found = positionInSource(query, position) ?? query.range.start;
    assert.equal(document.split(/\r?\n/)[found.line]?.slice(found.character), expected);
    const isKnown = query.lineStarts !== undefined || query.columns !== undefined;
    assert.equal(indexInText(query, found), isKnown ? index : undefined);
  });
}

check('a plain text', 'query: SELECT a FROM b', 'FROM', 'FROM b');
check('a text in quotes', 'query: "SELECT a FROM b"', 'FROM', 'FROM b"');
check('a text in quotes of the other kind', "a: 1\nquery:   'SELECT a FROM b'", 'a', "a FROM b'");
check('a text with doubled quotes', "query: 'SELECT ''a'' FROM b'", 'FROM', "FROM b'");
check('a text with escapes', String.raw`query: "SELECT \"a\tb\" FROM b"`, 'FROM', 'FROM b"');
check('a text with escapes of characters', String.raw`query: "\U0001F986 \u00e9\x41\n FROM b"`, 'FROM', 'FROM b"');
check('a literal block', 'query: |\n  SELECT a\n  FROM b\n', 'FROM', 'FROM b');
check(
  'a literal block without a final line break',
  'query: |-\n      SELECT a\n        FROM b\nx: 1',
  'FROM',
  'FROM b',
);
check('a literal block with empty lines', 'query: |\n\n  SELECT a\n\n  FROM b\n', 'b', 'b');
check('a literal block with an indentation indicator', 'query: |2\n    SELECT a\n  FROM b\n', 'a', 'a');
check('a literal block with a comment', 'query: | # the query\n  SELECT a\n  FROM b\n', 'b', 'b');
check('a literal block with Windows line endings', 'query: |\r\n  SELECT a\r\n  FROM b\r\n', 'b', 'b');
check('a literal block with a name', 'query: &q |\n  SELECT a\n', 'a', 'a');
check('a folded block has the position of its start', 'query: >\n  SELECT a\n  FROM b\n', 'FROM', '>');
check('a text over several lines has the position of its start', 'query: SELECT a\n  FROM b\n', 'FROM', 'SELECT a');

test('a range in a literal block is found, also across lines', () => {
  const query = entryOf(parseDocuments('a: 1\nquery: |\n    SELECT\n\n      a\n')[0]?.root, 'query')?.value;
  assert.ok(query?.type === 'scalar');
  assert.deepEqual(partRange(query, { start: 3, end: 11 }), {
    start: { line: 2, character: 7 },
    end: { line: 4, character: 7 },
  });
  assert.deepEqual(partRange(query, { start: 8, end: 12 }).end, { line: 4, character: 7 });
});

test('a position outside of a text, and one inside of an escape, has no index in the text', () => {
  const query = entryOf(parseDocuments('query: |\n    SELECT\n      a\nb: 1\n')[0]?.root, 'query')?.value;
  const quoted = entryOf(parseDocuments(String.raw`query: "a\tb"`)[0]?.root, 'query')?.value;
  assert.ok(query?.type === 'scalar' && quoted?.type === 'scalar');
  const positions = [
    [0, 7],
    [1, 3],
    [1, 11],
    [2, 3],
    [4, 0],
  ] as const;
  for (const [line, character] of positions) assert.equal(indexInText(query, { line, character }), undefined);
  assert.equal(indexInText(quoted, { line: 0, character: 10 }), undefined);
  assert.equal(indexInText(quoted, { line: 0, character: 11 }), 2);
});
