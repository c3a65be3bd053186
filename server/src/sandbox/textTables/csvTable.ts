import { literal } from '../../duckdb/sql.ts';
import { type Column } from '../types.ts';

/** How a CSV file is read: all that DuckDB would guess, said, so that it reads every row that there is or fails. */
export interface CsvTable {
  readonly delimiter: string;
  /** Empty for none, as escape and comment. */
  readonly quote: string;
  readonly escape: string;
  /** As DuckDB writes it: `\n`, `\r\n`. */
  readonly newLine: string;
  readonly comment: string;
  /** Lines before the header, or before the first row where there is none. */
  readonly skip: number;
  readonly hasHeader: boolean;
  readonly columns: readonly Column[];
  /** Of columns of type DATE that are not written as DuckDB writes dates; undefined for all others. */
  readonly dateFormat: string | undefined;
  /** The same of columns of type TIMESTAMP. */
  readonly timestampFormat: string | undefined;
}

/** Names of the formats in a table, with the option and the type of column that each is about. */
export const timeFormats = [
  { field: 'dateFormat', option: 'dateformat', type: 'DATE' },
  { field: 'timestampFormat', option: 'timestampformat', type: 'TIMESTAMP' },
] as const;

/** The options of read_csv for a table, each behind a comma; those of some names are left out. */
export function csvOptions(table: CsvTable, leftOut: ReadonlySet<string> = new Set()): string {
  const { delimiter, quote, escape, newLine, skip, comment, hasHeader, columns } = table;
  // The types are DuckDB's own words.
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
