import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isPondError } from '../../server/src/base/error.ts';
import { newPondHost, textFile } from '../support/commandHost.ts';

test('the next page of the log starts after the last commit of the page before', async (t) => {
  const host = await newPondHost(t);
  for (const name of ['a', 'b', 'a', 'b', 'a']) {
    await host.run('write', textFile(`/${name}`, String(Math.random())));
    await host.run('commit', { message: name });
  }
  const numbers = async (params: { path?: string; limit?: number; start?: number }): Promise<readonly number[]> =>
    (await host.run('log', params)).map(({ number }) => number);
  assert.deepEqual(await numbers({ limit: 2 }), [5, 4]);
  assert.deepEqual(await numbers({ limit: 2, start: 3 }), [3, 2]);
  assert.deepEqual(await numbers({ path: '/a' }), [5, 3, 1]);
  assert.deepEqual(await numbers({ path: '/a', start: 4 }), [3, 1]);
  assert.deepEqual(await numbers({ path: '/b', start: 1 }), []);
  await assert.rejects(host.run('log', { start: 9 }), (error) => isPondError(error, 'version-not-found'));
});

test('status says when the latest commit is of the future, since the next one gets a time after it', async (t) => {
  const host = await newPondHost(t);
  const hourMs = 3_600_000;
  const nowMs = Date.now();
  for (const [aheadMs, expected] of [
    [0.1 * hourMs, 0],
    [hourMs, 1],
  ] as const) {
    const { mock } = t.mock.method(Date, 'now', () => nowMs + aheadMs);
    await host.run('write', textFile(`/${aheadMs}`, 'x'));
    await host.run('commit', { message: 'ahead' });
    mock.restore();
    const { warnings, head } = await host.run('status', {});
    assert.equal(warnings.length, expected, warnings.join());
    if (expected === 1) assert.match(warnings[0]!, new RegExp(`^commit ${head.number} has the time ${head.time}`));
  }
});
