/** A position in a text of SQL that is being typed: which names may stand there. */
import { isSymbol, type Token, tokenize } from '../base/sqlTokens.ts';
import { isReserved } from './keywords.ts';

/** A table that a statement names by its path. */
interface NamedTable {
  readonly path: string;
  /** In lower case. */
  readonly alias: string | undefined;
}

/** Names that may stand at a position, for the begun word that starts at `start`. */
export type TypedSql = { readonly start: number } &
  /** Paths in a directory; `quote` encloses them. */
  (
    | { readonly names: 'paths'; readonly quote: '"' | "'"; readonly directory: string; readonly begun: string }
    /** Columns of the tables at paths; `isQuoted` in a quoted name. */
    | { readonly names: 'columns'; readonly paths: readonly string[]; readonly isQuoted: boolean }
    /** Columns, functions and keywords. */
    | { readonly names: 'all'; readonly paths: readonly string[]; readonly begun: string }
  );

/**
 * Returns the names that may stand at an index of a text; undefined in a comment, in a string that is not a path, and
 * right after a number or a closed quote.
 */
export function typedSql(text: string, offset: number): TypedSql | undefined {
  const before = text.slice(0, offset);
  const tokens = tokenize(before);
  const quote = openQuote(before, tokens);
  const tables = tablesIn(statementAround(text, offset));
  const paths = [...new Set(tables.map(({ path }) => path))];
  if (quote !== undefined) {
    const start = quote + 1;
    const begun = before.slice(start);
    const isName = before[quote] === '"';
    if (begun.startsWith('/')) return { start, ...pathParts(begun, isName ? '"' : "'") };
    return isName ? { start, names: 'columns', paths, isQuoted: true } : undefined;
  }
  if (endsInComment(before.slice(tokens.at(-1)?.end ?? 0))) return undefined;
  const begun = /[\p{L}_][\p{L}\p{N}_]*$/u.exec(before)?.[0] ?? '';
  if (begun === '' && /["'\d]$/.test(before)) return undefined;
  const start = offset - begun.length;
  const qualifier = /(?:"([^"]+)"|([\p{L}_][\p{L}\p{N}_]*))\.$/u.exec(before.slice(0, start));
  if (qualifier === null) return { start, names: 'all', paths, begun };
  const alias = (qualifier[1] ?? qualifier[2] ?? '').toLowerCase();
  const named = tables.filter((table) => table.alias === alias || table.path.toLowerCase() === alias);
  return { start, names: 'columns', paths: named.map(({ path }) => path), isQuoted: false };
}

/** Index of a quote that is not closed. */
function openQuote(text: string, tokens: readonly Token[]): number | undefined {
  // A quote is a token only when it is never closed.
  const at = tokens.findIndex((token) => isSymbol(token, '"') || isSymbol(token, "'"));
  const quote = tokens[at];
  const last = tokens[at - 1];
  // The second of two quotes: with the first one, a text before them looks closed.
  const isDoubled = last?.end === quote?.start && last !== undefined && text[last.start] === quote?.text;
  return isDoubled ? last.start : quote?.start;
}

function pathParts(text: string, quote: '"' | "'"): Omit<Extract<TypedSql, { names: 'paths' }>, 'start'> {
  const path = text.replaceAll(`${quote}${quote}`, quote);
  const slash = path.lastIndexOf('/') + 1;
  return { names: 'paths', quote, directory: path.slice(0, slash), begun: path.slice(slash) };
}

/** Tokens of the statement around an index. */
function statementAround(text: string, offset: number): readonly Token[] {
  const tokens = tokenize(text);
  const from = tokens.findLastIndex((token) => isSymbol(token, ';') && token.end <= offset) + 1;
  const to = tokens.findIndex((token) => isSymbol(token, ';') && token.start >= offset);
  return tokens.slice(from, to < 0 ? undefined : to);
}

function tablesIn(tokens: readonly Token[]): readonly NamedTable[] {
  return tokens.flatMap(({ kind, text }, index) => {
    if ((kind !== 'identifier' && kind !== 'string') || !/^\/./.test(text)) return [];
    const next = tokens[index + 1];
    const alias = next?.kind === 'word' && next.text === 'AS' ? tokens[index + 2] : next;
    return [{ path: text, alias: isName(alias) ? alias.text.toLowerCase() : undefined }];
  });
}

function isName(token: Token | undefined): token is Token {
  return token?.kind === 'identifier' || (token?.kind === 'word' && !isReserved(token.text));
}

/** True when a text of spaces and comments ends inside a comment. */
function endsInComment(blank: string): boolean {
  return /--[^\n\r]*$/.test(blank) || blank.lastIndexOf('/*') > blank.lastIndexOf('*/');
}
