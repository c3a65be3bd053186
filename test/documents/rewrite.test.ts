import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseDocument } from 'yaml';
import { splitDocuments } from '../../server/src/apply/documents.ts';
import { rewrite } from '../../server/src/documents/rewrite.ts';
import { randomOf } from '../support/random.ts';

const text = `# the first line
plain: old text   # about plain
"quoted": "old"
single: 'it''s old'
list:
  - old
  - key: old
block: |   # about block
    old
      lines

folded: >-
  old
  lines
flow: { a: old, b: [old, "old"] }
deep:
  deeper:
      - - old
end: old
`;

/** Positions of the texts, 0-based. */
const places = [
  [1, 7, ['plain']],
  [2, 10, ['quoted']],
  [3, 8, ['single']],
  [5, 4, ['list', 0]],
  [6, 9, ['list', 1, 'key']],
  [7, 7, ['block']],
  [11, 8, ['folded']],
  [14, 11, ['flow', 'a']],
  [14, 20, ['flow', 'b', 0]],
  [14, 25, ['flow', 'b', 1]],
  [17, 10, ['deep', 'deeper', 0, 0]],
  [18, 5, ['end']],
] as const;

const pieces = [
  'a',
  'word',
  ' ',
  '  ',
  '\n',
  '\n\n',
  '# x',
  ': ',
  "'",
  '"',
  '{{ x }}',
  '- ',
  '|',
  '\t',
  'é',
  '\u2028',
  '\u0001',
  '---',
  '😀',
  '\\',
  '%',
  '\r',
];

test('any texts are replaced by any others, and the rest is unchanged', () => {
  const random = randomOf(5);
  for (let round = 0; round < 400; round++) {
    const expected = parseDocument(text);
    const edits = places.flatMap(([line, character, path]) => {
      if (random(2) === 0) return [];
      const value = Array.from({ length: random(6) }, () => pieces[random(pieces.length)] ?? '').join('');
      expected.setIn(path, value);
      return [{ at: { line, character }, value }];
    });
    const written = rewrite(text, edits);
    const read = parseDocument(written);
    assert.deepEqual(read.errors, [], written);
    assert.deepEqual(read.toJS(), expected.toJS(), written);
    for (const comment of ['# the first line', '# about plain', '# about block']) assert.ok(written.includes(comment));
  }
});

test('a key can be renamed together with its value', () => {
  const edit = { at: { line: 2, character: 10 }, value: 'a\nb', key: { at: { line: 2, character: 0 }, name: 'other' } };
  assert.match(rewrite(text, [edit]), /\nother: \|-\n {2}a\n {2}b\nsingle:/);
});

const splits = {
  'a text without documents': ['# nothing\n\n', []],
  'one document with what stands around it': ['# a\n---\na: 1\n...\n# b\n', [[0, '# a\n---\na: 1\n...\n# b\n']]],
  'documents between markers': [
    'a: 1\n---\n# own\nb: 2\n--- # note\nc: 3\n',
    [
      [0, 'a: 1\n'],
      [2, '# own\nb: 2\n'],
      [4, '--- # note\nc: 3\n'],
    ],
  ],
  'documents with an end': [
    'a: 1\n...\nb: 2\n',
    [
      [0, 'a: 1\n'],
      [2, 'b: 2\n'],
    ],
  ],
  'a directive with its document': [
    '%YAML 1.2\n---\na: 1\n---\nb: 2',
    [
      [0, '%YAML 1.2\n---\na: 1\n'],
      [4, 'b: 2'],
    ],
  ],
  'a line that only begins alike': ['a: |\n  ---\n ---\n----\n', [[0, 'a: |\n  ---\n ---\n----\n']]],
} as const;
for (const [what, [input, expected]] of Object.entries(splits)) {
  test(`splitting finds ${what}`, () => {
    assert.deepEqual(
      splitDocuments(input).map((part) => [part.line, part.text]),
      expected,
    );
  });
}
