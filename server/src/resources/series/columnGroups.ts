/**
 * The width of generated statements. DuckDB keeps the aggregates of a bucket, and a sorted or joined row, in one block of
 * 256 KiB; a wider row ends its process. So a statement over many columns is made of queries over some of them each.
 */
import { joinSql, sql, type SqlText } from '../../duckdb/sql.ts';

/**
 * Most values of one row that are grouped, sorted or joined together. None takes more than 32 bytes there, so a row
 * takes at most half of a block.
 */
const valuesMax = 4096;

/**
 * Returns the items in groups, in order, that are so small that the values of a group fit into one row; a single empty
 * group for no items. `valuesOf` is the number of values of an item.
 */
export function columnGroups<T>(items: readonly T[], valuesOf: (item: T) => number): readonly (readonly T[])[] {
  const groups: T[][] = [[]];
  let count = 0;
  for (const item of items) {
    const values = valuesOf(item);
    if (count > 0 && count + values > valuesMax) {
      groups.push([]);
      count = 0;
    }
    groups.at(-1)!.push(item);
    count += values;
  }
  return groups;
}

/** Returns the query with the columns of all these queries, at least one, which have the same rows in the same order. */
export function positionalJoinSql(queries: readonly SqlText[]): SqlText {
  const [first, ...others] = queries;
  if (first === undefined || others.length === 0) return first ?? sql`SELECT`;
  return sql`FROM ${joinSql(
    queries.map((query) => sql`(${query})`),
    sql` POSITIONAL JOIN `,
  )}`;
}
