import { sql, type SqlText } from '../../duckdb/sql.ts';
import { type ViewCells } from '../../sandbox/tableTypes.ts';
import { type TableView } from '../../protocol/tableViews.ts';
import { filtersSql, whereSql } from './filterSql.ts';
import { orderBySql } from './orders.ts';
import { type Relation } from './relation.ts';

/** Rows of a sorted or filtered view that are read without its order: DuckDB keeps no more than these in memory. */
export const directRowsMax = 2000;

/** True for a view of all rows in their own order. */
export function isPlain({ sort, filters }: TableView): boolean {
  return sort.length === 0 && filters.length === 0;
}

/** A table whose views have orders. */
interface OrderedTable {
  readonly relation: Relation;
  /** Returns the table of the view's order, made when it is needed. */
  readonly order: () => Promise<SqlText>;
}

/** Returns the condition of some rows of a view, or of all when `rows` is undefined; undefined for all of the table. */
export async function viewRowsSql(
  { relation, order }: OrderedTable,
  view: TableView,
  rows: ViewCells['rows'],
): Promise<SqlText | undefined> {
  const { from, position, between } = relation;
  const filter = filtersSql(relation, view.filters);
  if (rows === undefined) return filter;
  const { start, end } = rows;
  if (isPlain(view)) return between(start, end);
  if (end <= directRowsMax) {
    const sorted = sql`FROM ${from}${whereSql(filter)} ORDER BY ${orderBySql(relation, view)}`;
    return sql`${position} IN (SELECT ${position} ${sorted} LIMIT ${end - start} OFFSET ${start})`;
  }
  return sql`${position} IN (SELECT position FROM ${await order()} WHERE rowid >= ${start} AND rowid < ${end})`;
}
