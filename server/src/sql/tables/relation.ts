import { PondError } from '../../base/error.ts';
import { didYouMean } from '../../base/suggest.ts';
import { identifier, joinSql, sql, type SqlText } from '../../duckdb/sql.ts';
import { type Column } from '../../protocol/results.ts';

/** A column of a relation. */
export interface RelationColumn extends Column {
  /** SQL of its value. */
  readonly value: SqlText;
}

/** Rows that statements of ours read, each with a position: 0 for the first, without gaps. */
export interface Relation {
  /** Text that follows FROM. */
  readonly from: SqlText;
  /** SQL of the position of a row. */
  readonly position: SqlText;
  /** Condition of the rows at positions `start` to `end` (exclusive), by which DuckDB can skip the others. */
  readonly between: (start: number, end: number) => SqlText;
  /** Columns with names that differ in more than case. */
  readonly columns: readonly RelationColumn[];
}

/** Returns a column by its name. Fails `query-invalid`. */
export function columnOf({ columns }: Relation, name: string): RelationColumn {
  const found = columns.find((column) => column.name === name);
  if (found !== undefined) return found;
  const names = columns.map((column) => column.name);
  const hint = didYouMean(name, names) ?? 'Open the table again: its columns changed.';
  throw new PondError('query-invalid', `expected a column of the table, got "${name}"`, { hint });
}

/** Names of the columns by which DuckDB identifies the rows of Parquet files; a column of a file would hide them. */
export const positionColumns: readonly string[] = ['file_index', 'file_row_number'];

/** The relation of Parquet files with the given numbers of rows, in their order. `from` reads them. */
export function filesRelation(from: SqlText, rowCounts: readonly number[], columns: readonly Column[]): Relation {
  const starts: number[] = [];
  let total = 0;
  for (const rows of rowCounts) {
    starts.push(total);
    total += rows;
  }
  const fileAt = (position: number): number =>
    Math.max(
      0,
      starts.findLastIndex((start) => start <= position),
    );
  const row = sql`file_row_number::BIGINT`;
  const position = rowCounts.length === 1 ? row : sql`([${joinSql(starts)}][file_index::BIGINT + 1] + ${row})`;
  return {
    from,
    position,
    between: (start, end) => {
      const rows = sql`${position} >= ${start} AND ${position} < ${end}`;
      if (rowCounts.length === 1) return sql`file_row_number >= ${start} AND file_row_number < ${end}`;
      return sql`file_index >= ${fileAt(start)} AND file_index <= ${fileAt(Math.max(start, end - 1))} AND ${rows}`;
    },
    columns: columns.map((column) => ({ ...column, value: identifier(column.name) })),
  };
}

/** The relation of a table in a database of ours. Its rows were only ever appended, so row ids count from 0. */
export function tableRelation(table: SqlText, columns: readonly RelationColumn[]): Relation {
  return {
    from: table,
    position: sql`rowid`,
    between: (start, end) => sql`rowid >= ${start} AND rowid < ${end}`,
    columns,
  };
}
