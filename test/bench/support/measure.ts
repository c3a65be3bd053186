/** Work that is timed, once in each round. Returns milliseconds if it measures a part of itself. */
export type Contender = (round: number) => void | number | Promise<void | number>;

export interface Rounds {
  readonly rounds: number;
  /** Warm-up rounds, which do not count. */
  readonly warmUp: number;
  /** Called before each contender, untimed: the next contender must not wait for writes that the previous one left. */
  readonly betweenRounds?: () => void;
}

/**
 * Runs the contenders alternately, A B C A B C …, so that fluctuations of the machine affect all of them, and returns
 * the median of each in milliseconds. The order is reversed in each round, so that none always follows the same one.
 */
export async function interleaved<N extends string>(
  contenders: Readonly<Record<N, Contender>>,
  { rounds, warmUp, betweenRounds = () => undefined }: Rounds,
): Promise<Readonly<Record<N, number>>> {
  const names = Object.keys(contenders) as N[];
  const times = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<N, number[]>;
  for (let round = 0; round < warmUp + rounds; round++) {
    for (const name of round % 2 === 0 ? names : names.toReversed()) {
      betweenRounds();
      const start = performance.now();
      const own = await contenders[name](round);
      const elapsed = own ?? performance.now() - start;
      if (round >= warmUp) times[name].push(elapsed);
    }
  }
  return Object.fromEntries(names.map((name) => [name, median(times[name])])) as Record<N, number>;
}

/** The median; NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
