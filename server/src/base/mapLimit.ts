/**
 * Returns the results of `work` for all items, in item order, with at most `count` in progress at a time. After a
 * failure no other item starts. Once those in progress have ended, the failure of the first item that fails is thrown:
 * the same each time, as all items before it have started.
 */
export async function mapLimit<T, R>(
  items: readonly T[],
  count: number,
  work: (item: T) => Promise<R>,
): Promise<readonly R[]> {
  const results: R[] = [];
  let next = 0;
  const failures: { readonly index: number; readonly error: unknown }[] = [];

  async function takeTurns(): Promise<void> {
    while (next < items.length && failures.length === 0) {
      const index = next++;
      try {
        results[index] = await work(items[index] as T);
      } catch (error) {
        failures.push({ index, error });
      }
    }
  }

  await Promise.all(Array.from({ length: Math.min(count, items.length) }, takeTurns));
  const [first] = failures.sort((a, b) => a.index - b.index);
  if (first !== undefined) throw first.error;
  return results;
}
