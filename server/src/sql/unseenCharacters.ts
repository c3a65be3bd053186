/** Characters in texts that no program shows, which a damaged file or a faulty device leaves in its values. */
import { identifier, literal, sql, type SqlText } from '../duckdb/sql.ts';

/** Values of a column with such characters. */
export interface UnseenCharacters {
  readonly column: string;
  /** Number of values. */
  readonly count: number;
}

/** Control characters but those of line breaks and tabs. */
const unseen = String.raw`[\x00-\x08\x0B\x0C\x0E-\x1F\x7F]`;

/** Counts of the values of columns of text that have such a character, to be selected from their table. */
export function unseenCounts(columns: readonly string[]): readonly SqlText[] {
  return columns.map(
    (column) => sql`count(*) FILTER (WHERE regexp_matches(${identifier(column)}, ${literal(unseen)}))`,
  );
}

/** Returns the columns with such values; `counts` has the results of unseenCounts. */
export function unseenCharacters(
  columns: readonly string[],
  counts: readonly (string | null)[],
): readonly UnseenCharacters[] {
  return columns.flatMap((column, index) => {
    const count = Number(counts[index]);
    return count === 0 ? [] : [{ column, count }];
  });
}
