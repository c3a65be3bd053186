import { literal } from '../../duckdb/sql.ts';
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

/** The options of read_csv for a table, each after a comma, without those named in `leftOut`. */
export function csvOptions(table: CsvTable, leftOut: ReadonlySet<string> = new Set()): string {
  const { delimiter, quote, escape, newLine, skip, comment, hasHeader, columns } = table;
  // The types come from DuckDB itself.
  const types = columns.map(({ name, type }) => `${literal(name)}: ${literal(type)}`);
  const formats = timeFormats.flatMap(({ field, option }) => {
    const format = table[field];
    return format === undefined ? [] : [[option, literal(format)] as const];
  });
  const options = [
    ['auto_detect', 'false'],
    ['delim', literal(delimiter)],
    ['quote', literal(quote)],
    ['escape', literal(escape)],
    ['new_line', literal(newLine)],
    ['skip', String(skip)],
    ['comment', literal(comment)],
    ['header', String(hasHeader)],
    ['columns', `{${types.join(', ')}}`],
    ...formats,
  ] as const;
  return options.flatMap(([name, value]) => (leftOut.has(name) ? [] : [`, ${name} = ${value}`])).join('');
}

/** The same table with the types of some columns changed. */
export function withTypes(table: CsvTable, typeOf: (column: Column) => string): CsvTable {
  return { ...table, columns: table.columns.map((column) => ({ name: column.name, type: typeOf(column) })) };
}
