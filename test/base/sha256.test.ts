import assert from 'node:assert/strict';
import { createHash, hash } from 'node:crypto';
import { test } from 'node:test';
import { sha256By, sha256Of } from '../../server/src/base/sha256.ts';

test('texts and bytes have their SHA-256, with and without the function of Node', () => {
  const texts = ['', 'abc', 'é€', '\ud800', 'x'.repeat(100_000)];
  assert.equal(sha256Of('abc'), 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  for (const data of [...texts, ...texts.map((text) => Buffer.from(text)), new Uint8Array([0, 255, 128]).subarray(1)]) {
    const expected = createHash('sha256').update(data).digest('hex');
    for (const hashOf of [sha256Of, sha256By(undefined), sha256By(hash)]) assert.equal(hashOf(data), expected);
  }
});
