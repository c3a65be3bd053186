/** SQL of tables whose rows are in the order of their key: no two have the same, and a range of keys is read alone. */
import { identifier, joinSql, literal, sql, type SqlText } from '../../duckdb/sql.ts';
import { castSql, requireSqlType } from '../../duckdb/sqlType.ts';
import { isInteger } from '../../base/typeClass.ts';
import { type ComparedSides, type OneOfTwo } from './diffSql.ts';

type Sides = Pick<ComparedSides, 'before' | 'after'>;

/**
 * A row: whether the key of each row of a table is greater than that of the row before, and the number of rows. Only the
 * columns of the key are read, up to a row that is out of order.
 */
export function orderSql({ table, other }: OneOfTwo, key: readonly string[]): SqlText {
  const values = key.flatMap((name, index) => [
    sql`${identifier(name)} AS k${index}`,
    sql`lag(${identifier(name)}) OVER () AS p${index}`,
  ]);
  // No row is before the first one, which is therefore found. NULL is not greater than anything: the first row alone
  // may have it.
  const found = sql`SELECT k0 FROM (SELECT ${joinSql(values)} FROM ${table}) WHERE (${increases(key.length)}) IS NOT TRUE LIMIT 2`;
  return sql`SELECT count(*) <= 1 AND count(k0) = count(*), (SELECT count(*) FROM ${table}) FROM (${found})
    WHERE ${names(other)}`;
}

const names = (table: SqlText): SqlText => sql`NOT EXISTS (SELECT * FROM ${table} LIMIT 0)`;

function increases(columns: number): SqlText {
  let found = sql`k${columns - 1} > p${columns - 1}`;
  for (let index = columns - 2; index >= 0; index -= 1) {
    found = sql`k${index} > p${index} OR (k${index} = p${index} AND (${found}))`;
  }
  return found;
}

/** Rows of the first range, which is shown as soon as it was compared: two row groups of a Parquet file that DuckDB wrote. */
const firstRangeRows = 245_760;

/** Positions in a table of the rows with which ranges begin, but for the first range; none for a small table. */
export function rangeStarts(rows: number, rowsMax: number): readonly number[] {
  const starts: number[] = [];
  for (let start = firstRangeRows; start + firstRangeRows <= rows; start += rowsMax) starts.push(start);
  return starts;
}

/** A row with the values of a column, as text, at positions of `table`. */
export function valuesAtSql({ table, other }: OneOfTwo, column: string, positions: readonly number[]): SqlText {
  const value = (at: number): SqlText =>
    sql`(SELECT ${identifier(column)}::VARCHAR FROM ${table} LIMIT 1 OFFSET ${at})`;
  return sql`SELECT ${joinSql(positions.map(value))} WHERE ${names(other)}`;
}

/**
 * Types, apart from integers, whose values are the same after they were written as text, and in the same order in Parquet's
 * statistics.
 */
const rangeTypes: ReadonlySet<string> = new Set(['DATE', 'TIMESTAMP', 'TIMESTAMP_S', 'TIMESTAMP_MS', 'VARCHAR']);

/** True for a column of which `rangesOf` makes ranges. */
export const hasRanges = (type: string): boolean => isInteger(type) || rangeTypes.has(type);

/** Both tables divided into ranges of a column without NULL, which begin with the given values; those increase. */
export function rangesOf(
  { before, after }: Sides,
  { column, type }: { readonly column: string; readonly type: string },
  starts: readonly string[],
): readonly Sides[] {
  const name = identifier(column);
  const values = starts.map((text) => castSql(literal(text), requireSqlType(type)));
  return [undefined, ...values].map((from, index) => {
    const to = values[index];
    const conditions = [
      ...(from === undefined ? [] : [sql`${name} >= ${from}`]),
      ...(to === undefined ? [] : [sql`${name} < ${to}`]),
    ];
    if (conditions.length === 0) return { before, after };
    const where = joinSql(conditions, sql` AND `);
    const part = (table: SqlText): SqlText => sql`(SELECT * FROM ${table} WHERE ${where})`;
    return { before: part(before), after: part(after) };
  });
}
