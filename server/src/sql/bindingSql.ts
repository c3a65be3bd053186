/** SQL that finds out whether a query can run, and reads no rows. */
import { type Token, tokenize } from '../base/sqlTokens.ts';
import { identifier, joinSql, literal, sql } from '../duckdb/sql.ts';
import { editText, type TextEdit } from '../sandbox/edits.ts';
import { isWord, type SqlTableName } from './typedSql.ts';

/** A query over named tables as one statement. */
interface BindingSql {
  readonly text: string;
  /** Index in the query of an index in the statement. */
  indexInQuery(index: number): number;
}

/**
 * Returns a statement without rows that fails as the query does: names that are words are tables of it, and others, such as
 * `$1`, are replaced by the paths. Undefined where such a name is without quotes.
 */
export function bindingSql(query: string, tables: readonly SqlTableName[]): BindingSql | undefined {
  const words = tables.filter(({ name }) => isWord(name));
  const named = words.map(({ name, path }) => sql`${identifier(name)} AS (SELECT * FROM ${identifier(path)})`);
  const head = `${named.length === 0 ? sql`FROM (` : sql`WITH ${joinSql(named)} FROM (`}\n`;
  const tokens = tokenize(query);
  if (tokens.some(({ text }, index) => text === '$' && /^\d/.test(tokens[index + 1]?.text ?? ''))) return undefined;
  const body = editText(query, [...inputsIn(tokens, tables), ...endOf(tokens)]);
  return {
    text: `${head}${body.text}\n${sql`) LIMIT 0`}`,
    indexInQuery: (index) => body.indexInOriginal(Math.min(Math.max(0, index - head.length), body.text.length)),
  };
}

function inputsIn(tokens: readonly Token[], tables: readonly SqlTableName[]): readonly TextEdit[] {
  return tokens.flatMap(({ kind, text, start, end }) => {
    const table = tables.find(({ name }) => name === text && !isWord(name));
    if (table === undefined || (kind !== 'string' && kind !== 'identifier')) return [];
    return [{ start, end, text: String(kind === 'string' ? literal(table.path) : identifier(table.path)) }];
  });
}

/** The semicolons at the end, which a query in parentheses cannot have. */
function endOf(tokens: readonly Token[]): readonly TextEdit[] {
  const last = tokens.findLastIndex(({ kind, text }) => !(kind === 'symbol' && text === ';'));
  return tokens.slice(last + 1).map(({ start, end }) => ({ start, end, text: ' '.repeat(end - start) }));
}
