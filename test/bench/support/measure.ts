/** Something that is timed, once in each round. Returns milliseconds where it measures a part of itself. */
export type Contender = (round: number) => void | number | Promise<void | number>;

export interface Rounds {
  readonly rounds: number;
  /** Rounds before those that count. */
  readonly warmUp: number;
  /**
   * Called before each contender, untimed: what one leaves to be written later must not be the next one's to wait for.
   */
  readonly settle?: () => void;
}

/**
 * Runs the contenders in turn, A B C A B C …, so that the machine's moods meet all of them, and returns the median of
 * each in milliseconds. The order turns around with each round: none always follows the same one.
 */
export async function interleaved<N extends string>(
  contenders: Readonly<Record<N, Contender>>,
  { rounds, warmUp, settle = () => undefined }: Rounds,
): Promise<Readonly<Record<N, number>>> {
  const names = Object.keys(contenders) as N[];
  const times = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<N, number[]>;
  for (let round = 0; round < warmUp + rounds; round++) {
    for (const name of round % 2 === 0 ? names : names.toReversed()) {
      settle();
      const start = performance.now();
      const own = await contenders[name](round);
      const elapsed = own ?? performance.now() - start;
      if (round >= warmUp) times[name].push(elapsed);
    }
  }
  return Object.fromEntries(names.map((name) => [name, median(times[name])])) as Record<N, number>;
}

/** The middle value; NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
