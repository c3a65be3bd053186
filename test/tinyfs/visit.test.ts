/** Visits of trees that only damage makes, and what a visit reads. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Backend, type Entry, type Node } from '../../server/src/tinyfs/backend.ts';
import { FileSystem } from '../../server/src/tinyfs/fs.ts';
import { MemoryBackend } from '../../server/src/tinyfs/memoryBackend.ts';
import { type WorkingDirectory } from '../../server/src/tinyfs/workingDirectory.ts';
import { boundBackend } from '../support/boundBackend.ts';
import { collect, make } from '../support/tree.ts';

const directory = (id: string): Node => ({
  ...{ id, type: 'directory', version: 1, sizeBytes: 1, modifiedUs: 0, sha256: '', attributes: {} },
});

/** A tree in which each directory has one, `d`: the node that follows its own. */
async function chain(next: (node: Node) => Node): Promise<WorkingDirectory> {
  const below = (node: Node): readonly Entry[] => [{ name: 'd', node: next(node) }];
  const backend: Backend = {
    ...boundBackend(new MemoryBackend()),
    root: () => Promise.resolve(directory('0')),
    list: (node) => Promise.resolve(below(node)),
    lookup: (node, name) => Promise.resolve(below(node).find((entry) => entry.name === name)?.node),
  };
  return await new FileSystem(backend).root();
}

const damage: Readonly<Record<string, { readonly next: (node: Node) => Node; readonly message: RegExp }>> = {
  'a directory inside of itself': {
    next: ({ id }) => directory(id === '0' ? '1' : '2'),
    message: /^the directory \/d\/d\/d is inside of itself$/,
  },
  'directories deeper than any path': {
    next: ({ id }) => directory(String(Number(id) + 1)),
    message: /^directories are nested more than 255 deep at (\/d){50}…$/,
  },
};

for (const [what, { next, message }] of Object.entries(damage)) {
  describe(what, () => {
    const error = { code: 'pond-damaged', message };
    it('ends a walk', async () => {
      await assert.rejects(collect((await chain(next)).walk()), error);
    });

    it('ends a visit of all that is below', async () => {
      await assert.rejects(
        collect((await chain(next)).visit('/**/x')),
        ({ code }: { readonly code: string }) => code === 'pond-damaged' || code === 'visit-loop',
      );
    });
  });
}

it('a visit lists only the directories that the pattern leads to', async () => {
  const inner = new MemoryBackend();
  await make(await new FileSystem(inner).root(), 'a/b/', 'a/b/x 1', 'a/c/', 'other/b/', 'other/b/x 1');
  const listed: string[] = [];
  const names = new Map<string, string>();
  const backend: Backend = {
    ...boundBackend(inner),
    list: async (node) => {
      listed.push(names.get(node.id) ?? '/');
      const entries = await inner.list(node);
      for (const { name, node: below } of entries) names.set(below.id, name);
      return entries;
    },
    lookup: async (node, name) => {
      const found = await inner.lookup(node, name);
      if (found !== undefined) names.set(found.id, name);
      return found;
    },
  };
  const root = await new FileSystem(backend).root();
  const found = await collect(root.visit('/a*/[bc]/*'));
  assert.deepEqual(
    found.map(({ path }) => path),
    ['/a/b/x'],
  );
  assert.deepEqual(listed, ['/', 'a', 'b', 'c']);
});
