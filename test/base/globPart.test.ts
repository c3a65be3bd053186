import assert from 'node:assert/strict';
import { test } from 'node:test';
import { matchesName } from '../../server/src/base/globPart.ts';

test('a pattern of a document matches the names of resources as it matches paths of the pond', () => {
  const names = ['harbor', 'hill', '.hidden', 'a(b)'];
  const matched = (pattern: string): readonly string[] => names.filter((name) => matchesName(pattern, name));
  assert.deepEqual(matched('*'), names);
  assert.deepEqual(matched('**'), names);
  assert.deepEqual(matched('h*'), ['harbor', 'hill']);
  assert.deepEqual(matched('{hill,a(b)}'), ['hill', 'a(b)']);
  // To minimatch it would be "anything but hill".
  assert.deepEqual(matched('!(hill)'), []);
  assert.deepEqual(matched('h['), []);
});
