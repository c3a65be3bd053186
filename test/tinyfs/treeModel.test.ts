import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FileSystem } from '../../server/src/tinyfs/fs.ts';
import { createMemoryBackend } from '../../server/src/tinyfs/memoryBackend.ts';
import { randomOf } from '../support/random.ts';
import { runTreeModel } from '../support/treeModel.ts';
import { TreeModel } from '../support/treeModelState.ts';
import { randomOperation } from '../support/treeOperations.ts';

describe('random operations on a memory backend', () => {
  for (const seed of [1, 2, 3, 4, 5, 6]) {
    it(`give the tree of the model, seed ${seed}`, () =>
      runTreeModel({ fs: new FileSystem(createMemoryBackend()), seed, steps: 300 }));
  }

  it('are effective: every operation succeeds and fails, with every error code of a tree', () => {
    const outcomes = new Set<string>();
    for (const seed of [1, 2, 3, 4, 5, 6]) {
      const random = randomOf(seed);
      const model = new TreeModel();
      for (let step = 0; step < 300; step++) {
        const operation = randomOperation(random, model.paths());
        const code = model.apply(operation);
        outcomes.add(`${operation.do} ${code === undefined ? 'succeeds' : 'fails'}`).add(code ?? '');
      }
    }
    const operations = 'createFile writeFile createDirectory createSymlink setAttributes remove rename copy'.split(' ');
    const codes =
      'not-found already-exists not-a-directory is-a-directory directory-not-empty invalid-path path-escapes symlink-loop';
    const expected = [...operations.flatMap((name) => [`${name} succeeds`, `${name} fails`]), ...codes.split(' ')];
    assert.deepEqual(
      expected.filter((outcome) => !outcomes.has(outcome)),
      [],
    );
  });
});
