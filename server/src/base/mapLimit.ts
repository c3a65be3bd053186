/**
 * Returns what `work` makes of each item, in their order, with at most `count` under way at a time. After a failure no
 * other begins; the failure is thrown when those under way have ended.
 */
export async function mapLimit<T, R>(
  items: readonly T[],
  count: number,
  work: (item: T) => Promise<R>,
): Promise<readonly R[]> {
  const results: R[] = [];
  let [next, failed] = [0, false];

  async function takeTurns(): Promise<void> {
    while (next < items.length && !failed) {
      const index = next++;
      try {
        results[index] = await work(items[index] as T);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  }

  const turns = await Promise.allSettled(Array.from({ length: Math.min(count, items.length) }, takeTurns));
  for (const turn of turns) if (turn.status === 'rejected') throw turn.reason;
  return results;
}
