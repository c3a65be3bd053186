import assert from 'node:assert/strict';
import { test } from 'node:test';
import { unpackerOf } from '../../server/src/parquet/codecs.ts';
import { zstdFrame } from '../support/zstdFrames.ts';

test('no page is written out as text while it is decompressed: that takes many times as long, and fails for large ones', async (t) => {
  const join = t.mock.method(Uint8Array.prototype, 'join');
  const bytes = Uint8Array.from({ length: 1000 }, (_, i) => i % 251);
  const unpack = await unpackerOf('ZSTD');
  assert.deepEqual(Buffer.from(unpack(zstdFrame(bytes), 1000)), Buffer.from(bytes));
  assert.equal(join.mock.callCount(), 0);
});
