/** A table as plain JavaScript values, and views of it computed without a database. */
import { type ColumnFilter, type SearchStart, type TableView } from '../../server/src/protocol/tableViews.ts';

/** A value: a text stands for a time too, whose order is that of its text. */
type ModelValue = number | string | boolean | null;

/** A row: its values, and the texts that DuckDB shows for them. */
export interface ModelRow {
  readonly values: readonly ModelValue[];
  readonly texts: readonly (string | null)[];
}

const columns = ['whole', 'number', 'text', 'time', 'flag', 'exact'] as const;
const types = ['INTEGER', 'DOUBLE', 'VARCHAR', 'TIMESTAMP', 'BOOLEAN', 'DECIMAL(9,2)'];
const texts = ['', 'a', 'A', 'É', 'é', 'zz', "it's", '10', '9', 'NULL', 'a b', '"', '%', '😀'];
const numbers = [0.5, -1.25, 3e10, 2, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];

/** Returns random rows; each value is NULL now and then. */
export function rowsOfModel(random: (count: number) => number, count: number): readonly ModelRow[] {
  return Array.from({ length: count }, () => {
    const values: readonly ModelValue[] = [
      random(50) - 25,
      numbers[random(numbers.length)] ?? 0,
      texts[random(texts.length)] ?? '',
      `2026-0${1 + random(3)}-1${random(9)} 00:${10 + random(40)}:00`,
      random(2) === 0,
      (random(2000) - 1000) / 100,
    ].map((value) => (random(9) === 0 ? null : value));
    return { values, texts: values.map((value, index) => textOf(value, index)) };
  });
}

function textOf(value: ModelValue, column: number): string | null {
  if (value === null || typeof value === 'string') return value;
  if (typeof value === 'boolean') return String(value);
  if (column === 5) return value.toFixed(2);
  if (column === 0) return String(value);
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  return Number.isInteger(value) ? `${value}.0` : String(value);
}

/** The query of the rows. */
export function modelSql(rows: readonly ModelRow[]): string {
  const list = rows.map((row) => `(${row.texts.map(sqlOf).join(', ')})`).join(', ');
  return `SELECT ${columns.map((name, index) => `${name}::${types[index]} AS ${name}`).join(', ')}
    FROM (VALUES ${list}) t(${columns.join(', ')})`;
}

function sqlOf(text: string | null): string {
  return text === null ? 'NULL' : `'${text.replaceAll("'", "''")}'`;
}

/** Returns a random view, with up to two filters and two sort keys. */
export function randomView(random: (count: number) => number, rows: readonly ModelRow[]): TableView {
  const sort = Array.from({ length: random(3) }, () => ({
    column: columns[random(columns.length)] ?? 'whole',
    descending: random(2) === 0,
  }));
  return { sort, filters: Array.from({ length: random(3) }, () => randomFilter(random, rows)) };
}

function randomFilter(random: (count: number) => number, rows: readonly ModelRow[]): ColumnFilter {
  const index = random(columns.length);
  const column = columns[index] ?? 'whole';
  const present = rows.map((row) => row.texts[index] ?? null).filter((text) => text !== null);
  const value = (): string => present[random(present.length)] ?? '';
  switch (random(6)) {
    case 0: {
      const operator = (['=', '<>', '<', '<=', '>', '>='] as const)[random(6)] ?? '=';
      return { column, kind: 'compare', operator, value: value() };
    }
    case 1:
      return { column, kind: 'between', low: value(), high: value() };
    case 2: {
      const values = Array.from({ length: random(4) }, () => (random(5) === 0 ? null : value()));
      return { column, kind: 'values', values, exclude: random(2) === 0 };
    }
    case 3:
      return { column, kind: random(2) === 0 ? 'missing' : 'present' };
    default: {
      const kind = (['contains', 'lacks', 'begins', 'ends'] as const)[random(4)] ?? 'contains';
      return { column, kind, text: value().slice(0, 1 + random(2)) };
    }
  }
}

/** The rows of a view. */
export function modelView(rows: readonly ModelRow[], { sort, filters }: TableView): readonly ModelRow[] {
  const kept = rows.filter((row) => filters.every((filter) => accepts(row, filter)));
  return kept.sort((a, b) => {
    for (const { column, descending } of sort) {
      const index = columnIndex(column);
      const order = compare(a.values[index] ?? null, b.values[index] ?? null, descending);
      if (order !== 0) return order;
    }
    return 0;
  });
}

/** The next cell with a text, in any case, after or before a cell; null without one. */
export function modelSearch(
  rows: readonly ModelRow[],
  match: Match,
  start: SearchStart,
): { readonly row: number; readonly column: string } | null {
  const cells = matchingCells(rows, match);
  const found =
    start.backward === true
      ? cells.findLast((cell) => order(cell) < order(start))
      : cells.find((cell) => order(cell) > order(start));
  return found === undefined ? null : { row: found.row, column: found.name };
}

/** The number of cells with a text, and of those up to a cell, itself included. */
export function modelMatchCounts(
  rows: readonly ModelRow[],
  match: Match,
  at: { readonly row: number; readonly column: number },
): { readonly total: number; readonly upTo: number } {
  const cells = matchingCells(rows, match);
  return { total: cells.length, upTo: cells.filter((cell) => order(cell) <= order(at)).length };
}

interface Match {
  readonly text: string;
  readonly columns: readonly string[];
}

function matchingCells(
  rows: readonly ModelRow[],
  { text, columns: names }: Match,
): readonly { readonly row: number; readonly column: number; readonly name: string }[] {
  return rows.flatMap((row, at) =>
    names.flatMap((name, column) => {
      const isHit = row.texts[columnIndex(name)]?.toLowerCase().includes(text.toLowerCase()) === true;
      return isHit ? [{ row: at, column, name }] : [];
    }),
  );
}

function order(cell: { readonly row: number; readonly column: number }): number {
  return cell.row * 1000 + cell.column;
}

/** Numbers of cells of rows, and the texts of their finite numbers and times, the latter in order. */
export function modelCells(
  rows: readonly ModelRow[],
  names: readonly string[],
): {
  readonly counts: { readonly cells: number; readonly missing: number; readonly notFinite: number };
  readonly numbers: readonly string[];
  readonly times: readonly string[];
} {
  const textsOf = (...among: readonly string[]): readonly (string | null)[] =>
    names
      .filter((name) => among.includes(name))
      .flatMap((name) => rows.map((row) => row.texts[columnIndex(name)] ?? null));
  const present = textsOf('whole', 'number', 'exact').filter((text) => text !== null);
  const numbers = present.filter((text) => !/^(nan|-?inf)$/.test(text));
  const missing = textsOf(...columns).filter((text) => text === null).length;
  return {
    counts: { cells: rows.length * names.length, missing, notFinite: present.length - numbers.length },
    numbers,
    times: textsOf('time')
      .filter((text) => text !== null)
      .sort(),
  };
}

function columnIndex(name: string): number {
  return columns.findIndex((column) => column === name);
}

/** Order of two values: NULL last in any direction, NaN above all numbers, texts by their UTF-8. */
function compare(a: ModelValue, b: ModelValue, descending: boolean): number {
  if (a === null || b === null) return (a === null ? 1 : 0) - (b === null ? 1 : 0);
  return descending ? -compareValues(a, b) : compareValues(a, b);
}

function compareValues(a: Exclude<ModelValue, null>, b: Exclude<ModelValue, null>): number {
  if (typeof a === 'string' && typeof b === 'string') return Buffer.compare(Buffer.from(a), Buffer.from(b));
  const [left, right] = [Number(a), Number(b)];
  if (Number.isNaN(left) || Number.isNaN(right)) return Number(Number.isNaN(left)) - Number(Number.isNaN(right));
  return left === right ? 0 : left < right ? -1 : 1;
}

function accepts(row: ModelRow, filter: ColumnFilter): boolean {
  const index = columnIndex(filter.column);
  const value = row.values[index] ?? null;
  const text = row.texts[index]?.toLowerCase();
  const against = (other: string): number => (value === null ? NaN : compareValues(value, valueOf(other, index)));
  switch (filter.kind) {
    case 'compare':
      return compares(against(filter.value), filter.operator);
    case 'between':
      return against(filter.low) >= 0 && against(filter.high) <= 0;
    case 'values':
      return filter.values.includes(row.texts[index] ?? null) !== (filter.exclude === true);
    case 'missing':
      return value === null;
    case 'present':
      return value !== null;
    case 'contains':
      return text?.includes(filter.text.toLowerCase()) === true;
    case 'lacks':
      return text?.includes(filter.text.toLowerCase()) !== true;
    case 'begins':
      return text?.startsWith(filter.text.toLowerCase()) === true;
    case 'ends':
      return text?.endsWith(filter.text.toLowerCase()) === true;
  }
}

function compares(order: number, operator: Extract<ColumnFilter, { kind: 'compare' }>['operator']): boolean {
  if (operator === '<>') return order !== 0;
  if (operator === '=') return order === 0;
  if (operator === '<') return order < 0;
  if (operator === '<=') return order <= 0;
  return operator === '>' ? order > 0 : order >= 0;
}

function valueOf(text: string, column: number): Exclude<ModelValue, null> {
  if (column === 2 || column === 3) return text;
  if (column === 4) return text === 'true';
  return text === 'nan' ? NaN : Number(text.replace('inf', 'Infinity'));
}
