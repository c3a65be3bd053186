import { type Connection } from '../../duckdb/connection.ts';
import { literal, sql, type SqlText } from '../../duckdb/sql.ts';
import { type Column } from '../types.ts';
import { type CsvTable } from './csvTable.ts';

/** Fields of sniff_csv's row, as JSON. */
const fields = sql`Delimiter, Quote, Escape, NewLineDelimiter, Comment, SkipRows, HasHeader, Columns, DateFormat,
  TimestampFormat`;

/**
 * Returns the table that DuckDB detects in a CSV file; `options` are SQL after a comma. Fails with DuckDB's error for a
 * file that is not CSV.
 */
export async function sniff(connection: Connection, hostPath: string, options: SqlText): Promise<CsvTable> {
  const statement = sql`SELECT to_json(t)::VARCHAR FROM (SELECT ${fields} FROM sniff_csv(${literal(hostPath)}${options})) t`;
  const [row] = await connection.rows(statement);
  return parseTable(JSON.parse(String(row?.[0])));
}

function parseTable(value: unknown): CsvTable {
  const row = fieldsOf(value);
  return {
    delimiter: character(row['Delimiter']),
    quote: character(row['Quote']),
    escape: character(row['Escape']),
    newLine: text(row['NewLineDelimiter']),
    comment: character(row['Comment']),
    skip: Number(row['SkipRows']),
    hasHeader: row['HasHeader'] === true,
    columns: Array.isArray(row['Columns']) ? row['Columns'].map(column) : [],
    dateFormat: format(row['DateFormat']),
    timestampFormat: format(row['TimestampFormat']),
  };
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function column(value: unknown): Column {
  const { name, type } = fieldsOf(value);
  return { name: text(name), type: text(type) };
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** DuckDB writes a placeholder for an absent character. */
const character = (value: unknown): string => (value === '(empty)' || value === '\0' ? '' : text(value));

const format = (value: unknown): string | undefined => (text(value) === '' ? undefined : text(value));
