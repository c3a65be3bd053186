import { type Connection } from '../../duckdb/connection.ts';
import { sql, type SqlText } from '../../duckdb/sql.ts';
import { isAnyNumber, isPointInTime } from '../../base/typeClass.ts';
import { type Relation, type RelationColumn } from './relation.ts';

/** A column of a view to summarize. */
export interface SummaryScope {
  readonly relation: Relation;
  /** WHERE with the filters of the view. */
  readonly where: SqlText;
  readonly column: RelationColumn;
  /** Number of frequent values that are returned. */
  readonly topMax: number;
}

/** The kind of a column's values; the seconds of series count as times. */
export type ValueKind = 'number' | 'time' | 'seconds' | 'other';

/** Returns the kind of the values of a column. */
export function kindOf({ name, type }: Pick<RelationColumn, 'name' | 'type'>): ValueKind {
  if (isPointInTime(type)) return 'time';
  if (!isAnyNumber(type)) return 'other';
  return name.toLowerCase() === 'timestamp' ? 'seconds' : 'number';
}

/** SQL of a time in microseconds since 1970 UTC; NULL for an infinite one. */
export function microsecondsSql(value: SqlText, kind: 'time' | 'seconds'): SqlText {
  if (kind === 'time') return sql`CASE WHEN isfinite(${value}) THEN epoch_us(${value}) END`;
  return sql`TRY_CAST(CAST(${value} AS DOUBLE) * 1000000 AS BIGINT)`;
}

/** Runs a statement that returns one row, and returns its values as texts. */
export async function textRow(connection: Connection, statement: SqlText): Promise<readonly (string | null)[]> {
  const columns = await connection.textColumns(sql`SELECT CAST(COLUMNS(*) AS VARCHAR) FROM (${statement})`);
  return columns.map(([value = null]) => value);
}
