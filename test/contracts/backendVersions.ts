import assert from 'node:assert/strict';
import { FileSystem } from '../../server/src/tinyfs/fs.ts';
import { bytesOf, collect, fails, fileOf, linesOf, make, parquetOf, putInRoot, textRead } from '../support/tree.ts';
import { type BackendUnderTest, type Check } from './backendCheck.ts';

export function testVersions(check: Check): void {
  check('a put on a file creates its next version, and older ones stay readable', async (root, backend) => {
    for (const text of ['one', 'two', 'three']) await root.writeFile('a', bytesOf(text));
    const versions = await collect(root.versions('a'));
    assert.deepEqual(
      versions.map(({ version }) => version),
      [3, 2, 1],
    );
    assert.equal(new Set(versions.map(({ id }) => id)).size, 1);
    const texts = await Promise.all(versions.map((node) => textRead(backend.read(node))));
    assert.deepEqual(texts, ['three', 'two', 'one']);
    const [, second] = versions;
    assert.ok(second);
    assert.deepEqual(
      (await collect(backend.versions(second))).map(({ version }) => version),
      [2, 1],
    );
  });

  check('a put of another type fails and changes nothing', async (root, backend) => {
    await make(root, 'a text', 'd/');
    await fails('already-exists', putInRoot(backend, 'a', { type: 'directory' }));
    await fails('already-exists', putInRoot(backend, 'a', { type: 'table', content: parquetOf('other') }));
    await fails('already-exists', putInRoot(backend, 'd', fileOf('')));
    assert.deepEqual(await linesOf(root), ['/a text', '/d/']);
  });

  check('a rename keeps the id and the versions', async (root) => {
    await make(root, 'a one', 'd/');
    await root.writeFile('a', bytesOf('two'));
    const before = await collect(root.versions('a'));
    await root.rename('a', 'd/b');
    const after = await collect(root.versions('d/b'));
    assert.deepEqual(
      after.map(({ id, version, sha256 }) => [id, version, sha256]),
      before.map(({ id, version, sha256 }) => [id, version, sha256]),
    );
    await root.writeFile('d/b', bytesOf('three'));
    assert.equal((await root.get('d/b'))?.node.version, 3);
  });

  check('a file that is removed and created again is another node, of version 1', async (root) => {
    await make(root, 'a one');
    const first = (await root.writeFile('a', bytesOf('two'))).node;
    await root.remove('a');
    const second = (await root.createFile('a', bytesOf('two'))).node;
    assert.notEqual(second.id, first.id);
    assert.equal(second.version, 1);
    assert.equal((await collect(root.versions('a'))).length, 1);
  });

  check('a change of attributes is a version of its own, and the content stays', async (root) => {
    await root.createFile('a', bytesOf('text'), { attributes: { a: '1', b: '2' } });
    const { node } = await root.setAttributes('a', { b: '3', 'a key': 'ü "\'\n' });
    assert.equal(node.version, 2);
    assert.deepEqual((await root.get('a'))?.node.attributes, { b: '3', 'a key': 'ü "\'\n' });
    assert.deepEqual(await root.readFile('a'), bytesOf('text'));
    const [, first] = await collect(root.versions('a'));
    assert.deepEqual(first?.attributes, { a: '1', b: '2' });
  });

  check('a put without a change creates no version, except of a series', async (root) => {
    for (const type of ['file', 'series'] as const) {
      await root.createFile(type, parquetOf('one'), { type, attributes: { k: 'v' } });
      await root.writeFile(type, parquetOf('one'));
      await root.setAttributes(type, { k: 'v' });
    }
    assert.equal((await collect(root.versions('file'))).length, 1);
    assert.equal((await collect(root.versions('series'))).length, 2);
  });

  check('a change of attributes of a series is not one of its versions', async (root) => {
    await root.createFile('s', parquetOf('one'), { type: 'series' });
    await root.writeFile('s', parquetOf('two'));
    await root.setAttributes('s', { k: 'v' });
    const { node } = (await root.get('s'))!;
    assert.deepEqual([node.version, node.attributes], [2, { k: 'v' }]);
  });

  check('attributes that a write omits stay', async (root) => {
    await root.createFile('a', bytesOf('one'), { attributes: { k: 'v' } });
    assert.deepEqual((await root.writeFile('a', bytesOf('two'))).node.attributes, { k: 'v' });
    assert.deepEqual((await root.writeFile('a', bytesOf('3'), { attributes: {} })).node.attributes, {});
  });

  check('a directory has attributes, by put or set, and keeps its entries', async (root, backend) => {
    await putInRoot(backend, 'd', { type: 'directory', attributes: { k: '1' } });
    await make(root, 'd/a text');
    assert.deepEqual((await root.get('d'))?.node.attributes, { k: '1' });
    await putInRoot(backend, 'd', { type: 'directory', attributes: { k: '2' } });
    assert.deepEqual((await root.get('d'))?.node.attributes, { k: '2' });
    const { node } = await root.setAttributes('d', {});
    assert.deepEqual([node.attributes, node.sizeBytes], [{}, 1]);
    assert.deepEqual(await linesOf(root), ['/d/', '/d/a text']);
  });
}

export function testHashes(check: Check, makeBackend: () => Promise<BackendUnderTest>): void {
  check('equal trees have equal hashes, however they were created', async (root, backend) => {
    await make(root, 'a 1', 'd/', 'd/b 2', 'd/l -> ../a', 'e/f/');
    const { backend: other, dispose } = await makeBackend();
    try {
      const otherRoot = await new FileSystem(other).root();
      await make(otherRoot, 'e/f/', 'x/', 'x/l -> ../a', 'x/c 0', 'x/b 2', 'gone 9', 'a other');
      await otherRoot.rename('x', 'd');
      await otherRoot.remove('d/c');
      await otherRoot.remove('gone');
      await otherRoot.writeFile('a', bytesOf('1'));
      assert.equal((await other.root()).sha256, (await backend.root()).sha256);
    } finally {
      await dispose();
    }
  });

  check('a change anywhere below changes the hash, and undoing it restores the hash', async (root, backend) => {
    await make(root, 'd/e/', 'd/e/a 1', 'd/e/l -> a');
    const hash = async () => (await backend.root()).sha256;
    const first = await hash();
    const seen = new Set([first]);
    await root.writeFile('d/e/a', bytesOf('2'));
    seen.add(await hash());
    await root.rename('d/e/a', 'd/e/b');
    seen.add(await hash());
    await root.remove('d/e/b');
    seen.add(await hash());
    await root.createDirectory('d/e/a');
    seen.add(await hash());
    assert.equal(seen.size, 5);
    await root.remove('d/e/a');
    await make(root, 'd/e/a 1');
    assert.equal(await hash(), first);
  });
}

export function testBatches(check: Check): void {
  check('a batch returns the result of its work, and reads in it see its changes', async (root, backend) => {
    const text = await backend.batch(async () => {
      await make(root, 'd/', 'd/a one');
      await root.writeFile('d/a', bytesOf('two'));
      return textRead(root.readStream('d/a'));
    });
    assert.equal(text, 'two');
    assert.deepEqual(await linesOf(root), ['/d/', '/d/a two']);
  });

  check('a batch fails with the error of its work, and the backend continues to work', async (root, backend) => {
    await assert.rejects(
      backend.batch(() => Promise.reject(new Error('stopped'))),
      /stopped/,
    );
    await make(root, 'a text');
    assert.deepEqual(await linesOf(root), ['/a text']);
  });

  check('a failed batch leaves nothing', async (root, backend) => {
    await make(root, 'a one', 'd/e/', 'd/e/x 1', 'l -> a');
    const before = await linesOf(root);
    const half = async (): Promise<void> => {
      await root.writeFile('a', bytesOf('two'));
      await root.rename('d', 'a2');
      await make(root, 'a2/new/', 'a2/new/y 2');
      await root.remove('a2/e/x');
      await root.remove('l');
      await root.copy('a', 'a2/e/x');
      await root.copy('a2/new', 'a2/e/copy', { recursive: true });
      throw new Error('half done');
    };
    await assert.rejects(backend.batch(half), /half done/);
    assert.deepEqual(await linesOf(root), before);
    await fails('path-escapes', root.createDirectory('p/q/../../..', { parents: true }));
    assert.deepEqual(await linesOf(root), before);
    await make(root, 'd/e/y 2');
    assert.deepEqual(await linesOf(root), ['/a one', '/d/', '/d/e/', '/d/e/x 1', '/d/e/y 2', '/l -> a']);
  });

  check('a nested batch is part of the outer one', async (root, backend) => {
    await backend.batch(async () => {
      await make(root, 'a 1');
      await backend.batch(() => make(root, 'b/c/', 'b/c/d 2'));
      await root.createDirectory('e/f', { parents: true });
    });
    assert.deepEqual(await linesOf(root), ['/a 1', '/b/', '/b/c/', '/b/c/d 2', '/e/', '/e/f/']);
  });
}
