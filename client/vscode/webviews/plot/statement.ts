/** Content of a plot, and its form in a query. */
import { isRecord } from '../../../../server/src/base/record.ts';
import { type PlotRange, type PlotRequest } from '../../../../server/src/protocol/commands.ts';

const plotKinds = ['line', 'area', 'scatter', 'bar', 'histogram', 'rose'] as const;
export type PlotKind = (typeof plotKinds)[number];

const measures = ['rows', 'sum', 'mean', 'min', 'max'] as const;
type Measure = Extract<PlotRequest, { kind: 'bars' }>['measure'];

/** A table of events that are marked: its time column, and the column of their labels. */
export interface PlottedEvents {
  readonly path: string;
  readonly time: string;
  readonly label?: string;
}

/** Content of a plot. Names are those of columns; what is undefined is chosen by the columns of the table. */
export interface PlotStatement {
  readonly kind?: PlotKind | undefined;
  readonly x?: string | undefined;
  /** The measured columns; for a wind rose, that of the speed, with the direction as x. */
  readonly ys?: readonly string[] | undefined;
  /** The column whose values are the series. */
  readonly by?: string | undefined;
  /** The drawn values of `by`, null for NULL. */
  readonly groups?: readonly (string | null)[] | undefined;
  readonly measure?: Measure | undefined;
  /** The visible part of the x axis; all of it when undefined. */
  readonly range?: PlotRange | undefined;
  /** A version of the pond whose rows are drawn too. */
  readonly overlay?: string | undefined;
  readonly events?: PlottedEvents | undefined;
}

const marker = /^[ \t]*--[ \t]*plot:(.*)(?:\r?\n|$)/m;

/** Returns the plot that a comment of a query states, undefined without one, and an error for one that cannot be read. */
export function statedPlot(sql: string): PlotStatement | undefined | { readonly error: string } {
  const text = marker.exec(sql)?.[1]?.trim();
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? readStatement(value) : { error: 'expected an object such as {"kind": "line"}' };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}

/** Returns a query whose comment states a plot, in place of the one that it has, or before its first line. */
export function withPlot(sql: string, plot: PlotStatement): string {
  const { range, ...rest } = plot;
  const ends = range === undefined ? {} : { range: [range.low, range.high] };
  const line = `-- plot: ${JSON.stringify({ ...rest, ...ends })}\n`;
  return marker.test(sql) ? sql.replace(marker, () => line) : line + sql;
}

/** Returns a query without the comment of its plot. */
export function withoutPlot(sql: string): string {
  return sql.replace(marker, '');
}

type Plain = Readonly<Record<string, unknown>>;

/** Nothing that is stated is left out without a word: a part that is not known, or has another form, is an error. */
function readStatement(value: Plain): PlotStatement | { readonly error: string } {
  const wrong: string[] = [];
  const known = new Set<string>();
  const take = <T>(name: keyof PlotStatement, of: (part: unknown) => T | undefined): T | undefined => {
    known.add(name);
    const part = value[name];
    const taken = part === undefined ? undefined : of(part);
    if (part !== undefined && taken === undefined) wrong.push(name);
    return taken;
  };
  const plot: PlotStatement = {
    kind: take('kind', (part) => plotKinds.find((kind) => kind === part)),
    x: take('x', textOf),
    ys: take('ys', (part) => listOf(part, textOf)),
    by: take('by', textOf),
    groups: take('groups', (part) => listOf(part, (each) => (each === null ? null : textOf(each)))),
    measure: take('measure', (part) => measures.find((measure) => measure === part)),
    range: take('range', rangeOf),
    overlay: take('overlay', textOf),
    events: take('events', eventsOf),
  };
  const unknown = Object.keys(value).filter((name) => !known.has(name));
  if (unknown.length + wrong.length === 0) return plot;
  return { error: `${[...unknown, ...wrong].map((name) => JSON.stringify(name)).join(', ')} has no meaning there` };
}

function textOf(part: unknown): string | undefined {
  return typeof part === 'string' ? part : undefined;
}

function listOf<T>(part: unknown, of: (part: unknown) => T | undefined): readonly T[] | undefined {
  if (!Array.isArray(part)) return undefined;
  const items = part.map(of).filter((item) => item !== undefined);
  return items.length === part.length ? items : undefined;
}

function rangeOf(part: unknown): PlotRange | undefined {
  if (!Array.isArray(part) || part.length !== 2) return undefined;
  const [low, high] = part as readonly unknown[];
  if (typeof low !== 'number' || typeof high !== 'number' || !(low < high)) return undefined;
  return Number.isFinite(high - low) ? { low, high } : undefined;
}

function eventsOf(part: unknown): PlottedEvents | undefined {
  if (!isRecord(part)) return undefined;
  const { path, time, label } = part;
  if (typeof path !== 'string' || typeof time !== 'string') return undefined;
  if (label !== undefined && typeof label !== 'string') return undefined;
  return { path, time, ...(label !== undefined && { label }) };
}
