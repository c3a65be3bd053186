/**
 * Returns the results of `work` for all items, in item order, with at most `count` in progress at a time. After a
 * failure no other item starts; the failure is thrown once those in progress have ended.
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
