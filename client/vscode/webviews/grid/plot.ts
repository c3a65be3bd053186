import { axisX, axisY, dot, gridY, lineY, plot, pointerX, tip } from '@observablehq/plot';
import { element } from './element.ts';
import { type PlotInfo } from './messages.ts';
import { shownAtFirst } from './plotted.ts';

/** Colours of the theme for lines; beyond them lines are dashed. */
const colours = ['blue', 'orange', 'green', 'red', 'purple', 'yellow'].map((name) => `var(--vscode-charts-${name})`);

/** A series as it is drawn. */
interface Drawn {
  readonly name: string;
  readonly colour: string;
  readonly dashed: boolean;
  readonly points: readonly Point[];
}

interface Point {
  readonly name: string;
  readonly x: number | Date;
  readonly y: number | null;
}

/** A result as lines over time, with a button for each column that shows or hides its line. */
export class PlotView {
  readonly root: HTMLElement;
  readonly info: PlotInfo;
  private readonly all: readonly Drawn[];
  private readonly shown: Set<Drawn>;
  private readonly choose: (names: readonly string[]) => void;
  private readonly chart = element('div', { class: 'chart' });

  /** `chosen`: names of the columns that were drawn last; `choose` is told of others. */
  constructor(info: PlotInfo, chosen: readonly string[], choose: (names: readonly string[]) => void) {
    this.info = info;
    this.choose = choose;
    this.all = info.series.map((series, index) => drawn(series, index, info.isTime));
    const named = (names: readonly string[]): readonly Drawn[] => this.all.filter(({ name }) => names.includes(name));
    const again = named(chosen);
    this.shown = new Set(again.length > 0 ? again : named(shownAtFirst(this.all.map(({ name }) => name))));
    const legend = element('div', { class: 'legend', role: 'group', 'aria-label': 'Columns' });
    legend.append(...this.all.map((series) => this.button(series)));
    this.root = element('div', { class: 'plot' }, legend, this.chart);
    new ResizeObserver(() => this.draw()).observe(this.chart);
  }

  private button(series: Drawn): HTMLElement {
    const swatch = element('span', { class: series.dashed ? 'swatch dashed' : 'swatch' });
    swatch.style.color = series.colour;
    const pressed = String(this.shown.has(series));
    const button = element('button', { type: 'button', 'aria-pressed': pressed }, swatch, series.name);
    button.addEventListener('click', () => {
      if (!this.shown.delete(series)) this.shown.add(series);
      button.setAttribute('aria-pressed', String(this.shown.has(series)));
      this.choose([...this.shown].map(({ name }) => name));
      this.draw();
    });
    return button;
  }

  private draw(): void {
    const { clientWidth: width, clientHeight: height } = this.chart;
    const series = this.all.filter((each) => this.shown.has(each));
    if (width === 0 || height === 0) return;
    if (series.length === 0) {
      this.chart.replaceChildren(element('p', { class: 'hint' }, 'Choose a column to plot.'));
      return;
    }
    this.chart.replaceChildren(picture(this.info, series, width, height));
  }
}

function drawn({ name, x, y }: PlotInfo['series'][number], index: number, isTime: boolean): Drawn {
  const points = x.map((at, row) => ({ name, x: isTime ? new Date(at) : at, y: y[row] ?? null }));
  const colour = colours[index % colours.length] ?? 'currentColor';
  return { name, colour, dashed: index >= colours.length, points };
}

function picture(
  { xName, isTime, asDots }: PlotInfo,
  series: readonly Drawn[],
  width: number,
  height: number,
): Element {
  const made = plot({
    width,
    height,
    marginLeft: 56,
    marginRight: 28,
    ariaLabel: `${series.map(({ name }) => name).join(', ')} by ${xName}`,
    x: { type: isTime ? 'utc' : 'linear', label: null, nice: false },
    y: { nice: true, label: null },
    marks: [
      gridY({ stroke: 'currentColor', strokeOpacity: 0.12 }),
      axisX({ label: isTime ? null : xName, tickSize: 4, ...(isTime ? {} : { tickFormat: numberTick }) }),
      axisY({ tickSize: 0, tickSpacing: 50 }),
      ...series.map(({ points, colour, dashed }) =>
        asDots || points.length === 1
          ? dot(points, { x: 'x', y: 'y', stroke: colour, r: 2, symbol: dashed ? 'times' : 'circle' })
          : lineY(points, {
              x: 'x',
              y: 'y',
              stroke: colour,
              strokeWidth: 1.5,
              ...(dashed ? { strokeDasharray: '4 3' } : {}),
            }),
      ),
      tip(
        series.flatMap(({ points }) => points.filter(({ y }) => y !== null)),
        pointerX({ x: 'x', y: 'y', title: described }),
      ),
    ],
  });
  // The page may not have styles of its own within it; grid.css says the same.
  for (const style of made.querySelectorAll('style')) style.remove();
  return made;
}

/** A year is no thousands: small numbers have no separators. */
function numberTick(value: number): string {
  return value.toLocaleString(undefined, { useGrouping: Math.abs(value) >= 10_000, maximumSignificantDigits: 9 });
}

/** What the tip says: the column, its value, and where. */
function described({ name, x, y }: Point): string {
  const place =
    x instanceof Date
      ? x
          .toISOString()
          .replace('T', ' ')
          .replace(/(:00)?\.000Z$/, '')
      : x.toLocaleString();
  return `${name}\n${y?.toLocaleString(undefined, { maximumSignificantDigits: 6 }) ?? ''}\n${place}`;
}
