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

test('a resource is listed once, by its name, and by its UUID when no link names it', async (t) => {
  const { run, folder } = await newPondHost(t);
  const document = 'apiVersion: duckpond/v1\nkind: Inbox\nname: files\ndesc: Files\nspec:\n  pattern: /in/*.csv\n';
  await run('apply', { sources: [{ text: document, origin: 'files.yaml' }], directory: folder });
  await run('makeDirectory', { path: '/Inbox/0199aa00-7c1e-4f5a-9d0e-3f1f6a1c2b4d' });
  const [unnamed, named] = await run('children', { path: '/Inbox' });
  assert.deepEqual(unnamed, ['0199aa00-7c1e-4f5a-9d0e-3f1f6a1c2b4d', 'directory']);
  assert.deepEqual(named, ['files', 'symlink', 'directory']);
  assert.deepEqual(await run('children', { path: '/Inbox/files' }), [['resource.yaml', 'file']]);
});
