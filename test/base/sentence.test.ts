import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sentence } from '../../server/src/base/sentence.ts';

test('a hint is shown with a capital and a full stop', () => {
  assert.equal(sentence('check the disk'), 'Check the disk.');
  assert.equal(sentence("'pond log' lists the commits"), "'pond log' lists the commits.");
  assert.equal(sentence('Name the files in it, such as "/a/*.csv".'), 'Name the files in it, such as "/a/*.csv".');
  assert.equal(sentence("the current folder is '.'"), "The current folder is '.'.");
  assert.equal(sentence('Did you mean "ls"?'), 'Did you mean "ls"?');
});

test('a usage line gets no full stop', () => {
  assert.equal(sentence('usage: pond commit -m TEXT'), 'Usage: pond commit -m TEXT');
  assert.equal(sentence('usage: pond restore PATH... --at V'), 'Usage: pond restore PATH... --at V');
});
