/** Which columns of a table a plot shows. */
import { type Column } from '../../../../server/src/protocol/commands.ts';
import { isAnyNumber, isPointInTime } from '../../../../server/src/base/typeClass.ts';
import { isSeconds, isTimeColumn } from '../grid/times.ts';
import { type PlotKind, type PlotStatement } from './statement.ts';

/** The columns of a plot: what is stated, completed by what the table has. */
export interface ChosenPlot extends PlotStatement {
  readonly kind: PlotKind;
  readonly x: string;
  readonly ys: readonly string[];
}

/** Returns the columns that may be an x axis of a kind. */
export function xColumns(columns: readonly Column[], kind: PlotKind): readonly Column[] {
  if (kind === 'bar') return columns;
  // Seconds are neither a direction nor a speed.
  if (kind === 'rose') return columns.filter((column) => isAnyNumber(column.type) && !isSeconds(column));
  return columns.filter((column) => isAnyNumber(column.type) || isTimeColumn(column));
}

/** Returns the columns that may be measured over x. */
export function yColumns(columns: readonly Column[], x: string): readonly Column[] {
  return columns.filter((column) => column.name !== x && isAnyNumber(column.type) && !isSeconds(column));
}

/**
 * Completes what is stated: x is the first time column or one named Timestamp, as in a series, else the first column of
 * numbers. Without numbers over it, the values of the first column are counted. What names a missing column is left out.
 * Undefined without columns.
 */
export function chosenPlot(columns: readonly Column[], stated: PlotStatement): ChosenPlot | undefined {
  const has = (name: string | undefined): boolean => columns.some((column) => column.name === name);
  const kind = stated.kind ?? defaultKind(columns);
  const possible = xColumns(columns, kind);
  const isPossible = possible.some(({ name }) => name === stated.x);
  const x = isPossible ? stated.x : defaultX(possible, kind);
  if (x === undefined) return kind === 'bar' || columns.length === 0 ? undefined : chosenPlot(columns, { kind: 'bar' });
  const measured = yColumns(columns, x).map(({ name }) => name);
  const ys = (stated.ys ?? []).filter((name) => measured.includes(name));
  const chosen = ys.length > 0 ? ys : initialYs(measured, kind);
  const { by, groups, ...rest } = stated;
  return {
    ...rest,
    ...(has(by) && by !== undefined && by !== x && { by, ...(groups && { groups }) }),
    ...{ kind, x, ys: kind === 'rose' || kind === 'bar' ? chosen.slice(0, 1) : chosen },
  };
}

/**
 * Returns the plot of the columns that a user chose in a table, which are at least one: numbers over the time of the table;
 * without one, two numbers or more over the first of them, and one by its distribution. Anything else is counted.
 */
export function plotOf(columns: readonly Column[], chosen: readonly Column[]): PlotStatement {
  const time = chosen.find(isTimeColumn) ?? columns.find(isTimeColumn);
  const numbers = chosen.filter((column) => isAnyNumber(column.type) && !isTimeColumn(column)).map(({ name }) => name);
  const [first, ...others] = numbers;
  if (first === undefined) return { kind: 'bar', x: (chosen.find((column) => column !== time) ?? chosen[0])?.name };
  if (time !== undefined) return { kind: 'line', x: time.name, ys: numbers };
  return others.length > 0 ? { kind: 'scatter', x: first, ys: others } : { kind: 'histogram', x: first };
}

function defaultKind(columns: readonly Column[]): PlotKind {
  const x = defaultX(xColumns(columns, 'line'), 'line');
  if (x !== undefined && yColumns(columns, x).length > 0 && (x === columns[0]?.name || columns.some(isTimeColumn)))
    return 'line';
  return columns.length > 0 && columns.every(({ type }) => isAnyNumber(type)) ? 'histogram' : 'bar';
}

function defaultX(possible: readonly Column[], kind: PlotKind): string | undefined {
  if (kind === 'rose') return (possible.find(({ name }) => isDirection(name)) ?? possible[0])?.name;
  if (kind === 'histogram') return (possible.find((column) => !isTimeColumn(column)) ?? possible[0])?.name;
  if (kind === 'bar') return (possible.find(({ type }) => !isAnyNumber(type)) ?? possible[0])?.name;
  const time = possible.find(({ type }) => isPointInTime(type)) ?? possible.find(isTimeColumn);
  return (time ?? possible[0])?.name;
}

/** True for the name of a column of directions: `Wind.Direction.deg`, `A.WindDir.deg`, `heading (°)`. */
function isDirection(name: string): boolean {
  return /dir|azimuth|bearing|heading|[.(](deg|°)\)?$/i.test(name);
}

/** Maximum number of lines drawn before the user chooses. */
const shownMax = 4;

function initialYs(names: readonly string[], kind: PlotKind): readonly string[] {
  if (kind === 'rose')
    return [names.find((name) => /speed|velocity|wind/i.test(name)) ?? names[0] ?? ''].filter(Boolean);
  if (kind === 'scatter') return names.slice(0, 1);
  return initialColumns(names);
}

/**
 * Columns drawn initially: the first and others of the same quantity, by the names of series (`A.Temperature.C` and
 * `B.Temperature.C`); if there are no others, the first few.
 */
export function initialColumns(names: readonly string[]): readonly string[] {
  const measured = (name: string): string => name.slice(name.indexOf('.') + 1);
  const [first = ''] = names;
  const same = first.includes('.') ? names.filter((name) => measured(name) === measured(first)) : [];
  return (same.length > 1 ? same : names).slice(0, shownMax);
}
