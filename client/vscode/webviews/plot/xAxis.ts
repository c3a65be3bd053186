/** The x axis of a plot. */
import { axisX } from '@observablehq/plot';
import { type Column, type PlotRange } from '../../../../server/src/protocol/commands.ts';
import { isInteger } from '../../../../server/src/base/typeClass.ts';
import { isTimeColumn } from '../grid/times.ts';
import { valueText } from './axisText.ts';

/** Values of an x axis. Times are in milliseconds since 1970 UTC. */
export type XValues = 'times' | 'whole numbers' | 'numbers';

/** Values of the column `x`; those of a column that is not there are numbers. */
export function xValuesOf(columns: readonly Column[], x: string): XValues {
  const column = columns.find(({ name }) => name === x);
  if (column === undefined) return 'numbers';
  if (isTimeColumn(column)) return 'times';
  return isInteger(column.type) ? 'whole numbers' : 'numbers';
}

/** Distance between ticks, at least, pixels. */
const tickSpacing = 80;

/** The axis of a range that is drawn over `width` pixels. */
export function xAxis(
  { name, values }: { readonly name: string; readonly values: XValues },
  range: PlotRange,
  width: number,
): ReturnType<typeof axisX> {
  const common = { labelArrow: 'none', tickSize: 4 } as const;
  if (values === 'times') return axisX({ ...common, label: `${name} (UTC)` });
  const ticks = values === 'numbers' ? [] : wholeTicks(range, width / tickSpacing);
  return axisX({ ...common, label: name, tickFormat: valueText, ...(ticks.length === 0 ? {} : { ticks }) });
}

/** At most about `most` whole numbers at equal distances; none for a range between two whole numbers. */
export function wholeTicks({ low, high }: PlotRange, most: number): readonly number[] {
  const least = Math.max(1, (high - low) / Math.max(1, most));
  const power = 10 ** Math.floor(Math.log10(least));
  const step = ([1, 2, 5].find((factor) => factor * power >= least) ?? 10) * power;
  const first = Math.ceil(low / step);
  return Array.from({ length: Math.max(0, Math.floor(high / step) - first + 1) }, (_, index) => (first + index) * step);
}
