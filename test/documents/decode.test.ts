import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decode } from '../../server/src/documents/decode.ts';
import { parseDocuments } from '../../server/src/documents/document.ts';
import { bucketText, nameText, plainText, secretText } from '../../server/src/documents/fieldTypes.ts';
import { createPositions } from '../../server/src/documents/positions.ts';
import {
  bigInteger,
  integer,
  list,
  map,
  number,
  object,
  optional,
  required,
  type SpecOf,
} from '../../server/src/documents/schema.ts';

const schema = object(
  {
    name: required(nameText, 'Name.', 'a'),
    limit: optional(integer(1, 10), 'Limit.', '1'),
    id: optional(bigInteger(0n, 9_223_372_036_854_775_807n), 'Id.', '1'),
    buckets: optional(list(bucketText), 'Buckets.', '[1h]'),
    key: optional(secretText, 'Key.', '"${env:KEY}"'),
    weights: optional(map(plainText, number(0, 1), { mayBeEmpty: true }), 'Weights.', '{ a: 1 }'),
  },
  {
    check: ({ name, limit }) =>
      name === 'small' && (limit ?? 0) > 5 ? [{ key: 'limit', code: 'number-range', message: 'too large' }] : [],
  },
);

function decoded(text: string) {
  const root = parseDocuments(text)[0]!.root!;
  return { root, ...decode(schema, root, root.range) };
}

test('a document is decoded to a value of the type of its schema', () => {
  const text =
    'name: a\nlimit: 3\nid: 9007199254740993\nbuckets: [1h, 1 month]\nkey: ${env:KEY}\nweights: { x: 0.5, y: 1 }\n';
  const { value, problems } = decoded(text);
  assert.deepEqual(problems, []);
  const expected: SpecOf<typeof schema> = {
    name: 'a',
    limit: 3,
    id: 9_007_199_254_740_993n,
    buckets: [
      { text: '1h', duration: { months: 0, microseconds: 3_600_000_000 } },
      { text: '1 month', duration: { months: 1, microseconds: 0 } },
    ],
    key: { variable: 'KEY' },
    weights: new Map([
      ['x', 0.5],
      ['y', 1],
    ]),
  };
  assert.deepEqual(value, expected);
  assert.deepEqual(decoded('name: a\n').value, { name: 'a' });
});

test('a document with an error has no value, and all of its problems', () => {
  const { value, problems } = decoded('limit: 11\nbuckets: [1h, 2 parsecs]\n');
  assert.equal(value, undefined);
  assert.deepEqual(
    problems.map(({ code }) => code),
    ['number-range', 'duration-invalid', 'key-missing'],
  );
});

test('a text with a template is neither decoded nor reported, and checks across fields see it as missing', () => {
  const { value, problems } = decoded('name: "{{ name }}"\nlimit: 9\n');
  assert.deepEqual([value, problems], [undefined, []]);
  assert.deepEqual(
    decoded('name: small\nlimit: 9\n').problems.map(({ code, range }) => [code, range.start]),
    [['number-range', { line: 1, character: 7 }]],
  );
});

test('a part of the value has a range, and a position in its text one in the document', () => {
  const positions = createPositions(decoded('name: abc\nbuckets:\n  - 1h\n  - 1d\n').root);
  assert.deepEqual(positions.rangeOf(['buckets', 1]).start, { line: 3, character: 4 });
  assert.deepEqual(positions.rangeOf(['buckets', 7]), positions.rangeOf(['buckets']));
  assert.deepEqual(positions.positionIn(['name'], { line: 0, character: 2 }), { line: 0, character: 8 });
});
