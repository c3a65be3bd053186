import { type Connection } from '../../duckdb/connection.ts';
import { identifier, joinSql, literal, sql, type SqlText } from '../../duckdb/sql.ts';
import { csvOptions, type CsvTable, timeFormats, withTypes } from './csvTable.ts';

/** The order of day, month and year in a date, such as `dmy`. */
export type DateOrder = 'dmy' | 'mdy' | 'ymd';

/** Findings about the order of a file's dates. */
export interface DateOrders {
  /** Orders in which all dates of the file can be read; empty for a file without dates that have an order. */
  readonly possible: readonly DateOrder[];
  /** A date that differs between them, as in the file; undefined with one order or none. */
  readonly example: { readonly column: string; readonly text: string } | undefined;
}

const parts = /%[dmyY]/g;

/** The order in a format; undefined for one that begins with a four-digit year, or lacks day, month or year. */
function orderOf(format: string): DateOrder | undefined {
  const found = (format.match(parts) ?? []).map((part) => part[1]?.toLowerCase()).join('');
  if (format.includes('%Y') && found.startsWith('y')) return undefined;
  return found === 'dmy' || found === 'mdy' || found === 'ymd' ? found : undefined;
}

/** True for a format with a date that could be written in another order. */
export function hasOrder(format: string | undefined): boolean {
  return format !== undefined && orderOf(format) !== undefined;
}

/** A format with day, month and year in another order. */
export function inOrder(format: string, order: DateOrder): string {
  const year = format.includes('%Y') ? '%Y' : '%y';
  const letters = [...order].map((letter) => (letter === 'y' ? year : `%${letter}`));
  let index = 0;
  return format.replace(parts, () => letters[index++] ?? '');
}

/** The table read in an order; unchanged when none of its dates have one. */
export function tableInOrder(table: CsvTable, order: DateOrder): CsvTable {
  const changed = (format: string | undefined): string | undefined =>
    format !== undefined && hasOrder(format) ? inOrder(format, order) : format;
  return { ...table, dateFormat: changed(table.dateFormat), timestampFormat: changed(table.timestampFormat) };
}

/**
 * A table, with further options to read it, as SQL after a comma, and the names of the table's options that they
 * replace.
 */
interface DatedTable {
  readonly table: CsvTable;
  readonly options: SqlText;
  readonly replaced?: ReadonlySet<string>;
}

/** Finds the orders in which all dates of a file can be read. Only files with such dates are read. */
export async function dateOrdersOf(
  connection: Connection,
  hostPath: string,
  { table, options, replaced }: DatedTable,
): Promise<DateOrders> {
  const dates = timeFormats.flatMap(({ field, type }) => {
    const format = table[field];
    const own = format === undefined ? undefined : orderOf(format);
    const columns = table.columns.filter((column) => column.type === type);
    return format === undefined || own === undefined ? [] : columns.map(({ name }) => ({ name, format, own }));
  });
  const [first] = dates;
  if (first === undefined) return { possible: [], example: undefined };
  const asText = withTypes(table, ({ name, type }) => (dates.some((date) => date.name === name) ? 'VARCHAR' : type));
  const source = sql`read_csv(${literal(hostPath)}${csvOptions(asText, replaced)}${options})`;
  const orders: readonly DateOrder[] = first.format.includes('%Y') ? ['dmy', 'mdy'] : ['dmy', 'mdy', 'ymd'];
  const possible = new Set<DateOrder>([first.own]);
  let example: DateOrders['example'];
  for (const order of orders.filter((other) => other !== first.own)) {
    const others = dates.map(({ name, format }) => otherSql(identifier(name), format, inOrder(format, order)));
    const [row = []] = await connection.rows(sql`SELECT ${joinSql(others.flat())} FROM ${source}`);
    const fits = dates.every((_, index) => row[2 * index] === true);
    const differing = dates.findIndex((_, index) => typeof row[2 * index + 1] === 'string');
    if (!fits || differing < 0) continue;
    possible.add(order);
    example ??= { column: dates[differing]?.name ?? '', text: String(row[2 * differing + 1]) };
  }
  return { possible: [...possible], example };
}

/**
 * SQL that tests if another format reads all values of a column, and finds the minimum value that it reads differently.
 */
function otherSql(column: SqlText, format: string, other: string): readonly SqlText[] {
  const own = sql`try_strptime(${column}, ${literal(format)})`;
  const changed = sql`try_strptime(${column}, ${literal(other)})`;
  return [
    sql`coalesce(bool_and(${column} IS NULL OR ${changed} IS NOT NULL), true)`,
    sql`min(${column}) FILTER (${own} <> ${changed})`,
  ];
}
