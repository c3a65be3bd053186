import { type Drawn, charts } from './chart.ts';
import { element } from './element.ts';
import { type PlotInfo } from './messages.ts';
import { panelsOf } from './panels.ts';
import { initialColumns } from './plotted.ts';

/**
 * Theme colors for lines; further lines are dashed. Orange is excluded: nearly transparent in some themes, and missing
 * in high-contrast ones.
 */
const colors = ['blue', 'red', 'green', 'purple', 'yellow'].map((name) => `var(--vscode-charts-${name})`);

/**
 * A result as lines over time, in a panel for each unit and scale, with a button per column to show or hide its line.
 */
export class PlotView {
  readonly root: HTMLElement;
  readonly info: PlotInfo;
  private readonly all: readonly Drawn[];
  private readonly shown: Set<Drawn>;
  private readonly choose: (names: readonly string[]) => void;
  private readonly chart = element('div', { class: 'chart' });

  /** `chosen`: names of the columns drawn last; `choose` is called when the choice changes. */
  constructor(info: PlotInfo, chosen: readonly string[], choose: (names: readonly string[]) => void) {
    this.info = info;
    this.choose = choose;
    this.all = info.series.map((series, index) => drawn(series, index, info.isTime));
    const named = (names: readonly string[]): readonly Drawn[] => this.all.filter(({ name }) => names.includes(name));
    const again = named(chosen);
    this.shown = new Set(again.length > 0 ? again : named(initialColumns(this.all.map(({ name }) => name))));
    const legend = element('div', { class: 'legend', role: 'group', 'aria-label': 'Columns' });
    legend.append(...this.all.map((series) => this.button(series)));
    this.root = element('div', { class: 'plot' }, legend, this.chart);
    new ResizeObserver(() => this.draw()).observe(this.chart);
  }

  private button(series: Drawn): HTMLElement {
    const swatch = element('span', { class: series.dashed ? 'swatch dashed' : 'swatch' });
    swatch.style.color = series.color;
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
    this.chart.replaceChildren(...charts(this.info, panelsOf(series), { width, height }));
  }
}

function drawn({ name, x, y }: PlotInfo['series'][number], index: number, isTime: boolean): Drawn {
  const points = x.map((at, row) => ({ name, x: isTime ? new Date(at) : at, y: y[row] ?? null }));
  const color = colors[index % colors.length] ?? 'currentColor';
  return { name, color, dashed: index >= colors.length, y, points };
}
