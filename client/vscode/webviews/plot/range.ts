/** Zooming and panning of the x axis. */
import { type PlotRange } from '../../../../server/src/protocol/commands.ts';

/** The range with `factor` of its width around a position that stays where it is; below 1 shows less. */
export function zoomed({ low, high }: PlotRange, factor: number, at = (low + high) / 2): PlotRange {
  return { low: at - (at - low) * factor, high: at + (high - at) * factor };
}

/** The range moved by a share of its width. */
export function panned({ low, high }: PlotRange, share: number): PlotRange {
  const by = (high - low) * share;
  return { low: low + by, high: high + by };
}

/** Least width of a range, as a share of the size of its numbers: beyond it, numbers are too coarse. */
const finest = 1e-12;

/**
 * Returns a range within the whole: moved inside where it is beyond an end, and undefined for all of it. A range that is
 * too small for the numbers on its axis, or empty, stays as it was.
 */
export function within(range: PlotRange, whole: PlotRange, before?: PlotRange): PlotRange | undefined {
  const width = range.high - range.low;
  const size = Math.max(Math.abs(range.low), Math.abs(range.high));
  if (!(width > size * finest) || !Number.isFinite(width)) return before;
  if (width >= whole.high - whole.low) return undefined;
  if (range.low < whole.low) return { low: whole.low, high: whole.low + width };
  if (range.high > whole.high) return { low: whole.high - width, high: whole.high };
  return range;
}
