/** SQL over the tables of results. */
import { FreeNames } from '../sandbox/uniqueNames.ts';
import { identifier, joinSql, literal, sql, type SqlText } from '../duckdb/sql.ts';
import { castSql, requireSqlType } from '../duckdb/sqlType.ts';
import { isFloat } from '../base/typeClass.ts';
import { type Column } from '../protocol/results.ts';
import { exactParquetType } from '../sandbox/parquetTypes.ts';
import { type CopyFormat } from './files/resultFile.ts';

/** SQL of the name of a result's table. */
export const tableOf = (result: number): SqlText => sql`result_${result}`;

/** SQL of the name of a column of a result, by its index. */
export const columnOf = (index: number): SqlText => sql`c${index}`;

/** SQL that creates the table of a result. */
export function createTableSql(result: number, columns: readonly Column[]): SqlText {
  const declared = columns.map(({ type }, index) => sql`${columnOf(index)} ${requireSqlType(type)}`);
  return sql`CREATE TABLE ${tableOf(result)} (${joinSql(declared)})`;
}

/**
 * Rows are only ever appended, so row ids count from 0 without gaps, and DuckDB skips the blocks outside the window.
 */
export function windowSql(values: SqlText, result: number, start: number, count: number): SqlText {
  return sql`SELECT ${values} FROM ${tableOf(result)} WHERE rowid >= ${start} AND rowid < ${start + count} ORDER BY rowid`;
}

const copyOptions: Readonly<Record<CopyFormat, SqlText>> = {
  csv: sql`FORMAT csv, HEADER true`,
  json: sql`FORMAT json, ARRAY true`,
  ndjson: sql`FORMAT json, ARRAY false`,
  parquet: sql`FORMAT parquet`,
};

/** SQL that writes a result to a host file. `wide` are the columns with integers of more than 38 digits. */
export function copySql(
  result: number,
  columns: readonly Column[],
  {
    format,
    hostPath,
    wide,
  }: { readonly format: CopyFormat; readonly hostPath: string; readonly wide: ReadonlySet<number> },
): SqlText {
  const values = named(columns).map(({ name, value }, index) => {
    const column = columns[index]!;
    const written =
      format === 'parquet' ? exact(column, value, wide.has(index)) : format === 'csv' ? value : finite(column, value);
    return sql`${written} AS ${identifier(name)}`;
  });
  return sql`COPY (SELECT ${joinSql(values)} FROM ${tableOf(result)}) TO ${literal(hostPath)} (${copyOptions[format]})`;
}

/** A value that Parquet can represent without a loss. */
function exact({ type }: Column, value: SqlText, isWide: boolean): SqlText {
  const written = exactParquetType(type, isWide);
  return written === type ? value : castSql(value, written);
}

/** A value that JSON can represent: it has no NaN and no infinities, which DuckDB would write regardless. */
function finite({ type }: Column, value: SqlText): SqlText {
  if (isFloat(type)) return sql`CASE WHEN isfinite(${value}) THEN ${value} END`;
  if (!/DOUBLE|FLOAT|JSON|VARIANT/.test(type)) return value;
  const json = sql`to_json(${value})`;
  const text = sql`CAST(${json} AS VARCHAR)`;
  // Inside lists and structs they are found in the text, between its strings.
  const parts = sql`regexp_extract_all(${text}, ${literal(jsonParts)})`;
  const part = sql`CASE WHEN part[1] = '"' THEN part ELSE regexp_replace(part, ${notFinite}, 'null', 'gi') END`;
  const replaced = sql`CAST(array_to_string([${part} FOR part IN ${parts}], '') AS JSON)`;
  return sql`CASE WHEN regexp_matches(${text}, ${notFinite}, 'i') THEN ${replaced} ELSE ${json} END`;
}

const notFinite = literal('-?(?:nan|inf(?:inity)?)');

/** Strings of a JSON text, and the text between them. */
const jsonParts = String.raw`"(?:[^"\\]|\\.)*"|[^"]+`;

/** The columns under names that differ in more than case: "a", "a_1". */
export function named(columns: readonly Column[]): readonly { readonly name: string; readonly value: SqlText }[] {
  const free = new FreeNames();
  return columns.map(({ name }, index) => ({ name: free.take(name), value: columnOf(index) }));
}
