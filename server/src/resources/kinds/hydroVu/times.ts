import { countFirst } from '../../../base/countFirst.ts';
/** Sorted arrays of times. */

/** Returns the first index below `length` whose time is not before the given one, or `length`. */
export function lowerBound(times: Float64Array, time: number, length: number): number {
  // Most lookups are for a time after the last one.
  if (length === 0 || times[length - 1]! < time) return length;
  return countFirst(length, (index) => times[index]! < time);
}

/** Returns the times ascending and distinct; reuses the array. */
export function distinctSorted(times: Float64Array): Float64Array {
  if (!ascends(times)) times.sort();
  let count = 0;
  for (const time of times) if (count === 0 || time !== times[count - 1]) times[count++] = time;
  return times.subarray(0, count);
}

function ascends(times: Float64Array): boolean {
  return times.every((time, index) => index === 0 || times[index - 1]! <= time);
}

/** Returns the union of both, ascending and distinct; both must ascend. */
export function mergeTimes(a: Float64Array, b: Float64Array): Float64Array {
  if (a.length === 0) return b;
  const merged = new Float64Array(a.length + b.length);
  let at = 0;
  for (let i = 0, j = 0; i < a.length || j < b.length; at++) {
    const [left, right] = [a[i] ?? Infinity, b[j] ?? Infinity];
    merged[at] = Math.min(left, right);
    if (left <= right) i++;
    if (right <= left) j++;
  }
  return merged.subarray(0, at);
}
