import { joinSql, sql, type SqlText } from '../../duckdb/sql.ts';
import { type SearchStart, type TableMatch } from '../../sandbox/tableTypes.ts';
import { filterSql, textLiteral, textSql, whereSql } from './filterSql.ts';
import { columnOf, type Relation, type RelationColumn } from './relation.ts';

/** A search in a view. */
export interface CellSearch {
  readonly relation: Relation;
  readonly match: TableMatch;
  readonly start: SearchStart;
  /** The table of the view's order; undefined for a view in the order of the table. */
  readonly order?: SqlText;
}

/** The columns that a match looks at. Fails `query-invalid` for an unknown one. */
export function matchColumns(relation: Relation, match: TableMatch): readonly RelationColumn[] {
  return ('kind' in match ? [match.column] : match.columns).map((name) => columnOf(relation, name));
}

/** The statement that returns the row of the next match, NULL when none follows. */
export function findRowSql(search: CellSearch): SqlText {
  const { relation, start, order } = search;
  const [at, source] =
    order === undefined
      ? [relation.position, relation.from]
      : [sql`ordered."duckpond row"`, orderedSql(relation, order)];
  const conditions = conditionsOf(search);
  // In the row of the start, only the columns on the far side of its column count.
  const beyond = anyOf(conditions.filter((_, index) => isBeyond(start, index)));
  const later = start.backward === true ? sql`${at} < ${start.row}` : sql`${at} > ${start.row}`;
  const where = whereSql(sql`((${later} AND ${anyOf(conditions)}) OR (${at} = ${start.row} AND ${beyond}))`);
  return sql`SELECT ${start.backward === true ? sql`max` : sql`min`}(${at}) FROM ${source}${where}`;
}

/** The rows of a table with their rows in a view; no column of a table has the names. */
function orderedSql({ from, position }: Relation, order: SqlText): SqlText {
  const rows = sql`SELECT rowid AS "duckpond row", position AS "duckpond position" FROM ${order}`;
  return sql`${from} JOIN (${rows}) AS ordered ON ${position} = ordered."duckpond position"`;
}

/** The statement that returns, for each column of a match, whether it matches in a row of the view. */
export function hitsSql(search: CellSearch, row: number): SqlText {
  const { relation, order } = search;
  const where =
    order === undefined
      ? relation.between(row, row + 1)
      : sql`${relation.position} = (SELECT position FROM ${order} WHERE rowid = ${row})`;
  return sql`SELECT ${joinSql(conditionsOf(search))} FROM ${relation.from}${whereSql(where)}`;
}

/** Returns the index of the column of the next match, among the hits in its row; undefined without one. */
export function hitColumn(start: SearchStart, row: number, hits: readonly unknown[]): number | undefined {
  const found = hits.flatMap((hit, index) =>
    hit === true && (row !== start.row || isBeyond(start, index)) ? [index] : [],
  );
  return start.backward === true ? found.at(-1) : found[0];
}

function conditionsOf({ relation, match }: CellSearch): readonly SqlText[] {
  return matchColumns(relation, match).map((column) =>
    'kind' in match
      ? filterSql(column, match)
      : sql`contains(${textSql(column.value)}, lower(${textLiteral(match.text)}))`,
  );
}

function isBeyond(start: SearchStart, column: number): boolean {
  return start.backward === true ? column < start.column : column > start.column;
}

function anyOf(conditions: readonly SqlText[]): SqlText {
  return conditions.length === 0 ? sql`false` : sql`(${joinSql(conditions, sql` OR `)})`;
}
