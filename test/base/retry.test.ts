import assert from 'node:assert/strict';
import { test } from 'node:test';
import { retry } from '../../server/src/base/retry.ts';

/** Fails `failures` times, then returns its number of calls. */
function failing(failures: number): () => number {
  let calls = 0;
  return () => {
    calls += 1;
    if (calls <= failures) throw new Error(`failure ${calls}`);
    return calls;
  };
}

test('work is repeated until it succeeds', async () => {
  assert.equal(await retry(failing(2), { attempts: 3, isTransient: () => true }), 3);
});

test('the error of the last attempt is thrown', async () => {
  await assert.rejects(retry(failing(3), { attempts: 3, isTransient: () => true }), /failure 3/);
});

test('a permanent failure is thrown at once', async () => {
  await assert.rejects(retry(failing(3), { attempts: 3, isTransient: () => false }), /failure 1/);
});

test('the wait depends on the number of failures and the last of them', async () => {
  const waits: number[] = [];
  const result = await retry(failing(2), {
    attempts: 3,
    isTransient: () => true,
    delayMs: (failures, error) => (error instanceof Error ? failures * 10 : 0),
    sleep: async (ms) => void waits.push(ms),
  });
  assert.equal(result, 3);
  assert.deepEqual(waits, [10, 20]);
});

test('an aborted signal ends the wait and starts no attempt', async () => {
  const controller = new AbortController();
  const waiting = retry(failing(9), {
    attempts: 9,
    isTransient: () => true,
    delayMs: () => {
      controller.abort();
      return 60_000;
    },
    signal: controller.signal,
  });
  await assert.rejects(waiting, { code: 'cancelled' });
  let calls = 0;
  const later = retry(() => (calls += 1), { attempts: 2, isTransient: () => true, signal: controller.signal });
  await assert.rejects(later, { code: 'cancelled' });
  assert.equal(calls, 0);
});
