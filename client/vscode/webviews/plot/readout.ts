/** The values of the series at the pointer, in a box next to it. */
import { element } from '../grid/element.ts';
import { countText, numberText, positionText, shortText } from './axisText.ts';
import { type DrawnPanel } from './chart.ts';
import { type DrawnSeries, readingAt } from './series.ts';

/** Maximum number of series whose values are stated at the pointer. */
const readMax = 12;

/** Distance of the box from the pointer, pixels. */
const away = 12;

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

  /** Shows the values of the series at a position of a chart of a width. */
  show(panels: readonly DrawnPanel[], at: ReadPosition, width: number): void {
    const series = panels.flatMap((panel) => panel.series);
    const rows = series.slice(0, readMax).flatMap((one) => rowOf(one, at.x));
    const more = series.length - readMax;
    this.root.replaceChildren(
      element('strong', {}, positionText(rounded(at), at.isTime)),
      ...rows,
      ...(more > 0 ? [element('p', {}, `and ${more} more`)] : []),
    );
    const isLeft = at.left > width / 2;
    this.root.style.left = `${isLeft ? at.left - away : at.left + away}px`;
    this.root.style.transform = isLeft ? 'translateX(-100%)' : '';
  }

  clear(): void {
    this.root.replaceChildren();
  }
}

function rowOf(series: DrawnSeries, x: number): readonly HTMLElement[] {
  const reading = readingAt(series, x);
  if (reading === undefined) return [];
  const swatch = element('span', { class: series.dashed ? 'swatch dashed' : 'swatch', 'aria-hidden': 'true' });
  swatch.style.color = series.color;
  const { low, high, rows } = reading;
  const value =
    low === null || high === null ? '–' : low === high ? numberText(low) : `${shortText(low)} to ${shortText(high)}`;
  const count = rows > 1 ? countText(rows, 'row') : '';
  const parts = [series.name, value, count].map((text) => element('span', {}, text));
  return [element('div', {}, swatch, ...parts)];
}

/** The position without digits that a pixel does not have. */
function rounded({ x, isTime, pixel }: ReadPosition): number {
  const unit = isTime ? ([60_000, 1000].find((ms) => ms <= pixel) ?? 1) : 10 ** Math.floor(Math.log10(pixel || 1));
  return Math.round(x / unit) * unit;
}
