/** The values of the series at the pointer, in a box next to it. */
import { element, fittedName } from '../grid/element.ts';
import { valueText, positionText, shortText } from './axisText.ts';
import { type DrawnPanel } from './chart.ts';
import { type DrawnSeries, readingAt, type SeriesReading } from './series.ts';
import { countText } from '../../numberStrings.ts';

/** Maximum number of series whose values are stated at the pointer. */
const readMax = 12;

/** Distance of the box from the pointer, pixels. */
const distance = 12;

/** A position on the x axis. */
interface ReadPosition {
  readonly x: number;
  readonly isTime: boolean;
  /** Width of a pixel, in the numbers of the x axis. */
  readonly pixel: number;
  /** Distance from the left edge of the chart, pixels. */
  readonly left: number;
}

/** The box, which covers a part of the chart, on the side of the pointer that has more room. */
export class Readout {
  readonly root = element('div', { class: 'readout', role: 'status', 'aria-live': 'polite' });

  /** Shows the values of the series that are nearest to a position of a chart of a width. */
  show(panels: readonly DrawnPanel[], at: ReadPosition, width: number): void {
    const series = panels.flatMap((panel) => panel.series);
    const readings = series.slice(0, readMax).flatMap((one) => {
      const reading = readingAt(one, at.x);
      return reading === undefined ? [] : [{ series: one, reading, time: spanText(reading, at.isTime) }];
    });
    const away = ({ reading: { start, end } }: Reading): number => Math.max(start - at.x, at.x - end, 0);
    const [nearest] = readings.toSorted((one, other) => away(one) - away(other));
    const time = nearest?.time ?? positionText(rounded(at), at.isTime);
    const more = series.length - readMax;
    this.root.replaceChildren(
      element('strong', {}, time),
      ...readings.map((reading) => rowOf(reading, time)),
      ...(more > 0 ? [element('p', {}, `and ${more} more`)] : []),
    );
    const own = this.root.offsetWidth;
    const left = at.left > width / 2 ? at.left - distance - own : at.left + distance;
    this.root.style.left = `${Math.max(0, Math.min(left, width - own))}px`;
  }

  clear(): void {
    this.root.replaceChildren();
  }
}

/** Value and time of a series nearest to the position. */
interface Reading {
  readonly series: DrawnSeries;
  readonly reading: SeriesReading;
  readonly time: string;
}

/** A row of the box; one about another time than the box states it. */
function rowOf({ series, reading: { low, high, rows }, time }: Reading, boxTime: string): HTMLElement {
  const swatch = element('span', { class: series.dashed ? 'swatch dashed' : 'swatch', 'aria-hidden': 'true' });
  swatch.style.color = series.color;
  const value =
    low === null || high === null ? '–' : low === high ? valueText(low) : `${shortText(low)} to ${shortText(high)}`;
  const about = [...(rows > 1 ? [countText(rows, 'row')] : []), ...(time === boxTime ? [] : [time])].join(', ');
  const parts = [value, about].map((text) => element('span', {}, text));
  return element('div', {}, swatch, fittedName(series.name), ...parts);
}

/** The time of a row, or of the first and the last one of several. */
function spanText({ start, end }: SeriesReading, isTime: boolean): string {
  const [first, last] = [positionText(start, isTime), positionText(end, isTime)];
  return first === last ? first : `${first} to ${last}`;
}

/** The position, for points, without digits that a pixel does not have. */
function rounded({ x, isTime, pixel }: ReadPosition): number {
  const unit = isTime ? ([60_000, 1000].find((ms) => ms <= pixel) ?? 1) : 10 ** Math.floor(Math.log10(pixel || 1));
  return Math.round(x / unit) * unit;
}
