import { type Connection } from '../../duckdb/connection.ts';
import { joinSql, literal, sql, type SqlText } from '../../duckdb/sql.ts';
import { parseSqlType, type SqlType, tryTextCastSql } from '../../duckdb/sqlType.ts';
import { type Column } from '../../protocol/results.ts';
import { type CellValue, type CheckedCell } from '../../protocol/tables.ts';
import { lossOf } from './cellLoss.ts';

/** Values cast by one statement. */
const castMax = 500;

/**
 * Checks values against the types of their columns, and returns them as DuckDB writes them, in order. An unknown column
 * and a type that texts are not cast to are refused.
 */
export async function castCells(
  connection: Connection,
  columns: readonly Column[],
  cells: readonly CellValue[],
): Promise<readonly CheckedCell[]> {
  const typeOf = new Map(columns.map(({ name, type }) => [name, type]));
  const checked: CheckedCell[] = [];
  for (let start = 0; start < cells.length; start += castMax) {
    const known = cells.slice(start, start + castMax).map((cell) => ({ cell, type: typeOf.get(cell.column) }));
    const [row = []] = await connection.rows(sql`SELECT ${joinSql(known.map(valueSql))}`);
    known.forEach(({ cell: { value }, type }, index) => checked.push(checkedOf(value, type, row[index])));
  }
  return checked;
}

interface TypedCell {
  readonly cell: CellValue;
  readonly type: string | undefined;
}

function valueSql({ cell: { value }, type }: TypedCell): SqlText {
  const known = type === undefined ? undefined : parseSqlType(type);
  if (value === null || known === undefined || value.includes('\0')) return sql`NULL`;
  return shownSql(literal(value), known);
}

/** Text of a text cast to a type, NULL where that is impossible. */
function shownSql(text: SqlText, type: SqlType): SqlText {
  return type === 'VARCHAR' ? text : sql`CAST(${tryTextCastSql(text, type)} AS VARCHAR)`;
}

function checkedOf(value: string | null, type: string | undefined, shown: unknown): CheckedCell {
  if (type === undefined) return { expected: 'a column of the table' };
  if (parseSqlType(type) === undefined) return { expected: `no text for ${type}` };
  if (value === null) return { value };
  if (value.includes('\0')) return { expected: 'a text without NUL characters' };
  if (typeof shown !== 'string') return { expected: type };
  const loss = lossOf(type, value);
  return loss === undefined ? { value: shown } : { expected: `${type}: ${loss}` };
}
