/** SQL that finds out whether a query can run, and reads no rows. */
import { type Token, tokenize } from '../base/sqlTokens.ts';
import { identifier, joinSql, literal, sql } from '../duckdb/sql.ts';
import { isWord, type SqlTableName } from './typedSql.ts';

/** A query over named tables as one statement. */
interface BindingSql {
  readonly text: string;
  /** Index in the query of an index in the statement. */
  indexInQuery(index: number): number;
}

/** A part of a query that the statement has in another form. */
interface Replaced {
  readonly start: number;
  readonly end: number;
  readonly text: string;
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
  const replaced = [...inputsIn(tokens, tables), ...endOf(tokens)];
  let body = query;
  for (const { start, end, text } of replaced.toReversed()) body = body.slice(0, start) + text + body.slice(end);
  return {
    text: `${head}${body}\n${sql`) LIMIT 0`}`,
    indexInQuery: (index) => before(replaced, Math.min(Math.max(0, index - head.length), body.length)),
  };
}

function inputsIn(tokens: readonly Token[], tables: readonly SqlTableName[]): readonly Replaced[] {
  return tokens.flatMap(({ kind, text, start, end }) => {
    const table = tables.find(({ name }) => name === text && !isWord(name));
    if (table === undefined || (kind !== 'string' && kind !== 'identifier')) return [];
    return [{ start, end, text: String(kind === 'string' ? literal(table.path) : identifier(table.path)) }];
  });
}

/** The semicolons at the end, which a query in parentheses cannot have. */
function endOf(tokens: readonly Token[]): readonly Replaced[] {
  const last = tokens.findLastIndex(({ kind, text }) => !(kind === 'symbol' && text === ';'));
  return tokens.slice(last + 1).map(({ start, end }) => ({ start, end, text: ' '.repeat(end - start) }));
}

/** Index before some parts were replaced; the start of a part for an index in it. */
function before(replaced: readonly Replaced[], index: number): number {
  let moved = 0;
  for (const { start, end, text } of replaced) {
    if (index < start + moved) break;
    if (index < start + moved + text.length) return start;
    moved += text.length - (end - start);
  }
  return index - moved;
}
