/** Just enough of WebAssembly's binary format to set an upper limit on a module's own memory. */
import { assert } from '../base/assert.ts';

const headerBytes = 8;
const memorySection = 5;

/**
 * Returns the module with its single memory limited to `pagesMax` pages of 64 KiB, replacing any other limit. A module
 * that requests more then gets none, instead of using up the machine's memory.
 */
export function withMemoryLimit(module: Uint8Array, pagesMax: number): Uint8Array<ArrayBuffer> {
  for (let start = headerBytes; ;) {
    assert(start < module.length, () => 'the module has a memory');
    const size = readNumber(module, start + 1);
    const end = size.next + size.value;
    if (module[start] === memorySection) {
      const count = readNumber(module, size.next);
      const least = readNumber(module, readNumber(module, count.next).next);
      assert(count.value === 1 && least.value <= pagesMax, () => 'the module has one memory, which fits');
      const body = [1, 1, ...numberBytes(least.value), ...numberBytes(pagesMax)];
      const section = [memorySection, ...numberBytes(body.length), ...body];
      return Uint8Array.from(
        Buffer.concat([module.subarray(0, start), Uint8Array.from(section), module.subarray(end)]),
      );
    }
    start = end;
  }
}

/** Unsigned LEB128. */
function readNumber(bytes: Uint8Array, from: number): { readonly value: number; readonly next: number } {
  let value = 0;
  let next = from;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[next] ?? 0;
    next += 1;
    value += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) return { value, next };
  }
}

function numberBytes(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...numberBytes(value >>> 7)];
}
