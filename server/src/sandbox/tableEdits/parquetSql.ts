import { identifier, joinSql, literal, sql, type SqlText } from '../../duckdb/sql.ts';
import { castSql, requireSqlType, textCastSql } from '../../duckdb/sqlType.ts';
import { type Column } from '../../protocol/results.ts';

/** The rows of a file that are read together, `end` exclusive; `isEdited` when some of them change. */
interface RowSegment {
  readonly start: number;
  readonly end: number;
  readonly isEdited: boolean;
}

/** Rows around an edit that are put in order together. */
const segmentRows = 2048;
/** Segments of one statement, at most: each reads the footer of the file. */
const editedMax = 50;

/**
 * Divides the rows of a file into those that are copied as they are, and those around edits at the given positions,
 * which are sorted again. Positions up to the number of rows, which is the place after the last.
 */
export function segmentsOf(positions: readonly number[], rowCount: number): readonly RowSegment[] {
  const blocks = [...new Set(positions.map((position) => Math.floor(position / segmentRows)))].sort((a, b) => a - b);
  // The widest gaps stay.
  const gaps = blocks.slice(1).map((block, index) => block - (blocks[index] ?? 0));
  const closed = [...gaps].sort((a, b) => b - a)[editedMax - 2] ?? 1;
  const segments: RowSegment[] = [];
  let at = 0;
  blocks.forEach((block, index) => {
    const start = block * segmentRows;
    const end = Math.min((block + 1) * segmentRows, rowCount + 1);
    const last = segments.at(-1);
    const isJoined =
      last !== undefined && (start === at || (gaps[index - 1] ?? 0) <= (blocks.length > editedMax ? closed : 1));
    if (isJoined) segments[segments.length - 1] = { ...last, end };
    else {
      if (start > at) segments.push({ start: at, end: start, isEdited: false });
      segments.push({ start, end, isEdited: true });
    }
    at = end;
  });
  if (at < rowCount) segments.push({ start: at, end: rowCount, isEdited: false });
  return segments;
}

/** Names of the columns of a row's place; no column of a file has them. */
const placeColumns = {
  position: sql`"duckpond position"`,
  order: sql`"duckpond order"`,
};

/** Tables of the edits, with a column `vN` for a value of column N, and `sN` that says that it has one. */
export const changedTable = sql`duckpond_changed`;
export const insertedTable = sql`duckpond_inserted`;

/** Returns the statement of all rows of an edited file, in their order. */
export function editedSql(
  hostPath: string,
  { columns, edited }: { readonly columns: readonly Column[]; readonly edited: readonly number[] },
  segments: readonly RowSegment[],
): SqlText {
  const from = sql`read_parquet(${literal(hostPath)})`;
  const plain = joinSql(columns.map((column) => named(column, identifier(column.name))));
  const set = new Set(edited);
  const changed = joinSql(
    columns.map((column, index) => {
      const value = sql`rows.${identifier(column.name)}`;
      const isSet = sql`changed.${name('s', index)}`;
      const text = textCastSql(sql`changed.${name('v', index)}`, requireSqlType(column.type));
      return named(column, set.has(index) ? sql`CASE WHEN ${isSet} THEN ${text} ELSE ${value} END` : value);
    }),
  );
  const added = joinSql(
    columns.map((column, index) => named(column, set.has(index) ? sql`${name('v', index)}` : sql`NULL`)),
  );
  const { position, order } = placeColumns;
  const names = joinSql(columns.map((column) => identifier(column.name)));
  const parts = segments.map(({ start, end, isEdited }) => {
    const within = sql`file_row_number >= ${start} AND file_row_number < ${end}`;
    if (!isEdited) return sql`(SELECT ${plain} FROM ${from} WHERE ${within})`;
    const kept = sql`SELECT file_row_number AS ${position}, 1e18::BIGINT AS ${order}, ${changed} FROM ${from} AS rows
      LEFT JOIN ${changedTable} AS changed ON file_row_number = changed.position
      WHERE ${within} AND NOT coalesce(changed.gone, false)`;
    const put = sql`SELECT position AS ${position}, place AS ${order}, ${added} FROM ${insertedTable}
      WHERE position >= ${start} AND position < ${end}`;
    return sql`(SELECT ${names} FROM (${kept} UNION ALL ${put}) ORDER BY ${position}, ${order})`;
  });
  return parts.length === 0 ? sql`SELECT ${plain} FROM ${from} LIMIT 0` : joinSql(parts, sql` UNION ALL `);
}

/** Name of a column of a table of edits. */
export function name(kind: 's' | 'v', index: number): SqlText {
  return identifier(`${kind}${index}`);
}

function named(column: Column, value: SqlText): SqlText {
  return sql`${castSql(sql`(${value})`, requireSqlType(column.type))} AS ${identifier(column.name)}`;
}
