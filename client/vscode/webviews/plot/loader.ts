/** Loads what a plot draws. */
import {
  type Column,
  type PlotRequest,
  type PlotResult,
  type TableView,
} from '../../../../server/src/protocol/commands.ts';
import { type OtherTable } from '../grid/messages.ts';
import { type Requests } from '../grid/requests.ts';
import { timeOf } from './axisText.ts';
import { type EventMark } from './chart.ts';
import { type ChosenPlot } from './plotColumns.ts';
import { type PlottedEvents } from './statement.ts';
import { xValuesOf } from './xAxis.ts';

/** Size of the part of the picture inside the axes, pixels of the device across. */
interface PictureSize {
  readonly across: number;
  readonly down: number;
}

/** Content of a plot, the same of another version, and the marked events. */
export interface PlotData {
  readonly result: PlotResult;
  readonly overlay: PlotResult | undefined;
  readonly events: MarkedEvents | undefined;
  readonly groups: GroupValues | undefined;
}

/** Events of a table, in the order of their times. */
interface MarkedEvents {
  readonly marks: readonly EventMark[];
  /** Rows of the table, of which the first are marked, and those marked ones that have no time. */
  readonly rows: number;
  readonly untimed: number;
}

/** Values of the column of groups: the most frequent ones, and how many there are. */
export interface GroupValues {
  readonly column: string;
  readonly values: readonly (string | null)[];
  readonly distinct: number;
}

/** Series of one request, columns of one request, values of groups that are listed, and events that are read. */
const seriesMax = 64;
const columnsMax = 16;
const groupsMax = 24;
const eventsMax = 2000;

/** Values of groups that are drawn before the user chooses. */
export const groupsShown = 8;

/** Number of bars, bins and sectors. */
const barsMax = 60;
const timeBarsMax = 400;
const bins = 60;
const sectors = 16;

/** Splits a plot into requests, each with as many series as one may have. */
export function requestsOf(
  { kind, x, ys, by, groups, measure, range }: ChosenPlot,
  { across, down, isTime }: PictureSize & { readonly isTime: boolean },
): readonly PlotRequest[] {
  const ranged = range && { range };
  const grouped = by !== undefined && groups !== undefined ? { by: { column: by, values: groups } } : undefined;
  const size = Math.max(1, Math.min(columnsMax, Math.floor(seriesMax / Math.max(1, groups?.length ?? 1))));
  const parts = Array.from({ length: Math.ceil(ys.length / size) }, (_, part) =>
    ys.slice(part * size, (part + 1) * size),
  );
  switch (kind) {
    case 'line':
    case 'area':
      return parts.map((part) => ({ kind: 'lines', x, ys: part, pixels: across, ...grouped, ...ranged }));
    case 'scatter': {
      const cells = { across: Math.ceil(across / 3), down: Math.ceil(down / 3) };
      const fitting = { across: cells.across, down: Math.min(cells.down, Math.floor(100_000 / cells.across)) };
      return parts.map((part) => ({ kind: 'points', x, ys: part, cells: fitting, ...grouped, ...ranged }));
    }
    case 'histogram':
      return [{ kind: 'histogram', x, bins, ...ranged }];
    case 'bar':
      return [{ kind: 'bars', x, ...barMeasure(ys[0], measure), most: isTime ? timeBarsMax : barsMax }];
    case 'rose':
      return ys[0] === undefined ? [] : [{ kind: 'rose', direction: x, speed: ys[0], sectors }];
  }
}

/** Rows are counted where there is nothing to measure. */
export function barMeasure(
  y: string | undefined,
  measure: ChosenPlot['measure'],
): Pick<Extract<PlotRequest, { kind: 'bars' }>, 'y' | 'measure'> {
  if (y === undefined || measure === 'rows' || measure === undefined) return { measure: 'rows' };
  return { y, measure };
}

/** Loads plots of one table; the last requests and their answers are kept, for other changes of the picture. */
export class PlotLoader {
  readonly #requests: Requests;
  readonly #run: number;
  readonly #view: () => TableView;
  readonly #kept = new Map<string, Promise<unknown>>();

  constructor(requests: Requests, run: number, view: () => TableView) {
    this.#requests = requests;
    this.#run = run;
    this.#view = view;
  }

  /**
   * Loads a plot; an earlier load that is not finished fails as superseded. Fails with the server's message. With a column
   * of groups and none chosen, the most frequent ones are drawn.
   */
  async load(plot: ChosenPlot, size: PictureSize, columns: readonly Column[]): Promise<PlotData> {
    const { by } = plot;
    const { isSeries, overlay } = additionsOf(plot);
    const groups = by === undefined || !isSeries ? undefined : await this.#groupValues(by);
    const chosen: ChosenPlot = { ...plot, groups: plot.groups ?? groups?.values.slice(0, groupsShown) };
    const isTime = xValuesOf(columns, plot.x) === 'times';
    const requests = requestsOf(chosen, { ...size, isTime });
    const result = await this.#all(requests, undefined, 'plot');
    return {
      ...{ result, groups },
      overlay:
        overlay === undefined ? undefined : await this.#all(sameRange(requests, result), { at: overlay }, 'overlay'),
      events: plot.events === undefined || !isSeries ? undefined : await this.#events(plot.events, isTime),
    };
  }

  async #all(requests: readonly PlotRequest[], other: OtherTable | undefined, slot: string): Promise<PlotResult> {
    const results: PlotResult[] = [];
    for (const plot of requests)
      results.push(await this.#requests.send(this.#run, 'tablePlot', { view: this.#view(), plot }, slot, other));
    return joined(results);
  }

  async #groupValues(column: string): Promise<GroupValues> {
    const view = this.#view();
    return await this.#once(['groups', column, view], async () => {
      const params = { view, column, topMax: groupsMax };
      const { top, missing, distinct } = await this.#requests.send(this.#run, 'tableSummary', params, 'groups');
      const values = [...top.map(({ value }) => value), ...(missing > 0 ? [null] : [])];
      return { column, values, distinct: distinct + (missing > 0 ? 1 : 0) };
    });
  }

  async #events({ path, time, label }: PlottedEvents, isTime: boolean): Promise<MarkedEvents> {
    return await this.#once(['events', path, time, label, isTime], async () => {
      const view: TableView = { sort: [{ column: time, descending: false }], filters: [] };
      const columns = label === undefined ? [time] : [time, label];
      const params = { view, start: 0, count: eventsMax, columns, textMax: 60 };
      const read = await this.#requests.send(this.#run, 'tableRows', params, 'events', { path });
      const { rowCount } = await this.#requests.send(this.#run, 'tableCount', { view }, 'eventCount', { path });
      const [times = [], labels = []] = read.columns;
      const all = times.map((text, row) => ({ x: eventX(text, isTime), label: labels[row] ?? '' }));
      const marks = all.filter(({ x }) => Number.isFinite(x));
      return { marks, rows: rowCount, untimed: all.length - marks.length };
    });
  }

  /** A failure is not kept. */
  async #once<T>(key: unknown, make: () => Promise<T>): Promise<T> {
    const name = JSON.stringify(key);
    const kept = (this.#kept.get(name) as Promise<T> | undefined) ?? make();
    this.#kept.set(name, kept);
    try {
      return await kept;
    } catch (error) {
      this.#kept.delete(name);
      throw error;
    }
  }
}

/** Additional parts of a plot: events and groups with series, another version with a histogram too. */
function additionsOf({ kind, overlay }: ChosenPlot): {
  readonly isSeries: boolean;
  readonly overlay: string | undefined;
} {
  const isSeries = kind === 'line' || kind === 'area' || kind === 'scatter';
  return { isSeries, overlay: isSeries || kind === 'histogram' ? overlay : undefined };
}

/** The time of an event as a position: a time, the seconds of a series, or a number on an axis of numbers. */
function eventX(text: string | null, isTime: boolean): number {
  if (text === null) return NaN;
  const time = timeOf(text);
  if (isTime && Number.isNaN(time)) return Number(text) * 1000;
  return isTime ? time : Number(text);
}

/** The requests of another version, over the x axis of the first one. */
function sameRange(requests: readonly PlotRequest[], result: PlotResult): readonly PlotRequest[] {
  const range = 'range' in result ? result.range : null;
  if (range === null || range.low >= range.high) return requests;
  return requests.map((request) => ('x' in request && request.kind !== 'bars' ? { ...request, range } : request));
}

/** Joins the series of requests of one plot. */
function joined(results: readonly PlotResult[]): PlotResult {
  const [first, ...others] = results;
  if (first === undefined) return { kind: 'lines', range: null, series: [], rows: 0, skipped: 0 };
  if (first.kind === 'lines')
    return {
      ...first,
      series: [...first.series, ...others.flatMap((one) => (one.kind === 'lines' ? one.series : []))],
    };
  if (first.kind === 'points')
    return {
      ...first,
      series: [...first.series, ...others.flatMap((one) => (one.kind === 'points' ? one.series : []))],
    };
  return first;
}
