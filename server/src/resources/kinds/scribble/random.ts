import { randomBytes } from 'node:crypto';

/** A source of random numbers. */
export interface Random {
  /** A whole number from `least` to `greatest`, both inclusive. */
  whole(least: number, greatest: number): number;
  /** A number from 0, inclusive, to 1, exclusive. */
  part(): number;
}

/** Returns a source with a reproducible sequence for a seed (mulberry32), or a new sequence without one. */
export function createRandom(seed: number = randomBytes(4).readUInt32LE()): Random {
  let state = seed >>> 0;

  function part(): number {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  return { part, whole: (least, greatest) => least + Math.floor(part() * (greatest - least + 1)) };
}
