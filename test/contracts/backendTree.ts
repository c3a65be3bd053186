import assert from 'node:assert/strict';
import { bytesOf, collect, fails, linesOf, make, parquetOf, textOf } from '../support/tree.ts';
import { type Check } from './backendCheck.ts';

export function testCreate(check: Check): void {
  check('create returns the path and the node that get returns', async (root) => {
    await root.createDirectory('a');
    const made = await root.createFile('/a/b', parquetOf('text'), { type: 'table' });
    assert.deepEqual([made.path, made.basename, made.dirname], ['/a/b', 'b', '/a']);
    const got = await root.get('a/b');
    assert.deepEqual([got?.path, got?.node.id, got?.node.type], ['/a/b', made.node.id, 'table']);
    assert.deepEqual(
      got?.directories.map(({ id }) => id),
      [(await root.get('/'))?.node.id, (await root.get('a'))?.node.id],
    );
  });

  check('create fails if the path exists', async (root) => {
    await make(root, 'file 1', 'dir/', 'link -> file', 'dangling -> none');
    for (const path of ['file', 'dir', 'link', 'dangling']) {
      await fails('already-exists', root.createFile(path, bytesOf('')), `/${path}`);
      await fails('already-exists', root.createDirectory(path), `/${path}`);
      await fails('already-exists', root.createSymlink(path, 'x'), `/${path}`);
    }
    await fails('already-exists', root.createDirectory('/'), '/');
    await fails('invalid-path', root.createSymlink('none', ''), '');
    await fails('already-exists', root.createDirectory('file', { parents: true }), '/file');
  });

  check('create in a missing directory fails and names the directory', async (root) => {
    await make(root, 'a/', 'file 1');
    await fails('not-found', root.createFile('a/b/c/d', bytesOf('')), '/a/b');
    await fails('not-found', root.createDirectory('a/b/c'), '/a/b');
    await fails('not-found', root.createSymlink('a/b/c', 'x'), '/a/b');
    await fails('not-found', root.writeFile('a/b/c', bytesOf('')), '/a/b');
    await fails('not-a-directory', root.createFile('file/b', bytesOf('')), '/file');
    assert.deepEqual(await linesOf(root), ['/a/', '/file 1']);
  });

  check('a directory is created with its parents, or exists already', async (root) => {
    const made = await root.createDirectory('a/b/c', { parents: true });
    assert.equal(made.path, '/a/b/c');
    await make(root, 'link -> a/b');
    assert.equal((await root.createDirectory('link/x/y', { parents: true })).path, '/a/b/x/y');
    assert.equal((await root.createDirectory('link', { parents: true })).path, '/a/b');
    assert.deepEqual(await linesOf(root), ['/a/', '/a/b/', '/a/b/c/', '/a/b/x/', '/a/b/x/y/', '/link -> a/b']);
  });

  check('write makes, replaces, and keeps the type', async (root) => {
    await root.writeFile('t', parquetOf('first'), { type: 'table' });
    await root.writeFile('t', parquetOf('second'));
    assert.equal((await root.get('t'))?.node.type, 'table');
    await fails('already-exists', root.writeFile('t', bytesOf('3'), { type: 'file' }), '/t');
    await fails('already-exists', root.writeFile('t', bytesOf('3'), { overwrite: false }), '/t');
    await fails('not-found', root.writeFile('u', bytesOf('3'), { create: false }), '/u');
    assert.deepEqual(await linesOf(root), ['/t PAR1 second PAR1']);
  });

  check('write goes through a link to its target', async (root) => {
    await make(root, 'd/', 'd/a old', 'link -> d/a', 'dangling -> d/none', 'dir -> d');
    assert.equal((await root.writeFile('link', bytesOf('new'))).path, '/d/a');
    await fails('not-found', root.writeFile('dangling', bytesOf('')), 'd/none');
    await fails('is-a-directory', root.writeFile('dir', bytesOf('')), '/d');
    await root.writeFile('dir/b', bytesOf('b'));
    assert.deepEqual(await linesOf(root), [
      '/d/',
      '/d/a new',
      '/d/b b',
      '/dangling -> d/none',
      '/dir -> d',
      '/link -> d/a',
    ]);
  });

  check('reading a directory, or a missing path, fails', async (root) => {
    await make(root, 'd/', 'a 1');
    await fails('is-a-directory', root.readFile('d'), '/d');
    await fails('not-found', root.readFile('none'), '/none');
    await fails('not-found', root.readFile('d/none/x'), '/d/none');
    await fails('not-a-directory', root.readFile('a/x'), '/a');
    await fails('not-a-directory', root.list('a'), '/a');
    await fails('not-a-directory', root.openDirectory('a'), '/a');
    await fails('not-found', root.openDirectory('none'), '/none');
    await fails('not-found', collect(root.versions('none')), '/none');
    await fails('not-found', root.setAttributes('none', {}), '/none');
  });
}

export function testRemove(check: Check): void {
  check('remove removes a file, a link but not its target, and an empty directory', async (root) => {
    await make(root, 'a 1', 'b 2', 'l -> b', 'd/');
    for (const path of ['a', 'l', 'd']) await root.remove(path);
    assert.deepEqual(await linesOf(root), ['/b 2']);
    assert.equal(await root.exists('a'), false);
  });

  check('remove of a directory with entries must be recursive', async (root) => {
    await make(root, 'd/e/', 'd/e/a 1', 'l -> d');
    await fails('directory-not-empty', root.remove('d'), '/d');
    await root.remove('l', { recursive: true });
    assert.deepEqual(await linesOf(root), ['/d/', '/d/e/', '/d/e/a 1']);
    await root.remove('d', { recursive: true });
    assert.deepEqual(await linesOf(root), []);
  });

  check('remove of a missing path, of the root and of the working directory fails', async (root) => {
    const made = await root.createDirectory('d');
    await fails('not-found', root.remove('none'), '/none');
    await fails('invalid-path', root.remove('/', { recursive: true }), '/');
    await fails('invalid-path', root.remove('d/..', { recursive: true }), '/');
    await fails('invalid-path', made.remove('.'), '/d');
    assert.deepEqual(await linesOf(root), ['/d/']);
  });

  check('a removed working directory is missing, and works again when it is created again', async (root) => {
    const made = await root.createDirectory('a/b', { parents: true });
    await root.remove('a', { recursive: true });
    await fails('not-found', made.createFile('x', bytesOf('')), '/a');
    assert.equal(await made.exists('x'), false);
    await make(root, 'a/b/', 'a/b/x 1');
    assert.equal(textOf(await made.readFile('x')), '1');
  });

  check('a change of an entry that was removed in the meantime fails', async (root, backend) => {
    await make(root, 'a 1', 'b 2');
    const top = (await root.get('/'))!.chain;
    await root.remove('a');
    await fails('not-found', backend.remove(top, 'a'));
    await fails('not-found', backend.rename(top, 'a', top, 'b'));
    await fails('not-found', backend.setAttributes(top, 'a', { key: 'value' }));
    assert.deepEqual(await linesOf(root), ['/b 2']);
  });

  check('a change in a directory that was removed in the meantime fails', async (root, backend) => {
    await make(root, 'd/e/');
    const stale = (await root.get('d/e'))?.chain;
    assert.ok(stale);
    await root.remove('d', { recursive: true });
    await fails('not-found', backend.put(stale, 'a', { type: 'file', content: bytesOf('lost') }));
    assert.deepEqual(await linesOf(root), []);
  });
}
