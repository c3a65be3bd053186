import { isRecord } from '../base/record.ts';
import { type AstFields, text, walk } from './ast.ts';
import { earliestDay } from './relativeTime.ts';

/** Days that hold all values of a column in the rows that a query takes from a table. */
export interface ColumnBounds {
  /** Name of the column, in lower case. */
  readonly column: string;
  /** Microseconds since 1970 UTC; infinite for an open end. */
  readonly minUs: number;
  readonly maxUs: number;
}

const dayUs = 86_400_000_000;

/**
 * Days added at each end: for zones of time, for types that round a time to its day, and for a constant that the engine
 * may read as another time of its day.
 */
const marginDays = 2;

/**
 * Bounds that the WHERE of a query sets to columns, by the table's name: of tables that occur once in the query, and
 * from comparisons with dates and times, written out or before now, that all rows must pass. Everything else sets no bound.
 */
export function boundsIn(tree: unknown): ReadonlyMap<string, readonly ColumnBounds[]> {
  const counts = new Map<string, number>();
  const found = new Map<string, readonly ColumnBounds[]>();
  for (const node of walk(tree)) {
    const { from_table: table, where_clause: where } = node;
    if (node['type'] === 'BASE_TABLE') {
      const name = text(node, 'table_name').toLowerCase();
      counts.set(name, (counts.get(name) ?? 0) + 1);
    } else if (node['type'] === 'SELECT_NODE' && isRecord(table) && isPlain(table)) {
      const aliases = [text(table, 'alias') || text(table, 'table_name')].map((name) => name.toLowerCase());
      found.set(text(table, 'table_name').toLowerCase(), boundsOf(where, aliases));
    }
  }
  return new Map([...found].filter(([name, bounds]) => counts.get(name) === 1 && bounds.length > 0));
}

/** True for a table whose rows and columns are those of the file. */
function isPlain(table: AstFields): boolean {
  const { type, sample, column_name_alias: columns } = table;
  return type === 'BASE_TABLE' && sample === null && Array.isArray(columns) && columns.length === 0;
}

function boundsOf(condition: unknown, aliases: readonly string[]): readonly ColumnBounds[] {
  if (!isRecord(condition)) return [];
  const { class: kind, type, children, left, right, input, lower, upper } = condition;
  if (type === 'CONJUNCTION_AND' && Array.isArray(children)) {
    return children.flatMap((child) => boundsOf(child, aliases));
  }
  if (kind === 'BETWEEN' && type === 'COMPARE_BETWEEN') {
    const column = columnIn(input, aliases);
    return [...comparison(column, '>', lower), ...comparison(column, '<', upper)];
  }
  const sign = kind === 'COMPARISON' ? signs.get(String(type)) : undefined;
  if (sign === undefined) return [];
  return [
    ...comparison(columnIn(left, aliases), sign, right),
    ...comparison(columnIn(right, aliases), turned[sign], left),
  ];
}

type Sign = '<' | '=' | '>';

const signs: ReadonlyMap<string, Sign> = new Map([
  ['COMPARE_EQUAL', '='],
  ['COMPARE_LESSTHAN', '<'],
  ['COMPARE_LESSTHANOREQUALTO', '<'],
  ['COMPARE_GREATERTHAN', '>'],
  ['COMPARE_GREATERTHANOREQUALTO', '>'],
]);

const turned: Readonly<Record<Sign, Sign>> = { '<': '>', '=': '=', '>': '<' };

/** A comparison of a column with a time. */
function comparison(column: string | undefined, sign: Sign, time: unknown): readonly ColumnBounds[] {
  // A bound that moves with the clock may only move away from what it excludes.
  const day = dayOf(time) ?? (sign === '>' ? earliestDay(time, Date.now()) : undefined);
  if (column === undefined || day === undefined) return [];
  const minUs = sign === '<' ? -Infinity : (day - marginDays) * dayUs;
  const maxUs = sign === '>' ? Infinity : (day + 1 + marginDays) * dayUs;
  return [{ column, minUs, maxUs }];
}

/** The name of a column of the table, in lower case; undefined for another expression. */
function columnIn(expression: unknown, aliases: readonly string[]): string | undefined {
  if (!isRecord(expression) || expression['class'] !== 'COLUMN_REF') return undefined;
  const { column_names: names } = expression;
  if (!Array.isArray(names) || names.length === 0 || names.length > 2) return undefined;
  const [first, second] = names.map((name) => String(name).toLowerCase());
  return second === undefined ? first : aliases.includes(first!) ? second : undefined;
}

const castTypes = new Set(['DATE', 'TIMESTAMP', 'TIMESTAMP WITH TIME ZONE', 'TIMESTAMPTZ']);

/** Days since 1970 of a constant date or time; undefined for another expression. */
function dayOf(expression: unknown): number | undefined {
  if (!isRecord(expression)) return undefined;
  const { class: kind, cast_type: cast, child, value } = expression;
  if (kind === 'CAST') {
    const isTime = isRecord(cast) && castTypes.has(text(cast, 'id'));
    return isTime ? dayOf(child) : undefined;
  }
  if (kind !== 'CONSTANT' || !isRecord(value) || !isRecord(value['type'])) return undefined;
  return text(value['type'], 'id') === 'VARCHAR' ? dayOfText(text(value, 'value')) : undefined;
}

const timeText = /^(\d{4})-(\d\d)-(\d\d)(?:[ T]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d(?::?\d\d)?)?)?$/;

function dayOfText(time: string): number | undefined {
  const [, year, month, day] = (timeText.exec(time) ?? []).map(Number);
  if (year === undefined || month === undefined || day === undefined || year < 1) return undefined;
  const date = new Date(Date.UTC(2000, month - 1, day));
  date.setUTCFullYear(year, month - 1, day);
  return date.getTime() / (dayUs / 1000);
}
