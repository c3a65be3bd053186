/** Draws the icon of the extension, which the marketplace takes as PNG only: a basin of three layers with a wave. */
import { deflateSync } from 'node:zlib';

const size = 256;
/** Samples of a pixel along each side, which smooth the edges. */
const samples = 3;

/** Colors as red, green, blue: the ground, the basin, and the lines on it. */
const [ground, basin, line] = [
  [15, 76, 92],
  [230, 243, 245],
  [42, 157, 143],
];

/**
 * The color at a point, both between 0 and 1; undefined outside of the rounded square.
 * @param {number} x
 * @param {number} y
 */
function colorAt(x, y) {
  const [dx, dy] = [Math.max(0, Math.abs(x - 0.5) - 0.34), Math.max(0, Math.abs(y - 0.5) - 0.34)];
  if (Math.hypot(dx, dy) > 0.16) return undefined;
  const rim = (/** @type {number} */ level) => level + 0.09 * Math.sqrt(Math.max(0, 1 - ((x - 0.5) / 0.3) ** 2));
  const isInside = Math.abs(x - 0.5) < 0.3 && y < rim(0.7) && y > 0.28 - (rim(0.28) - 0.28);
  if (!isInside) return ground;
  const isTop = Math.abs(y - 0.28) < rim(0.28) - 0.28;
  const wave = Math.abs(y - 0.28 - 0.02 * Math.sin((x - 0.2) * 21));
  if (isTop) return wave < 0.014 ? basin : line;
  const isLine = [0.42, 0.56].some((level) => Math.abs(y - rim(level)) < 0.012);
  return isLine ? line : basin;
}

/** Returns the picture as a PNG file. */
export function iconPng() {
  const rows = Buffer.alloc(size * (1 + 4 * size));
  for (let y = 0; y < size; y++) for (let x = 0; x < size; x++) rows.set(pixel(x, y), y * (1 + 4 * size) + 1 + 4 * x);
  const header = Buffer.alloc(13);
  header.writeUInt32BE(size, 0);
  header.writeUInt32BE(size, 4);
  // Eight bits for each of red, green, blue and alpha.
  header.set([8, 6], 8);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/**
 * Red, green, blue and alpha of a pixel: the mean of its samples.
 * @param {number} x
 * @param {number} y
 */
function pixel(x, y) {
  const sum = [0, 0, 0];
  let covered = 0;
  for (let index = 0; index < samples ** 2; index++) {
    const color = colorAt(
      (x + ((index % samples) + 0.5) / samples) / size,
      (y + (Math.floor(index / samples) + 0.5) / samples) / size,
    );
    if (color === undefined) continue;
    covered += 1;
    color.forEach((value, channel) => (sum[channel] = (sum[channel] ?? 0) + value));
  }
  const mean = sum.map((value) => (covered === 0 ? 0 : Math.round(value / covered)));
  return [...mean, Math.round((255 * covered) / samples ** 2)];
}

/**
 * A chunk of a PNG file.
 * @param {string} name
 * @param {Buffer} content
 */
function chunk(name, content) {
  const body = Buffer.concat([Buffer.from(name, 'latin1'), content]);
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(content.length);
  check.writeUInt32BE(checksum(body));
  return Buffer.concat([length, body, check]);
}

/**
 * CRC-32 of a chunk; Node has a function for it only since 20.15.
 * @param {Buffer} bytes
 */
function checksum(bytes) {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return (crc ^ 0xffffffff) >>> 0;
}
