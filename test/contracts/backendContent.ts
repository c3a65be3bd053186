import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { bytesOf, collect, fileOf, linesOf, make, putInRoot, textRead } from '../support/tree.ts';
import { type Check } from './backendCheck.ts';

export function testContent(check: Check): void {
  check('what is put is read back, whole and by range', async (_root, backend) => {
    const node = await putInRoot(backend, 'a', fileOf('0123456789'));
    assert.equal(await textRead(backend.read(node)), '0123456789');
    assert.equal(await textRead(backend.read(node, { start: 3, end: 6 })), '345');
    assert.equal(await textRead(backend.read(node, { start: 8, end: 100 })), '89');
    assert.equal(await textRead(backend.read(node, { start: 4, end: 4 })), '');
    assert.equal(await textRead(backend.read(node, { start: 10, end: 12 })), '');
  });

  check('an empty file is a file', async (root, backend) => {
    const node = await putInRoot(backend, 'a', fileOf(''));
    assert.equal(node.sizeBytes, 0);
    assert.equal((await root.readFile('a')).length, 0);
  });

  check('a node says what it is', async (_root, backend) => {
    const before = Date.now() * 1000;
    const node = await putInRoot(backend, 'a', { ...fileOf('héllo'), attributes: { unit: '°C' } });
    assert.match(node.id, /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    assert.deepEqual([node.type, node.version, node.sizeBytes], ['file', 1, 6]);
    assert.equal(node.sha256, createHash('sha256').update('héllo').digest('hex'));
    assert.deepEqual(node.attributes, { unit: '°C' });
    // A backend may take its clock from elsewhere than this process by some microseconds.
    assert.ok(node.modifiedUs >= before - 1_000_000 && node.modifiedUs <= Date.now() * 1000 + 1_000_000);
  });

  check('content can be a stream, of more than a megabyte', async (root, backend) => {
    const chunk = Uint8Array.from({ length: 65_537 }, (_, at) => at % 251);
    async function* chunks(): AsyncIterable<Uint8Array> {
      for (let count = 0; count < 20; count++) yield chunk;
    }
    const node = await putInRoot(backend, 'big', { type: 'file', content: chunks() });
    const whole = Buffer.concat(Array.from({ length: 20 }, () => chunk));
    assert.equal(node.sizeBytes, whole.length);
    assert.equal(node.sha256, createHash('sha256').update(whole).digest('hex'));
    assert.ok(whole.equals(await root.readFile('big')));
    const middle = Buffer.concat(await collect(backend.read(node, { start: 65_530, end: 65_550 })));
    assert.ok(whole.subarray(65_530, 65_550).equals(middle));
  });

  check('a stream that fails leaves nothing', async (root) => {
    await make(root, 'a first');
    async function* broken(): AsyncIterable<Uint8Array> {
      yield bytesOf('half');
      throw new Error('the source broke');
    }
    await assert.rejects(root.writeFile('a', broken()), /the source broke/);
    await assert.rejects(root.createFile('b', broken()), /the source broke/);
    assert.deepEqual(await linesOf(root), ['/a first']);
  });

  check('bytes changed after a put do not change the file', async (root) => {
    const content = bytesOf('before');
    await root.createFile('a', content);
    content.fill(0);
    const read = await root.readFile('a');
    assert.deepEqual(read, bytesOf('before'));
    read.fill(0);
    assert.deepEqual(await root.readFile('a'), bytesOf('before'));
  });

  check('every type of node keeps its type', async (root, backend) => {
    for (const type of ['file', 'table', 'series'] as const) {
      await root.createFile(type, bytesOf(`PAR1 ${type} PAR1`), { type });
      const node = await backend.lookup(await backend.root(), type);
      assert.equal(node?.type, type);
    }
  });

  check('a link holds its target as text', async (root, backend) => {
    const node = await putInRoot(backend, 'link', { type: 'symlink', target: '../ü/x y' });
    assert.deepEqual([node.type, node.sizeBytes], ['symlink', 9]);
    assert.equal(await backend.readlink(node), '../ü/x y');
    assert.equal(await root.readlink('link'), '../ü/x y');
  });
}

export function testListing(check: Check): void {
  check('a new backend has an empty root', async (_root, backend) => {
    const node = await backend.root();
    assert.deepEqual([node.type, node.sizeBytes], ['directory', 0]);
    assert.deepEqual(await backend.list(node), []);
    assert.equal(await backend.lookup(node, 'a'), undefined);
  });

  check('entries are in byte order of their UTF-8 names', async (root) => {
    const names = ['~', 'b', 'é', '\u{1f986}', 'a', '\uff5e', 'B', 'a.b', 'a b', 'ab', '10', '9'];
    for (const name of names) await root.createFile(name, bytesOf(name));
    const listed = (await root.list()).map(({ basename }) => basename);
    assert.deepEqual(listed, ['10', '9', 'B', 'a', 'a b', 'a.b', 'ab', 'b', '~', 'é', '\uff5e', '\u{1f986}']);
  });

  check('names may have any character but a slash and NUL', async (root) => {
    const names = [
      '%41',
      "it's",
      '"q"',
      ' ',
      '-',
      '$x',
      'a\\b',
      'new\nline',
      'x=1',
      '#',
      '?*[{',
      'ü',
      'u\u0308',
      '..a',
    ];
    for (const name of [...names, 'é'.repeat(127)]) {
      await root.createFile(name, bytesOf(name));
      await root.createDirectory(`${name}.d`.slice(-100));
      assert.deepEqual(await root.readFile(name), bytesOf(name));
    }
    assert.equal((await root.list()).length, 2 * (names.length + 1));
  });

  check('a directory of a thousand entries lists, finds and loses each', async (root, backend) => {
    const names = Array.from({ length: 1000 }, (_, at) => `entry ${at}`);
    await root.createDirectory('wide');
    const wide = await root.openDirectory('wide');
    await backend.batch(async () => {
      for (const name of names) await wide.createFile(name, bytesOf(name));
    });
    assert.equal((await root.get('wide'))?.node.sizeBytes, 1000);
    assert.deepEqual(
      (await wide.list()).map(({ basename }) => basename),
      [...names].sort(),
    );
    assert.deepEqual(await wide.readFile('entry 567'), bytesOf('entry 567'));
    assert.equal(await wide.get('entry 1000'), undefined);
    await backend.batch(async () => {
      for (const name of names.slice(1)) await wide.remove(name);
    });
    assert.deepEqual(await linesOf(wide), ['/wide/entry 0 entry 0']);
  });

  check('the size of a directory is the number of its entries', async (root) => {
    await make(root, 'd/', 'd/a 1', 'd/b/', 'd/b/c 2');
    assert.equal((await root.get('d'))?.node.sizeBytes, 2);
    await root.remove('d/a');
    assert.equal((await root.get('d'))?.node.sizeBytes, 1);
  });

  check('files that are made at the same time are all there', async (root) => {
    await root.createDirectory('d');
    const names = Array.from({ length: 20 }, (_, at) => `d/${at}`);
    await Promise.all(names.map((name) => root.createFile(name, bytesOf(name))));
    assert.equal((await root.list('d')).length, 20);
  });
}
