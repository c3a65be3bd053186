/** Sums over readings, 64 bits for each hour: equal readings have equal sums, in any order and on any pages. */
import { createHash } from 'node:crypto';
import { type RowGroup } from './readingWindow.ts';

/** By the number of the hour from 1970 UTC. */
export type HourSums = Map<number, bigint>;

const hourSeconds = 3600;

/** Returns the sum of all. */
export function totalOf(sums: Iterable<readonly [number, bigint]>): bigint {
  let total = 0n;
  for (const [, sum] of sums) total += sum;
  return BigInt.asUintN(64, total);
}

/**
 * Returns the sums of the values in rows from a time on. `idsOf` returns what identifies the readings of a column, which
 * its name does not: the service and the document may rename it.
 */
export function hourSums(
  { times, columns }: RowGroup,
  idsOf: (column: string) => string,
  { from = 0 }: { readonly from?: number } = {},
): HourSums {
  const firstRow = times.findIndex((time) => time >= from);
  if (firstRow < 0) return new Map();
  const firstHour = Math.floor(times[firstRow]! / hourSeconds);
  const hours = Math.floor(times[times.length - 1]! / hourSeconds) - firstHour + 1;
  const [low, high] = [new Uint32Array(hours), new Uint32Array(hours)];
  const carries = new Uint32Array(hours);
  for (const [name, values] of columns) {
    const seed = createHash('sha256').update(idsOf(name)).digest();
    const [lowSeed, highSeed] = [seed.readInt32LE(0), seed.readInt32LE(4)];
    const words = new Int32Array(values.buffer, values.byteOffset, 2 * values.length);
    for (let row = firstRow; row < times.length; row++) {
      if (Number.isNaN(values[row])) continue;
      const time = times[row]!;
      const hour = Math.floor(time / hourSeconds) - firstHour;
      const sum = low[hour]! + hashOf(lowSeed, time, words[2 * row]!, words[2 * row + 1]!);
      low[hour] = sum;
      if (sum > 0xffff_ffff) carries[hour]!++;
      high[hour]! += hashOf(highSeed, time, words[2 * row]!, words[2 * row + 1]!);
    }
  }
  const sums: HourSums = new Map();
  for (let hour = 0; hour < hours; hour++) {
    const sum = (BigInt(high[hour]!) << 32n) + (BigInt(carries[hour]!) << 32n) + BigInt(low[hour]!);
    if (sum !== 0n) sums.set(firstHour + hour, BigInt.asUintN(64, sum));
  }
  return sums;
}

/** Returns a hash of a value at a time: MurmurHash3 of four words, 32 bits without a sign. */
function hashOf(seed: number, time: number, lowWord: number, highWord: number): number {
  let hash = mixed(mixed(mixed(mixed(seed, time | 0), Math.floor(time / 2 ** 32)), lowWord), highWord);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85eb_ca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2_ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function mixed(hash: number, word: number): number {
  const scrambled = Math.imul(rotated(Math.imul(word, 0xcc9e_2d51), 15), 0x1b87_3593);
  return (Math.imul(rotated(hash ^ scrambled, 13), 5) + 0xe654_6b64) | 0;
}

function rotated(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}
