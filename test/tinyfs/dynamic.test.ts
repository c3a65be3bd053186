import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PondError } from '../../server/src/base/error.ts';
import { type Backend, type Entry, type Node } from '../../server/src/tinyfs/backend.ts';
import { FileSystem } from '../../server/src/tinyfs/fs.ts';
import { createMemoryBackend } from '../../server/src/tinyfs/memoryBackend.ts';
import { compareNames } from '../../server/src/tinyfs/path.ts';
import { collect, fails, make, textOf } from '../support/tree.ts';

/** Returns a backend whose root has one more directory, with entries that are computed from the tree on request. */
function withDirectory(
  inner: Backend,
  name: string,
  entries: (fs: FileSystem) => Promise<readonly Entry[]>,
  isListing = false,
): Backend {
  const node: Node = {
    id: `directory ${name}`,
    type: 'directory',
    version: 1,
    sizeBytes: 0,
    modifiedUs: 0,
    sha256: '',
    attributes: {},
  };
  const list = async () => {
    if (isListing) throw new PondError('visit-loop', `/${name} lists itself`, { path: `/${name}` });
    const listed = await entries(new FileSystem(withDirectory(inner, name, entries, true)));
    return [...listed].sort((a, b) => compareNames(a.name, b.name));
  };
  const isRoot = async (directory: Node) => directory.id === (await inner.root()).id;
  return {
    ...inner,
    async list(directory) {
      if (directory.id === node.id) return list();
      const listed = await inner.list(directory);
      const all = (await isRoot(directory)) ? [...listed, { name, node }] : listed;
      return [...all].sort((a, b) => compareNames(a.name, b.name));
    },
    async lookup(directory, wanted) {
      if (directory.id === node.id) return (await list()).find((entry) => entry.name === wanted)?.node;
      return wanted === name && (await isRoot(directory)) ? node : inner.lookup(directory, wanted);
    },
    async put(directory, child, content) {
      if (directory.at(-1)?.id !== node.id) return inner.put(directory, child, content);
      throw new PondError('read-only', `/${name} is computed`, { path: `/${name}/${child}` });
    },
  };
}

async function reversed(fs: FileSystem): Promise<readonly Entry[]> {
  const listed = await (await fs.root()).list('in');
  return listed.map(({ basename, node }) => ({ name: [...basename].reverse().join(''), node }));
}

const matching = (pattern: string) => async (fs: FileSystem) => {
  const found = await collect((await fs.root()).visit(pattern));
  return found.map(({ node, captures }) => ({ name: captures.join('_').replaceAll('/', '_'), node: node.node }));
};

describe('a computed directory, as a backend over a backend', () => {
  it('lists the entries of another directory under other names, and accepts no writes', async () => {
    const root = await new FileSystem(withDirectory(createMemoryBackend(), 'reverse', reversed)).root();
    await make(root, 'in/', 'in/hello.txt 1', 'in/ab/', 'in/ab/c 2');
    assert.equal(textOf(await root.readFile('/reverse/txt.olleh')), '1');
    assert.equal(textOf(await root.readFile('/reverse/ba/c')), '2');
    assert.equal(await root.exists('/reverse/hello.txt'), false);
    const names = (await root.list('reverse')).map(({ path }) => path);
    assert.deepEqual(names, ['/reverse/ba', '/reverse/txt.olleh']);
    await fails('read-only', root.writeFile('/reverse/x', new Uint8Array(0)), '/reverse/x');
  });

  it('lists the matches of a pattern, named by their captures', async () => {
    const root = await new FileSystem(withDirectory(createMemoryBackend(), 'found', matching('/in/**/1.txt'))).root();
    await make(root, 'in/a/b/', 'in/a/1.txt 1', 'in/a/b/1.txt 2', 'in/a/b/2.txt 3');
    const names = (await root.list('found')).map(({ basename }) => basename);
    assert.deepEqual(names, ['a_', 'a_b_']);
    assert.equal(textOf(await root.readFile('/found/a_b_')), '2');
  });

  it('fails whenever it is inside the directory that it lists, and other visits work', async () => {
    const root = await new FileSystem(withDirectory(createMemoryBackend(), 'loop', matching('/**/1.txt'))).root();
    await make(root, 'in/', 'in/1.txt 1');
    await fails('visit-loop', root.list('loop'), '/loop');
    await fails('visit-loop', collect(root.visit('/*/1.txt')), '/loop');
    await fails('visit-loop', root.list('loop'), '/loop');
    assert.equal((await collect(root.visit('/in/*'))).length, 1);
  });
});
