/** Words of the language that people type often. */
const wordsIn = (text: string): readonly string[] => text.split(' ');

/** Words that are names only in quotes. */
const reserved: ReadonlySet<string> = new Set(
  wordsIn(
    'SELECT FROM WHERE GROUP ORDER HAVING LIMIT OFFSET JOIN LEFT RIGHT INNER OUTER CROSS USING ON AS AND OR NOT IN IS NULL LIKE ILIKE CASE WHEN THEN ELSE END DISTINCT ALL UNION EXCEPT INTERSECT WITH DESCRIBE SUMMARIZE SHOW PIVOT UNPIVOT ASOF QUALIFY WINDOW CAST TRUE FALSE ASC DESC',
  ),
);

/** Words that may be names too. */
const others = wordsIn(
  'BY BETWEEN VALUES EXPLAIN ANALYZE OVER PARTITION EXCLUDE REPLACE DATE TIMESTAMP INTERVAL INTEGER BIGINT DOUBLE VARCHAR DECIMAL BOOLEAN NULLS FIRST LAST',
);

/** The words, in upper case. */
export const sqlKeywords: readonly string[] = [...reserved, ...others];

/** True for a word that is a name only in quotes. */
export function isReserved(word: string): boolean {
  return reserved.has(word.toUpperCase());
}
