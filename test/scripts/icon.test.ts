import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inflateSync } from 'node:zlib';
import { iconPng } from '../../scripts/icon.mjs';

test('the icon is a square PNG with a transparent corner and an opaque middle', () => {
  const png = iconPng();
  assert.equal(png.subarray(1, 4).toString('latin1'), 'PNG');
  const [width, height] = [png.readUInt32BE(16), png.readUInt32BE(20)];
  assert.deepEqual([width, height], [256, 256]);
  const start = png.indexOf('IDAT', 0, 'latin1') + 4;
  const pixels = inflateSync(png.subarray(start, start + png.readUInt32BE(start - 8)));
  assert.equal(pixels.length, height * (1 + 4 * width));
  const alpha = (x: number, y: number): number | undefined => pixels[y * (1 + 4 * width) + 1 + 4 * x + 3];
  assert.deepEqual([alpha(0, 0), alpha(128, 128)], [0, 255]);
  // As zlib and every reader of the format compute it, for a chunk without content.
  assert.equal(png.subarray(-8).toString('hex'), '49454e44ae426082');
});
