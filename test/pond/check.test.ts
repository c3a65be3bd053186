import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PondError } from '../../server/src/base/error.ts';
import { initPondOn } from '../support/pond.ts';
import { createMemoryDisk } from '../../server/src/storage/memoryDisk.ts';
import { bytesOf } from '../support/tree.ts';

test('a check that is cancelled half-way fails as cancelled, not as pond-damaged', async () => {
  const pond = await initPondOn(createMemoryDisk(), 'checked');
  const root = await pond.fs.root();
  await root.createDirectory('/d');
  await root.writeFile('/d/x', bytesOf('x'));
  await pond.commit({ message: 'x', author: 'test' });
  const cancelled = new PondError('cancelled', 'the operation was cancelled');
  const checking = pond.check('HEAD', (checked) => {
    if (checked === 2) throw cancelled;
  });
  await assert.rejects(checking, cancelled);
  assert.deepEqual(await pond.check(), []);
  await pond.close();
});
