import assert from 'node:assert/strict';
import { test } from 'node:test';
import { covers, type WatchedFolder } from '../../client/vscode/files/watchCoverage.ts';

const watch: WatchedFolder = { pond: '/p', path: '/d', recursive: true, excludes: [] };

test('a watch covers its path and everything below it, in its pond', () => {
  assert.ok(covers(watch, '/p', '/d'));
  assert.ok(covers(watch, '/p', '/d/a/b'));
  assert.ok(!covers(watch, '/p', '/dd'));
  assert.ok(!covers(watch, '/q', '/d/a'));
  assert.ok(covers({ ...watch, path: '/' }, '/p', '/x/y'));
});

test('a watch that is not recursive covers only the entries', () => {
  const flat = { ...watch, recursive: false };
  assert.ok(covers(flat, '/p', '/d/a'));
  assert.ok(!covers(flat, '/p', '/d/a/b'));
});

test('excluded paths are not covered, by relative or absolute glob', () => {
  assert.ok(!covers({ ...watch, excludes: ['**/tmp/**'] }, '/p', '/d/x/tmp/a'));
  assert.ok(!covers({ ...watch, excludes: ['/d/x/**'] }, '/p', '/d/x/a'));
  assert.ok(!covers({ ...watch, excludes: ['**/.hidden'] }, '/p', '/d/.hidden'));
  assert.ok(covers({ ...watch, excludes: ['**/tmp/**'] }, '/p', '/d/x/a'));
});
