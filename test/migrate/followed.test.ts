import assert from 'node:assert/strict';
import { test } from 'node:test';
import { followed, followedStream } from '../../server/src/migrate/followed.ts';

const part = new Uint8Array(1024 * 1024);

async function* parts(count: number): AsyncGenerator<Uint8Array> {
  for (let i = 0; i < count; i++) yield await Promise.resolve(part);
}

test('a stream that never waits ends soon after it is cancelled', async () => {
  const stop = new AbortController();
  setImmediate(() => stop.abort());
  let received = 0;
  const read = async (): Promise<void> => {
    const stream = followedStream(parts(1000), { signal: stop.signal }, { step: 'checking /a', sizeBytes: undefined });
    for await (const one of stream) received += one.length / part.length;
  };
  await assert.rejects(read(), { code: 'cancelled', message: 'the migration was cancelled' });
  assert.ok(received < 100, `${received} of 1000 parts`);
});

test('a stream reports its bytes, and is the same', async () => {
  const reported: string[] = [];
  const progress = (message: string, done: number, total?: number): void => {
    reported.push(`${message.replace(/, \d+ (s|min) left/, '')}: ${done} of ${total ?? '?'}`);
  };
  for (const sizeBytes of [40 * part.length, undefined]) {
    let bytes = 0;
    for await (const one of followedStream(parts(40), { progress }, { step: 'checking /a', sizeBytes })) {
      bytes += one.length;
    }
    assert.equal(bytes, 40 * part.length);
  }
  assert.deepEqual(reported, [
    'checking /a, MB: 16.8 of 41.9',
    'checking /a, MB: 33.6 of 41.9',
    'checking /a, MB: 16.8 of ?',
    'checking /a, MB: 33.6 of ?',
  ]);
});

test('a content of one part is the same', () => {
  assert.equal(followed(part, {}, { step: 'checking /a', sizeBytes: part.length }), part);
});
