/** SQL text. Nothing but this file builds it from parts. */
import { assert } from '../base/assert.ts';
import { tokenize } from '../base/sqlTokens.ts';

declare const isSqlText: unique symbol;

/**
 * SQL, or a part of it, into which no unquoted text from elsewhere was inserted: only the functions of this file, and
 * the parser of type names in sqlType.ts, produce it.
 */
export type SqlText = string & { readonly [isSqlText]: true };

/** A value that may be inserted into SQL; a number must be a safe integer. */
type SqlPart = SqlText | number | bigint;

/**
 * Template tag that builds SQL. Its values are SQL themselves: quote a name with `identifier`, a text with `literal`,
 * and join lists with `joinSql`.
 */
export function sql(texts: TemplateStringsArray, ...parts: readonly SqlPart[]): SqlText {
  return texts.reduce((text, next, index) => `${text}${shown(parts[index - 1])}${next}`) as SqlText;
}

function shown(part: SqlPart | undefined): string {
  assert(typeof part !== 'number' || Number.isSafeInteger(part), () => `${part} is an integer`);
  return String(part);
}

/** Joins parts of SQL, with a comma unless another separator is given; an empty text without parts. */
export function joinSql(parts: readonly SqlPart[], separator: SqlText = sql`, `): SqlText {
  return parts.map(shown).join(separator) as SqlText;
}

/** Returns a name as a quoted SQL identifier. */
export function identifier(name: string): SqlText {
  return `"${name.replaceAll('"', '""')}"` as SqlText;
}

/** Returns a text as a SQL string literal. */
export function literal(text: string): SqlText {
  return `'${text.replaceAll("'", "''")}'` as SqlText;
}

/** Returns texts as a SQL list of string literals; `[]` when there are none. */
export function literalList(texts: readonly string[]): SqlText {
  return sql`[${joinSql(texts.map(literal))}]`;
}

/** Returns SQL with other texts in its string literals: `textOf` returns the new one, undefined to leave a literal. */
export function withLiterals(statement: SqlText, textOf: (text: string) => string | undefined): SqlText {
  let from = 0;
  const parts: string[] = [];
  for (const { kind, text, start, end } of tokenize(statement)) {
    const changed = kind === 'string' ? textOf(text) : undefined;
    if (changed === undefined) continue;
    parts.push(statement.slice(from, start), literal(changed));
    from = end;
  }
  return `${parts.join('')}${statement.slice(from)}` as SqlText;
}
