/** SQL of tables whose rows are in the order of their key: no two have the same, and a range of keys is read alone. */
import { identifier, joinSql, literal, sql, type SqlText } from '../../duckdb/sql.ts';
import { castSql, requireSqlType } from '../../duckdb/sqlType.ts';
import { type ComparedSides } from './diffSql.ts';

type Sides = Pick<ComparedSides, 'before' | 'after'>;

/**
 * A row for `readOrder`: whether the key of each row is greater than that of the row before, in both tables, and their
 * numbers of rows; among the first `limit` rows, if given.
 */
export function orderSql({ before, after }: Sides, key: readonly string[], limit?: number): SqlText {
  const values = key.flatMap((name, index) => [
    sql`${identifier(name)} AS k${index}`,
    sql`lag(${identifier(name)}) OVER () AS p${index}`,
  ]);
  const of = (table: SqlText): SqlText => {
    const rows = limit === undefined ? table : sql`(SELECT * FROM ${table} LIMIT ${limit})`;
    return sql`(SELECT count(*) AS n, count(k0) AS present, count(*) FILTER (${increases(key.length)}) AS more
      FROM (SELECT ${joinSql(values)} FROM ${rows}))`;
  };
  // No row is before the first one. NULL is not greater than anything, so the first row alone may have it.
  const isOrdered = (side: SqlText): SqlText => sql`(${side}.n - ${side}.more <= 1 AND ${side}.present = ${side}.n)`;
  return sql`SELECT ${isOrdered(sql`b`)} AND ${isOrdered(sql`a`)}, b.n, a.n FROM ${of(before)} AS b, ${of(after)} AS a`;
}

/** Numbers of rows of two tables that are in the order of the key; undefined for any other two. */
export function readOrder([isOrdered, rowsBefore, rowsAfter]: readonly (string | null)[] = []):
  | { readonly rowsBefore: number; readonly rowsAfter: number }
  | undefined {
  return isOrdered === 'true' ? { rowsBefore: Number(rowsBefore), rowsAfter: Number(rowsAfter) } : undefined;
}

function increases(columns: number): SqlText {
  let found = sql`k${columns - 1} > p${columns - 1}`;
  for (let index = columns - 2; index >= 0; index -= 1) {
    found = sql`k${index} > p${index} OR (k${index} = p${index} AND (${found}))`;
  }
  return found;
}

/** Rows of the first range, which is shown as soon as it was compared: about a row group of a Parquet file. */
const firstRangeRows = 250_000;

/** Positions in a table of the rows with which ranges begin, but for the first range; none for a small table. */
export function rangeStarts(rows: number, rowsMax: number): readonly number[] {
  const starts: number[] = [];
  for (let start = firstRangeRows; start + firstRangeRows <= rows; start += rowsMax) starts.push(start);
  return starts;
}

/** A row with the values of a column, as text, at positions of `table`. */
export function valuesAtSql(
  { table, other }: { readonly table: SqlText; readonly other: SqlText },
  column: string,
  positions: readonly number[],
): SqlText {
  const value = (at: number): SqlText =>
    sql`(SELECT ${identifier(column)}::VARCHAR FROM ${table} LIMIT 1 OFFSET ${at})`;
  // A statement that names both tables uses the database of the others.
  return sql`SELECT ${joinSql(positions.map(value))} WHERE NOT EXISTS (SELECT * FROM ${other} LIMIT 0)`;
}

/** Types whose values are the same after they were written as text, and in the same order in Parquet's statistics. */
const rangeType = /^(U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|DATE|TIMESTAMP(_[SM]S?)?|VARCHAR)$/;

/** True for a column of which `rangesOf` makes ranges. */
export const hasRanges = (type: string): boolean => rangeType.test(type);

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
