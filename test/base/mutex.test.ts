import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMutex } from '../../server/src/base/mutex.ts';

/** Work that notes when it begins and ends, with a wait between. */
function noting(notes: string[], name: string, during: () => Promise<unknown> = () => Promise.resolve()) {
  return async () => {
    notes.push(`${name} begins`);
    await during();
    notes.push(`${name} ends`);
  };
}

test('work runs one at a time, in order of arrival, and goes on after work that failed', async () => {
  const mutex = createMutex();
  const notes: string[] = [];
  const failing = mutex.run(() => Promise.reject(new Error('it failed')));
  const first = mutex.run(noting(notes, 'first'));
  const second = mutex.run(noting(notes, 'second'));
  await assert.rejects(failing, /it failed/);
  await Promise.all([first, second]);
  assert.deepEqual(notes, ['first begins', 'first ends', 'second begins', 'second ends']);
});

test('work within nesting work takes its turn there, and other work waits for all of it', async () => {
  const mutex = createMutex();
  const notes: string[] = [];
  const inner = () => Promise.all([mutex.run(noting(notes, 'inner 1')), mutex.run(noting(notes, 'inner 2'))]);
  const nesting = mutex.runNesting(noting(notes, 'nesting', () => mutex.runNesting(noting(notes, 'nested', inner))));
  const other = mutex.run(noting(notes, 'other'));
  await Promise.all([nesting, other]);
  const order = ['nesting begins', 'nested begins', 'inner 1 begins', 'inner 1 ends', 'inner 2 begins', 'inner 2 ends'];
  assert.deepEqual(notes, [...order, 'nested ends', 'nesting ends', 'other begins', 'other ends']);
});

test('work within two mutexes takes its turn in each', async () => {
  const [outer, inner] = [createMutex(), createMutex()];
  const notes: string[] = [];
  await outer.runNesting(() => inner.runNesting(() => outer.run(noting(notes, 'innermost'))));
  assert.deepEqual(notes, ['innermost begins', 'innermost ends']);
});
