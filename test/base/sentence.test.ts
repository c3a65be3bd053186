import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sentence } from '../../server/src/base/sentence.ts';

test('a text becomes a sentence with a capital and a full stop', () => {
  assert.equal(sentence('check the disk'), 'Check the disk.');
  assert.equal(sentence("'pond log' lists the commits"), "'pond log' lists the commits.");
  assert.equal(sentence('Name the files in it, such as "/a/*.csv".'), 'Name the files in it, such as "/a/*.csv".');
  assert.equal(sentence('Did you mean "ls"?'), 'Did you mean "ls"?');
});
