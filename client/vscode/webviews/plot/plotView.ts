import { moveFocus } from '../focus.ts';
import { type Column, type PlotRange, type TableView } from '../../../../server/src/protocol/commands.ts';
import { element, positionBelow } from '../grid/element.ts';
import { showMenu } from '../grid/menu.ts';
import { type FromGridPage } from '../grid/messages.ts';
import { type Requests, Superseded } from '../grid/requests.ts';
import { type DrawnPanel, marginLeft, marginRight } from './chart.ts';
import { plotControls } from './controls.ts';
import { plotLegends } from './legend.ts';
import { hasRepeats } from './lineShape.ts';
import { type PlotData, PlotLoader } from './loader.ts';
import { pngOf, svgOf } from './picture.ts';
import { type ChosenPlot, chosenPlot, yColumns } from './plotColumns.ts';
import { drawPlot, factsText } from './plotPicture.ts';
import { PlotPointer } from './pointer.ts';
import { PointPane } from './pointPane.ts';
import { within } from './range.ts';
import { Readout } from './readout.ts';
import { type PlotStatement } from './statement.ts';
import { xValuesOf } from './xAxis.ts';

/** Delay before finer data are requested while the picture moves, milliseconds. */
const restMs = 120;

/** Interface of the page to the plot. */
interface PlotHost {
  readonly requests: Requests;
  readonly run: number;
  readonly columns: readonly Column[];
  view(): TableView;
  post(message: FromGridPage): void;
  /** The plot was changed, and is to be kept. */
  changed(plot: PlotStatement): void;
  report(text: string): void;
}

/** A plot of a table: its controls, its legend, and the picture, which asks for what it shows. */
export class PlotView {
  readonly root: HTMLElement;
  readonly #host: PlotHost;
  readonly #loader: PlotLoader;
  readonly #head = element('div', { class: 'plothead' });
  readonly #readout = new Readout();
  readonly #panels = element('div', { class: 'panels' });
  readonly #chart: HTMLElement;
  readonly #pane: PointPane;
  readonly #pointer: PlotPointer;
  #stated: PlotStatement;
  #data: PlotData | undefined;
  /** The range of all rows, once it is known. */
  #whole: PlotRange | undefined;
  #drawn: readonly DrawnPanel[] = [];
  #timer: number | undefined;
  #size = '';
  /** Number of loads: an earlier one has nothing to draw. */
  #loads = 0;

  constructor(host: PlotHost, stated: PlotStatement) {
    this.#host = host;
    this.#stated = stated;
    this.#loader = new PlotLoader(host.requests, host.run, () => host.view());
    this.#chart = element(
      'div',
      { class: 'chart', tabindex: '0', role: 'group', 'aria-label': chartHelp },
      this.#panels,
    );
    this.#pane = new PointPane({ ...host, closed: () => moveFocus(this.#chart) });
    this.#pointer = new PlotPointer(this.#chart, {
      range: () => this.#range,
      show: (range) => this.#show(range),
      reset: () => this.#choose({ range: undefined }),
      point: (at) => this.#point(at),
      open: (x, at) => this.#open(x, at),
    });
    this.#chart.append(...this.#pointer.marks);
    const main = element('div', { class: 'plotmain' }, this.#chart, this.#pane.root, this.#readout.root);
    this.root = element('div', { class: 'plot' }, this.#head, main);
    this.#drawHead();
    new ResizeObserver(() => this.#resized()).observe(this.#chart);
  }

  /** The plot with all that the columns decide; undefined without columns. */
  get #plot(): ChosenPlot | undefined {
    return chosenPlot(this.#host.columns, this.#stated);
  }

  /** The visible range; undefined for a picture that cannot be zoomed. */
  get #range(): PlotRange | undefined {
    const kind = this.#plot?.kind;
    if (kind === 'bar' || kind === 'rose') return undefined;
    const range = this.#stated.range ?? this.#whole;
    return range !== undefined && range.high > range.low ? range : undefined;
  }

  /** Shows another part of the x axis: at once as far as it is known, then with what the server has. */
  #show(range: PlotRange): void {
    if (this.#whole === undefined) return;
    const next = within(range, this.#whole, this.#stated.range);
    this.#stated = { ...this.#stated, range: next };
    this.#host.changed(this.#stated);
    this.#draw();
    window.clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => void this.#load(), restMs);
  }

  #choose(change: PlotStatement): void {
    const plot = this.#plot;
    const isOther = 'x' in change || 'kind' in change;
    // What the columns decided before stays as it is when something else is changed.
    this.#stated = { ...this.#stated, ...(isOther ? {} : { kind: plot?.kind, x: plot?.x, ys: plot?.ys }), ...change };
    if (isOther) {
      this.#whole = undefined;
      this.#pointer.clear();
    }
    this.#host.changed(this.#stated);
    this.#drawHead();
    void this.#load();
  }

  #resized(): void {
    const { clientWidth, clientHeight } = this.#chart;
    const size = `${clientWidth} ${clientHeight}`;
    if (clientWidth === 0 || clientHeight === 0 || size === this.#size) return;
    this.#size = size;
    this.#draw();
    window.clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => void this.#load(), this.#data === undefined ? 0 : restMs);
  }

  async #load(): Promise<void> {
    const plot = this.#plot;
    const { clientWidth, clientHeight } = this.#chart;
    if (plot === undefined || clientWidth === 0) return;
    const across = Math.max(50, Math.floor((clientWidth - marginLeft - marginRight) * window.devicePixelRatio));
    const size = { across: Math.min(8192, across), down: Math.max(50, clientHeight) };
    const load = (this.#loads += 1);
    this.#chart.setAttribute('aria-busy', 'true');
    if (this.#data === undefined) this.#panels.replaceChildren(element('p', { class: 'hint' }, 'Plotting …'));
    try {
      const data = await this.#loader.load(plot, size, this.#host.columns);
      if (load !== this.#loads) return;
      const { result } = data;
      // Lines through rows of the same time are not what a table of several sites means.
      if (this.#stated.kind === undefined && result.kind === 'lines' && result.series.some(hasRepeats))
        return this.#choose({ kind: 'scatter', x: plot.x, ys: plot.ys });
      this.#data = data;
      if (plot.range === undefined && 'range' in result) this.#whole = result.range ?? undefined;
      if (plot.range !== undefined && this.#whole === undefined) await this.#findWhole(plot);
      this.#chart.removeAttribute('aria-busy');
      this.#drawHead();
      this.#draw();
      this.#host.report(factsText(data, plot));
    } catch (error) {
      if (error instanceof Superseded || load !== this.#loads) return;
      this.#chart.removeAttribute('aria-busy');
      const message = error instanceof Error ? error.message : String(error);
      this.#data = undefined;
      this.#panels.replaceChildren(element('p', { class: 'error', role: 'alert' }, message));
    }
  }

  /** The range of all rows, which a plot that was kept zoomed does not have. */
  async #findWhole(plot: ChosenPlot): Promise<void> {
    const request = { kind: 'histogram', x: plot.x, bins: 1 } as const;
    const found = await this.#host.requests.send(
      this.#host.run,
      'tablePlot',
      { view: this.#host.view(), plot: request },
      'whole',
    );
    if (found.kind === 'histogram') this.#whole = found.range ?? undefined;
  }

  #drawHead(): void {
    const plot = this.#plot;
    if (plot === undefined) return;
    const focused = document.activeElement;
    const label = this.#head.contains(focused) ? labelOf(focused) : undefined;
    const controls = plotControls(this.#host.columns, plot, {
      choose: (change) => this.#choose(change),
      reset: () => this.#choose({ range: undefined }),
      overlay: () => void this.#overlay(plot),
      events: () => void this.#events(plot),
      save: (below) => this.#saveMenu(below),
      state: () => this.#host.post({ type: 'savePlot', run: this.#host.run, plot: this.#named(plot) }),
    });
    const legends = plotLegends(plot, { columns: this.#host.columns, groups: this.#data?.groups }, (change) =>
      this.#choose(change),
    );
    this.#head.replaceChildren(controls.root, ...legends);
    controls.fit();
    // The controls are new elements; the user was at one of the old ones.
    for (const one of this.#head.querySelectorAll<HTMLElement>('button, select'))
      if (label !== undefined && labelOf(one) === label) moveFocus(one);
  }

  /** Width of a pixel, in the numbers of the x axis. */
  get #pixel(): number {
    const { low, high } = this.#range ?? { low: 0, high: 1 };
    return (high - low) / Math.max(1, this.#chart.clientWidth - marginLeft - marginRight);
  }

  #draw(): void {
    const plot = this.#plot;
    if (plot === undefined || this.#data === undefined) return;
    const { clientWidth: width, clientHeight: height } = this.#chart;
    if (width === 0 || height === 0) return;
    const xValues = xValuesOf(this.#host.columns, plot.x);
    const names = yColumns(this.#host.columns, plot.x).map(({ name }) => name);
    this.#drawn = drawPlot({ plot, data: this.#data, xValues, names, range: this.#range }, { width, height });
    const elements = this.#drawn.map((panel) => panel.element);
    const hint =
      plot.ys.length === 0 ? 'Choose a column to plot.' : 'No row can be drawn: no value is a finite number.';
    this.#panels.replaceChildren(...(elements.length > 0 ? elements : [element('p', { class: 'hint' }, hint)]));
    this.#pointer.drawn();
  }

  #point(at: { readonly x: number; readonly left: number } | undefined): void {
    const plot = this.#plot;
    if (plot === undefined || at === undefined) return this.#readout.clear();
    const isTime = xValuesOf(this.#host.columns, plot.x) === 'times';
    this.#readout.show(this.#drawn, { ...at, isTime, pixel: this.#pixel }, this.#chart.clientWidth);
  }

  #open(x: number, at: { readonly panel: Element; readonly top: number } | undefined): void {
    const plot = this.#plot;
    if (plot === undefined || this.#range === undefined) return;
    const panel = this.#drawn.find(({ element: drawn }) => drawn === at?.panel) ?? this.#drawn[0];
    if (panel === undefined) return;
    void this.#pane.open({ plot, panel, x, pixel: this.#pixel, top: at?.top });
  }

  async #overlay(plot: ChosenPlot): Promise<void> {
    if (plot.overlay !== undefined) return this.#choose({ overlay: undefined });
    const version = await this.#host.requests.send(this.#host.run, 'pickVersion', {});
    if (version !== null) this.#choose({ overlay: version });
  }

  async #events(plot: ChosenPlot): Promise<void> {
    if (plot.events !== undefined) return this.#choose({ events: undefined });
    const events = await this.#host.requests.send(this.#host.run, 'pickEvents', {});
    if (events !== null) this.#choose({ events });
  }

  #saveMenu(below: HTMLElement): void {
    const save = (format: 'svg' | 'png'): void => void this.#save(format);
    const items = [
      { label: 'Save as PNG…', run: () => save('png') },
      { label: 'Save as SVG…', run: () => save('svg') },
    ];
    showMenu(items, positionBelow(below));
  }

  async #save(format: 'svg' | 'png'): Promise<void> {
    const plot = this.#plot;
    const panels = [...this.#panels.querySelectorAll<SVGElement>(':scope > svg')];
    if (plot === undefined || panels.length === 0) return;
    const svg = svgOf(panels, `${plot.ys.join(', ')} by ${plot.x}`);
    try {
      const content = format === 'svg' ? new TextEncoder().encode(svg) : await pngOf(svg);
      this.#host.post({ type: 'savePicture', format, name: plot.ys[0] ?? plot.x, content });
    } catch (error) {
      this.#host.report(`The picture could not be made: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  /** The statement of the plot by names, so that it means the same when columns are added to the table. */
  #named({ kind, x, ys, by, groups, measure, overlay, events }: ChosenPlot): PlotStatement {
    return { kind, x, ys, by, groups, measure, range: this.#stated.range, overlay, events };
  }
}

const chartHelp =
  'Plot. Arrow keys move the cursor, Enter shows the rows there, plus and minus zoom, Shift and arrow keys pan, zero shows all.';

function labelOf(one: Element | null): string | undefined {
  return one?.getAttribute('aria-label') ?? one?.textContent ?? undefined;
}
