import { statements } from '../../base/sqlStatements.ts';
import { identifier, joinSql, sql, type SqlText } from '../../duckdb/sql.ts';
import { type TableView, wholeView } from '../../protocol/tableViews.ts';
import { type Column } from '../../protocol/results.ts';
import { userSql } from '../../sandbox/userStatements.ts';
import { filterSql, sortSql } from './filterSql.ts';
import { columnOf, type Relation, tableRelation } from './relation.ts';

/** A view of a file of the pond, or of a query, as a person sees it. */
interface ShownView {
  readonly from: { readonly path: string; readonly at?: string } | { readonly sql: string };
  /** All columns of the table; needed for a view with filters or sort keys. */
  readonly all?: readonly Column[];
  readonly view?: TableView;
  /** The columns of the view; all when omitted. */
  readonly columns?: readonly string[];
}

/** Returns the query of a view, a clause on each line. It runs like any query of a person, and reads the same rows. */
export function shownSql({ from, all = [], view = wholeView, columns }: ShownView): string {
  const isWhole = view.sort.length === 0 && view.filters.length === 0;
  if ('sql' in from && isWhole && columns === undefined) return from.sql;
  const relation = tableRelation(
    fromSql(from),
    all.map((column) => ({ ...column, value: identifier(column.name) })),
  );
  const list = columns === undefined ? sql`*` : joinSql(columns.map((name) => columnOf(relation, name).value));
  return joinSql([sql`SELECT ${list}`, sql`FROM ${relation.from}`, ...clauses(relation, view)], sql`\n`);
}

function clauses(relation: Relation, { filters, sort }: TableView): readonly SqlText[] {
  const conditions = filters.map((filter) => filterSql(columnOf(relation, filter.column), filter));
  return [
    ...(conditions.length === 0 ? [] : [sql`WHERE ${joinSql(conditions, sql`\n  AND `)}`]),
    ...(sort.length === 0 ? [] : [sql`ORDER BY ${sortSql(relation, sort)}`]),
  ];
}

function fromSql(from: ShownView['from']): SqlText {
  if ('path' in from) return identifier(from.at === undefined ? from.path : `${from.path}@${from.at}`);
  return queryFromSql(from.sql);
}

/** Returns the first statement of a query of a person as it follows FROM. */
export function queryFromSql(query: string): SqlText {
  const [{ text } = { text: query }] = statements(query);
  return sql`(\n${userSql(text)}\n) AS result`;
}
