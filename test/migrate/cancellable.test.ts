import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cancellable, cancellableStream } from '../../server/src/migrate/cancellable.ts';

const part = new Uint8Array(1024 * 1024);

async function* parts(count: number): AsyncGenerator<Uint8Array> {
  for (let i = 0; i < count; i++) yield await Promise.resolve(part);
}

test('a stream that never waits ends soon after it is cancelled', async () => {
  const stop = new AbortController();
  setImmediate(() => stop.abort());
  let received = 0;
  const read = async (): Promise<void> => {
    for await (const one of cancellableStream(parts(1000), stop.signal)) received += one.length / part.length;
  };
  await assert.rejects(read(), { code: 'cancelled', message: 'the migration was cancelled' });
  assert.ok(received < 100, `${received} of 1000 parts`);
});

test('content that is not cancelled is the same', async () => {
  assert.equal(cancellable(part, undefined), part);
  let bytes = 0;
  for await (const one of cancellableStream(parts(40), new AbortController().signal)) bytes += one.length;
  assert.equal(bytes, 40 * part.length);
});
