/** Characters in texts that no program shows, which a damaged file or a faulty device leaves in its values. */
import { identifier, joinSql, literal, sql, type SqlText } from '../duckdb/sql.ts';
import { type Rows } from './numbersInText.ts';

/** Values of a column with such characters. */
export interface UnseenCharacters {
  readonly column: string;
  /** Number of values. */
  readonly count: number;
}

/** Control characters but those of line breaks and tabs. */
const unseen = String.raw`[\x00-\x08\x0B\x0C\x0E-\x1F\x7F]`;

/** Finds the columns of text of which a value has such a character. One query over all rows. */
export async function unseenCharacters(
  table: SqlText,
  columns: readonly string[],
  rows: Rows,
): Promise<readonly UnseenCharacters[]> {
  if (columns.length === 0) return [];
  const counts = columns.map(
    (column) => sql`count(*) FILTER (WHERE regexp_matches(${identifier(column)}, ${literal(unseen)}))`,
  );
  const [row = []] = await rows(sql`SELECT ${joinSql(counts)} FROM ${table}`);
  return columns.flatMap((column, index) => {
    const count = Number(row[index]);
    return count === 0 ? [] : [{ column, count }];
  });
}
