/** Returns the number of items of a sorted list that come first: those for which a condition is true. */
export function countFirst(length: number, isFirst: (index: number) => boolean): number {
  let [low, high] = [0, length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isFirst(middle)) low = middle + 1;
    else high = middle;
  }
  return low;
}
