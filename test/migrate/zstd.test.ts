import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { PondError } from '../../server/src/base/error.ts';
import { unzstd } from '../../server/src/migrate/zstd.ts';
import { zstdFrame } from '../support/zstdFrames.ts';

async function unpacked(chunks: Iterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of unzstd(chunks, 'x')) parts.push(part);
  return Buffer.concat(parts);
}

function* cut(bytes: Uint8Array, size: number): Iterable<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

/** A window of 2 MiB, no size, and a checksum where `flags` says so. */
const frame = (bytes: readonly number[], flags = 0): Uint8Array =>
  Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, flags, 0x58, ...bytes);

/** A block that repeats a byte. */
const run = (sizeBytes: number, isLast: boolean): readonly number[] => {
  const header = Number(isLast) | 2 | (sizeBytes << 3);
  return [header & 255, (header >> 8) & 255, header >> 16, 7];
};

test('a frame has the same content however its bytes come', async () => {
  const mixed = frame([...run(70_000, false), 3 << 3, 0, 0, 1, 2, 3, ...run(2, true)]);
  const content = Buffer.concat([Buffer.alloc(70_000, 7), Buffer.of(1, 2, 3, 7, 7)]);
  for (let size = 1; size <= mixed.length; size++)
    assert.ok((await unpacked(cut(mixed, size))).equals(content), `${size}`);
  const raw = Buffer.from('abc'.repeat(100_000));
  assert.ok((await unpacked(cut(zstdFrame(raw), 4096))).equals(raw));
  assert.equal((await unpacked([frame([1, 0, 0])])).length, 0);
  // The checksum is that of nothing here: it is only passed.
  assert.deepEqual([...(await unpacked([frame([...run(3, true), 1, 2, 3, 4], 4)]))], [7, 7, 7]);
  // A single segment states its size in place of a window.
  const single = Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0x20, 3, ...run(3, true));
  assert.deepEqual([...(await unpacked([single]))], [7, 7, 7]);
});

/** `Array.from({ length: 100_000 }, (_, i) => i % 97).join(' ')` as the reference program compresses it from a pipe. */
const compressed =
  'KLUv/QRYZAQAlhEgCbDrJEmIcM6YRRoAHQAdAFOfLj16Ozv048aLEx8uPHg5OfDbrulZjjuHMJ9scskkjyxyyJUpg3yxxRVTPLHEETdmDPF169V11K1ZQ3200UUT' +
  'PbTQQZcmDfTNNtdM88wyx9yZc9M9t9xx9+YN99lml0322GKHXZs22FdbXTXVU0sBABnk/hz5mgJMAAAINQEA/P85EAJFAAAINwEAlesOhJaEROk=';

test('compressed blocks refer to the content of blocks before them', async () => {
  const packed = Buffer.from(compressed, 'base64');
  const text = Array.from({ length: 100_000 }, (_, i) => i % 97).join(' ');
  for (const size of [7, packed.length]) assert.equal((await unpacked(cut(packed, size))).toString(), text);
});

test('blocks are unpacked one at a time, as they are asked for', async () => {
  let [pulled, received, isClosed] = [0, 0, false];
  function* chunks(): Iterable<Uint8Array> {
    try {
      yield frame([]);
      for (;;) {
        pulled++;
        yield Uint8Array.from(run(128 * 1024, false));
      }
    } finally {
      isClosed = true;
    }
  }
  for await (const part of unzstd(chunks(), 'x')) {
    assert.equal(part.length, 128 * 1024);
    received++;
    assert.ok(pulled - received <= 2, `${pulled} blocks for ${received}`);
    if (received === 100) break;
  }
  assert.ok(isClosed);
});

/** Objects by what is wrong with them. */
const damages: readonly (readonly [string, Uint8Array, RegExp])[] = [
  ['an empty object', new Uint8Array(), /cut short/],
  ['another format', readFileSync(new URL(import.meta.url)), /not a Zstandard frame/],
  ['a window of 2 GiB', frame([]).fill(0xa8, 5), /its window has 2147483648 bytes, expected 8388608 at most/],
  [
    'a single segment of 2^60 bytes',
    Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0xe0, 0, 0, 0, 0, 0, 0, 0, 16),
    /its window has 11529215\d+ bytes/,
  ],
  ['no block', frame([]), /cut short/],
  ['half a block', frame([0x29, 0, 0, 1]), /cut short/],
  ['no last block', frame(run(5, false)), /cut short/],
  ['a block of 2 MiB', frame(run(2_000_000, true)), /a block of it has 2000000 bytes, expected 131072 at most/],
  ['a block of an unknown type', frame([7, 0, 0]), /invalid block type/],
  ['no checksum', frame(run(5, true), 4), /cut short/],
  ['bytes after the frame', frame([...run(5, true), 0]), /does not end with its frame/],
  ['an invalid compressed block', frame([0x25, 0, 0, 255, 255, 255, 255]), /cannot be decompressed/],
];

test('each damage of a frame is an error with its path', async () => {
  for (const [what, bytes, message] of damages)
    await assert.rejects(unpacked([bytes]), { code: 'pond-damaged', message }, what);
});

test('an error of the source is not changed', async () => {
  const failed = new PondError('remote-failed', 'the store is away');
  function* chunks(): Iterable<Uint8Array> {
    yield frame([]);
    throw failed;
  }
  await assert.rejects(unpacked(chunks()), failed);
});
