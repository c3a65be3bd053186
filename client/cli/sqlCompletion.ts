/** Completion of the word at the end of a line of SQL. */

/** Words of the language that people type often; completed in upper case unless begun in lower case. */
const keywords =
  'SELECT FROM WHERE GROUP BY ORDER HAVING LIMIT OFFSET JOIN LEFT RIGHT INNER OUTER CROSS USING ON AS AND OR NOT IN IS NULL LIKE ILIKE BETWEEN CASE WHEN THEN ELSE END DISTINCT ALL UNION EXCEPT INTERSECT WITH VALUES DESCRIBE SUMMARIZE SHOW EXPLAIN ANALYZE PIVOT UNPIVOT ASOF QUALIFY WINDOW OVER PARTITION EXCLUDE REPLACE CAST DATE TIMESTAMP INTERVAL INTEGER BIGINT DOUBLE VARCHAR DECIMAL BOOLEAN TRUE FALSE ASC DESC NULLS FIRST LAST'.split(
    ' ',
  );

/** Names that the pond and the engine know. */
export interface CompletionSources {
  /** Entries of a directory of the pond; none if it cannot be listed. */
  readonly children: (
    directory: string,
  ) => Promise<readonly { readonly name: string; readonly isDirectory: boolean }[]>;
  /** Names of the columns of a table; none if it cannot be read. */
  readonly columns: (path: string) => Promise<readonly string[]>;
  /** Names of functions. */
  readonly functions: () => Promise<readonly string[]>;
}

/**
 * Returns the completions of the last word of `line`, and this word. `before` is the statement's text on earlier lines.
 * A quoted text that begins with `/` is a path; any other word is a keyword, a function, or a column of a path that the
 * statement names.
 */
export async function completeSql(
  line: string,
  before: string,
  sources: CompletionSources,
): Promise<readonly [matches: readonly string[], word: string]> {
  const path = openPath(line);
  if (path !== undefined) return [await completePath(path, sources.children), path];
  const word = /[\p{L}\p{N}_.]*$/u.exec(line)?.[0] ?? '';
  if (word === '') return [[], word];
  const isLower = word === word.toLowerCase();
  const words = keywords.map((keyword) => (isLower ? keyword.toLowerCase() : keyword));
  const columns: string[] = [];
  for (const named of pathsIn(`${before}\n${line}`)) columns.push(...(await sources.columns(named)));
  const functions = (await sources.functions()).map((name) => `${name}(`);
  const matches = [...columns, ...words, ...functions].filter((name) => startsWith(name, word));
  return [[...new Set(matches)].map(quotedName), word];
}

/** Completes the last component of a path; directories end in a slash. */
async function completePath(path: string, children: CompletionSources['children']): Promise<readonly string[]> {
  const directory = path.slice(0, path.lastIndexOf('/') + 1);
  const last = path.slice(directory.length);
  const entries = await children(directory === '/' ? '/' : directory.replace(/\/$/, ''));
  return entries.flatMap(({ name, isDirectory }) =>
    name.startsWith(last) ? [`${directory}${name}${isDirectory ? '/' : ''}`] : [],
  );
}

/** The path in a quote that is still open at the end of a line; undefined outside of one. */
function openPath(line: string): string | undefined {
  const quotes = [...line.matchAll(/["']/g)];
  let open: RegExpMatchArray | undefined;
  for (const quote of quotes) {
    if (open === undefined) open = quote;
    else if (open[0] === quote[0]) open = undefined;
  }
  const text = open === undefined ? undefined : line.slice(open.index! + 1);
  return text?.startsWith('/') === true ? text : undefined;
}

function pathsIn(sql: string): readonly string[] {
  return [...new Set([...sql.matchAll(/(["'])(\/[^"'\n]+)\1/g)].map(([, , path = '']) => path))];
}

function startsWith(name: string, word: string): boolean {
  return name.toLowerCase().startsWith(word.toLowerCase());
}

/** A column whose name is not a plain word needs quotes. */
function quotedName(name: string): string {
  return /^[\p{L}_][\p{L}\p{N}_]*\(?$/u.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
}
