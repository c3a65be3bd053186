import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mapLimit } from '../../server/src/base/mapLimit.ts';

test('the failure of the first item that fails is thrown, whichever failed first', async () => {
  const rejects: (() => void)[] = [];
  const failed = mapLimit([0, 1, 2, 3], 2, async (item) => {
    await new Promise<void>((_, reject) => (rejects[item] = () => reject(new Error(String(item)))));
  });
  rejects[1]!();
  await new Promise(setImmediate);
  rejects[0]!();
  await assert.rejects(failed, /^Error: 0$/);
  assert.equal(rejects.length, 2);
});
