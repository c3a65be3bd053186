import assert from 'node:assert/strict';
import { bytesOf, collect, fails, linesOf, make, parquetOf, textRead } from '../support/tree.ts';
import { type Check } from './backendCheck.ts';

export function testRename(check: Check): void {
  check('rename moves files, links and whole directories', async (root) => {
    await make(root, 'a 1', 'd/e/', 'd/e/x 2', 'l -> a', 't/');
    await root.rename('a', 't/a2');
    await root.rename('l', 't/l');
    await root.rename('d', 't/d');
    await root.rename('t/d/e', 'e');
    assert.deepEqual(await linesOf(root), ['/e/', '/e/x 2', '/t/', '/t/a2 1', '/t/d/', '/t/l -> a']);
  });

  check('rename replaces only when asked, and like by like', async (root) => {
    await make(root, 'a 1', 'b 2', 'd/', 'full/', 'full/x 3', 'l -> b');
    const { node } = (await root.get('a'))!;
    await fails('already-exists', root.rename('a', 'b'), '/b');
    await fails('is-a-directory', root.rename('a', 'd', { overwrite: true }), '/d');
    await fails('not-a-directory', root.rename('d', 'a', { overwrite: true }), '/a');
    await fails('directory-not-empty', root.rename('d', 'full', { overwrite: true }), '/full');
    await root.rename('a', 'l', { overwrite: true });
    await root.rename('l', 'b', { overwrite: true });
    await root.rename('full', 'd', { overwrite: true });
    assert.deepEqual(await linesOf(root), ['/b 1', '/d/', '/d/x 3']);
    assert.equal((await root.get('b'))?.node.id, node.id);
  });

  check('rename onto itself does nothing', async (root) => {
    await make(root, 'a 1', 'd/', 'd/x 2');
    await root.rename('a', './a');
    await root.rename('d', 'd', { overwrite: true });
    assert.deepEqual(await linesOf(root), ['/a 1', '/d/', '/d/x 2']);
  });

  check('a directory goes neither into itself nor out of the tree', async (root) => {
    await make(root, 'd/e/', 'l -> d/e', 'dd/');
    await fails('invalid-path', root.rename('d', 'd/x'), '/d');
    await fails('invalid-path', root.rename('d', 'l/x'), '/d/e');
    await fails('invalid-path', root.rename('/', 'd/x'), '/');
    await fails('path-escapes', root.rename('d', '../x'));
    await fails('not-found', root.rename('d', 'none/x'), '/none');
    await fails('not-found', root.rename('none', 'x'), '/none');
    await root.rename('d', 'dd/d');
    assert.deepEqual(await linesOf(root), ['/dd/', '/dd/d/', '/dd/d/e/', '/l -> d/e']);
  });

  check('a backend replaces what stands at the target of a rename', async (root, backend) => {
    await make(root, 'a 1', 'd/', 'd/x 2');
    const node = await backend.root();
    await backend.rename([node], 'a', [node], 'd');
    assert.deepEqual(await linesOf(root), ['/d 1']);
  });
}

export function testCopy(check: Check): void {
  check('a copy is a new node of version 1 with the same content and attributes', async (root) => {
    await root.createFile('a', parquetOf('one'), { type: 'table', attributes: { k: 'v' } });
    const { node } = await root.writeFile('a', parquetOf('two'));
    const copy = (await root.copy('a', 'b')).node;
    assert.notEqual(copy.id, node.id);
    assert.deepEqual([copy.version, copy.type, copy.sha256], [1, 'table', node.sha256]);
    assert.deepEqual(copy.attributes, { k: 'v' });
    await root.writeFile('a', parquetOf('three'));
    assert.deepEqual(await linesOf(root), ['/a PAR1 three PAR1', '/b PAR1 two PAR1']);
  });

  check('a copy of a series has all of its versions, and its attributes', async (root, backend) => {
    await root.createFile('s', parquetOf('one'), { type: 'series' });
    await root.writeFile('s', parquetOf('two'));
    await root.setAttributes('s', { k: 'v' });
    const { node } = await root.copy('s', 't');
    const versions = await collect(root.versions('t'));
    assert.deepEqual(
      versions.map(({ id, version }) => [id, version]),
      [
        [node.id, 2],
        [node.id, 1],
      ],
    );
    assert.deepEqual((await root.get('t'))?.node.attributes, { k: 'v' });
    const texts = await Promise.all(versions.map((version) => textRead(backend.read(version))));
    assert.deepEqual(texts, ['PAR1 two PAR1', 'PAR1 one PAR1']);
  });

  check('a tree is copied with its links as links, and the two go their own ways', async (root) => {
    await make(root, 'd/e/', 'd/e/x 1', 'd/l -> e/x', 'd/empty/');
    await fails('is-a-directory', root.copy('d', 'c'), '/d');
    await root.copy('d', 'c', { recursive: true });
    assert.equal((await root.get('c'))?.node.sha256, (await root.get('d'))?.node.sha256);
    await root.writeFile('c/e/x', bytesOf('2'));
    await root.remove('d/empty');
    assert.deepEqual(await linesOf(root), [
      '/c/',
      '/c/e/',
      '/c/e/x 2',
      '/c/empty/',
      '/c/l -> e/x',
      '/d/',
      '/d/e/',
      '/d/e/x 1',
      '/d/l -> e/x',
    ]);
  });

  check('copy follows a link at the source and replaces one at the target', async (root) => {
    await make(root, 'a 1', 'b 2', 'from -> a', 'to -> b');
    await fails('already-exists', root.copy('from', 'to'), '/to');
    await root.copy('from', 'to', { overwrite: true });
    assert.deepEqual(await linesOf(root), ['/a 1', '/b 2', '/from -> a', '/to 1']);
  });

  check('copy replaces only when asked, and like by like', async (root) => {
    await make(root, 'a 1', 'b 2', 'd/', 'full/', 'full/x 3');
    const [overwrite, recursive] = [true, true];
    await fails('already-exists', root.copy('a', 'b'), '/b');
    await fails('is-a-directory', root.copy('a', 'd', { overwrite }), '/d');
    await fails('not-a-directory', root.copy('d', 'a', { overwrite, recursive }), '/a');
    await fails('directory-not-empty', root.copy('d', 'full', { overwrite, recursive }), '/full');
    await fails('invalid-path', root.copy('full', 'full/y', { recursive }), '/full');
    await fails('already-exists', root.copy('a', 'a'), '/a');
    await root.copy('a', 'a', { overwrite });
    await root.copy('a', 'b', { overwrite });
    await root.copy('full', 'd', { overwrite, recursive });
    assert.deepEqual(await linesOf(root), ['/a 1', '/b 1', '/d/', '/d/x 3', '/full/', '/full/x 3']);
  });
}
