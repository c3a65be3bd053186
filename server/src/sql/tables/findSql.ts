import { joinSql, sql, type SqlText } from '../../duckdb/sql.ts';
import { type FoundAt, type SearchStart, type TableMatch } from '../../protocol/tableViews.ts';
import { filterSql, textLiteral, textSql, whereSql } from './filterSql.ts';
import { columnOf, type Relation, type RelationColumn } from './relation.ts';

/** Cells of a view that match. */
export interface CellMatches {
  readonly relation: Relation;
  readonly match: TableMatch;
  /** The table of the view's order; undefined for a view in the order of the table. */
  readonly order?: SqlText;
}

/** A search in a view. */
export interface CellSearch extends CellMatches {
  readonly start: SearchStart;
}

/** The columns that a match looks at. Fails `query-invalid` for an unknown one. */
export function matchColumns(relation: Relation, match: TableMatch): readonly RelationColumn[] {
  return ('kind' in match ? [match.column] : match.columns).map((name) => columnOf(relation, name));
}

/** The statement that returns the row of the next match, NULL when none follows. */
export function findRowSql(search: CellSearch): SqlText {
  const { start } = search;
  const { at, source } = rowsOf(search);
  const conditions = conditionsOf(search);
  // In the row of the start, only the columns on the far side of its column count.
  const beyond = anyOf(conditions.filter((_, index) => isBeyond(start, index)));
  const later = start.backward === true ? sql`${at} < ${start.row}` : sql`${at} > ${start.row}`;
  const where = whereSql(sql`((${later} AND ${anyOf(conditions)}) OR (${at} = ${start.row} AND ${beyond}))`);
  return sql`SELECT ${start.backward === true ? sql`max` : sql`min`}(${at}) FROM ${source}${where}`;
}

/** The statement that returns the number of matches, and of those up to a cell, itself included. */
export function matchCountSql(matches: CellMatches, cell: FoundAt): SqlText {
  const { at, source } = rowsOf(matches);
  const conditions = conditionsOf(matches);
  const hits = conditions.map((condition) => sql`CAST(coalesce(${condition}, false) AS INTEGER)`);
  const sumOf = (values: readonly SqlText[]): SqlText => joinSql([sql`0`, ...values], sql` + `);
  const upTo = sql`CASE WHEN viewed < ${cell.row} THEN hits WHEN viewed = ${cell.row} THEN first_hits ELSE 0 END`;
  const rows = sql`SELECT ${at} AS viewed, ${sumOf(hits)} AS hits,
    ${sumOf(hits.slice(0, cell.column + 1))} AS first_hits FROM ${source}${whereSql(anyOf(conditions))}`;
  return sql`SELECT coalesce(sum(hits), 0), coalesce(sum(${upTo}), 0) FROM (${rows})`;
}

/** The rows of a view, and the SQL of the row's number there; no column of a table has the names. */
function rowsOf({ relation: { from, position }, order }: CellMatches): {
  readonly at: SqlText;
  readonly source: SqlText;
} {
  if (order === undefined) return { at: position, source: from };
  const rows = sql`SELECT rowid AS "duckpond row", position AS "duckpond position" FROM ${order}`;
  const source = sql`${from} JOIN (${rows}) AS ordered ON ${position} = ordered."duckpond position"`;
  return { at: sql`ordered."duckpond row"`, source };
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

function conditionsOf({ relation, match }: CellMatches): readonly SqlText[] {
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
