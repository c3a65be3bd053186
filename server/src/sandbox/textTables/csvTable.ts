import { joinSql, literal, sql, type SqlText } from '../../duckdb/sql.ts';
import { type Column } from '../types.ts';

/** The reading of a CSV file. It sets every option that DuckDB would guess, so that DuckDB reads every row or fails. */
export interface CsvTable {
  readonly delimiter: string;
  /** Empty for none; the same holds for escape and comment. */
  readonly quote: string;
  readonly escape: string;
  /** In DuckDB's notation: `\n`, `\r\n`. */
  readonly newLine: string;
  readonly comment: string;
  /** Lines before the header, or before the first row when there is no header. */
  readonly skip: number;
  readonly hasHeader: boolean;
  readonly columns: readonly Column[];
  /** Format of DATE columns in a notation other than DuckDB's; otherwise undefined. */
  readonly dateFormat: string | undefined;
  /** The same for TIMESTAMP columns. */
  readonly timestampFormat: string | undefined;
}

/** Names of the formats in a table, each with its option and column type. */
export const timeFormats = [
  { field: 'dateFormat', option: 'dateformat', type: 'DATE' },
  { field: 'timestampFormat', option: 'timestampformat', type: 'TIMESTAMP' },
] as const;

/** The options of read_csv for a table, each after a comma, without those named in `omitted`. */
export function csvOptions(table: CsvTable, omitted: ReadonlySet<string> = new Set()): SqlText {
  const { delimiter, quote, escape, newLine, skip, comment, hasHeader, columns } = table;
  // The types come from DuckDB itself.
  const types = columns.map(({ name, type }) => sql`${literal(name)}: ${literal(type)}`);
  const { dateFormat, timestampFormat } = table;
  const options: readonly (readonly [name: string, option: SqlText])[] = [
    ['auto_detect', sql`auto_detect = false`],
    ['delim', sql`delim = ${literal(delimiter)}`],
    ['quote', sql`quote = ${literal(quote)}`],
    ['escape', sql`escape = ${literal(escape)}`],
    ['new_line', sql`new_line = ${literal(newLine)}`],
    ['skip', sql`skip = ${skip}`],
    ['comment', sql`comment = ${literal(comment)}`],
    ['header', hasHeader ? sql`header = true` : sql`header = false`],
    ['columns', sql`columns = {${joinSql(types)}}`],
    ...(dateFormat === undefined ? [] : [['dateformat', sql`dateformat = ${literal(dateFormat)}`] as const]),
    ...(timestampFormat === undefined
      ? []
      : [['timestampformat', sql`timestampformat = ${literal(timestampFormat)}`] as const]),
  ];
  const shown = options.filter(([name]) => !omitted.has(name));
  return joinSql(
    shown.map(([, option]) => sql`, ${option}`),
    sql``,
  );
}

/** The same table with the types of some columns changed. */
export function withTypes(table: CsvTable, typeOf: (column: Column) => string): CsvTable {
  return { ...table, columns: table.columns.map((column) => ({ name: column.name, type: typeOf(column) })) };
}
