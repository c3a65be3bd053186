import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isPondError } from '../../server/src/base/error.ts';
import { newPondHost, textFile } from '../support/commandHost.ts';

test('a directory lists names and types, links with their targets, and does not expand a path as a pattern', async (t) => {
  const { run } = await newPondHost(t);
  await run('makeDirectory', { path: '/d' });
  await run('makeDirectory', { path: '/d/sub' });
  await run('write', textFile('/d/a.txt', 'a'));
  await run('commit', { message: 'what was there first' });
  await run('link', { target: 'a.txt', path: '/d/to-file' });
  await run('link', { target: 'nowhere', path: '/d/dangling' });
  await run('link', { target: 'd', path: '/to-directory' });
  const children = [
    ['a.txt', 'file'],
    ['dangling', 'symlink'],
    ['sub', 'directory'],
    ['to-file', 'symlink', 'file'],
  ];
  assert.deepEqual(await run('children', { path: '/d' }), children);
  assert.deepEqual(await run('children', { path: '/to-directory' }), children);
  assert.deepEqual(await run('children', { path: '/d', at: 'HEAD' }), [
    ['a.txt', 'file'],
    ['sub', 'directory'],
  ]);
  assert.deepEqual(await run('children', { path: '/d/sub' }), []);
  await assert.rejects(run('children', { path: '/d/a.txt' }), (error) => isPondError(error, 'not-a-directory'));
  await assert.rejects(run('children', { path: '/*' }), (error) => isPondError(error, 'not-found'));
});
