/** Output of a benchmark: one line for each comparison, with both medians and their ratio. */
export interface Comparison {
  readonly what: string;
  readonly ours: number;
  /** The program or operation to compare with. */
  readonly peer: string;
  readonly theirs: number;
  readonly unit?: 'ms' | 'MiB';
  /** Target: at most this ratio. */
  readonly most?: number;
}

/** Prints a comparison, as `what: 1.20 ms; peer: 0.60 ms; ratio 2.00 (wanted: at most 3)`. */
export function printRatio({ what, ours, peer, theirs, unit = 'ms', most }: Comparison): void {
  const wanted = most === undefined ? '' : ` (wanted: at most ${most})`;
  console.log(
    `${what}: ${digits(ours)} ${unit}; ${peer}: ${digits(theirs)} ${unit}; ratio ${digits(ours / theirs)}${wanted}`,
  );
}

/** Three significant digits, without exponents. */
export function digits(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}
