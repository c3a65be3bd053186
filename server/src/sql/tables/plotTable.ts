import { PondError } from '../../base/error.ts';
import { type PlotRequest, type PlotResult } from '../../protocol/plots.ts';
import { type PlotScope } from './plotAxis.ts';
import { plotBars, plotHistogram, plotRose } from './plotCounts.ts';
import { plotLines } from './plotLines.ts';
import { plotPoints } from './plotPoints.ts';

/** The most that one request may draw: beyond it the answer would be larger than any picture. */
const limits = { series: 64, pixels: 8192, cells: 100_000, bins: 1000, sectors: 72, bars: 1000 } as const;

/**
 * Returns what a plot of the rows draws, over all of them. Fails `query-invalid` for unknown columns, columns of other
 * types, sizes beyond the limits, and `cancelled`.
 */
export async function plotTable(scope: PlotScope, request: PlotRequest, signal: AbortSignal): Promise<PlotResult> {
  check(request);
  switch (request.kind) {
    case 'lines':
      return await plotLines(scope, request, signal);
    case 'points':
      return await plotPoints(scope, request, signal);
    case 'histogram':
      return await plotHistogram(scope, request);
    case 'bars':
      return await plotBars(scope, request);
    case 'rose':
      return await plotRose(scope, request);
  }
}

const rangeMax = 1e300;

function check(request: PlotRequest): void {
  for (const [what, size, most] of sizesOf(request)) {
    if (Number.isSafeInteger(size) && size >= 1 && size <= most) continue;
    throw new PondError('query-invalid', `expected 1 to ${most} ${what} in a plot, got ${size}`);
  }
  const range = 'range' in request ? request.range : undefined;
  // Times are read in microseconds, and lines with a margin: neither may be beyond a double.
  if (range === undefined || (range.low < range.high && -rangeMax <= range.low && range.high <= rangeMax)) return;
  throw new PondError('query-invalid', `expected a range of a plot from low to high, got ${JSON.stringify(range)}`);
}

function sizesOf(request: PlotRequest): readonly (readonly [what: string, size: number, most: number])[] {
  switch (request.kind) {
    case 'lines':
      return [seriesOf(request), ['pixels', request.pixels, limits.pixels]];
    case 'points':
      return [seriesOf(request), ['cells', request.cells.across * request.cells.down, limits.cells]];
    case 'histogram':
      return [['bins', request.bins, limits.bins]];
    case 'bars':
      return [['bars', request.most, limits.bars]];
    case 'rose':
      return [['sectors', request.sectors, limits.sectors]];
  }
}

function seriesOf({ ys, by }: Extract<PlotRequest, { ys: unknown }>): readonly [string, number, number] {
  return ['series', ys.length * (by?.values.length ?? 1), limits.series];
}
