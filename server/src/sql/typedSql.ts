/** A position in a text of SQL that is being typed: which names may stand there. */
import { isSymbol, type Token, tokenize } from '../base/sqlTokens.ts';
import { type TextFormat } from '../sandbox/textFormat.ts';
import { isReserved } from './keywords.ts';

/** A table that a statement reads by a name instead of its path, such as an input of a resource. */
export interface SqlTableName {
  readonly name: string;
  readonly path: string;
  /** Stated for its files by the document that names it. */
  readonly format?: TextFormat;
}

/** A table of a statement. */
interface StatementTable {
  readonly path: string;
  /** Its path or name, and its alias, in lower case. */
  readonly names: readonly string[];
}

/** Names that may stand at a position, for the begun word that starts at `start`. */
export type TypedSql = { readonly start: number } &
  /** Paths in a directory; `quote` encloses them. */
  (
    | { readonly names: 'paths'; readonly quote: '"' | "'"; readonly directory: string; readonly begun: string }
    /** Names of tables that are not words: `$1`. */
    | { readonly names: 'tables' }
    /** Columns of the tables at paths; `isQuoted` in a quoted name. */
    | { readonly names: 'columns'; readonly paths: readonly string[]; readonly isQuoted: boolean }
    /** Columns, names of tables, functions and keywords. */
    | { readonly names: 'all'; readonly paths: readonly string[]; readonly begun: string }
  );

/**
 * Returns the names that may stand at an index of a text; undefined in a comment, in a string that is not a path or a
 * table, and right after a number or a closed quote. A statement that names no table may read all of `named`.
 */
export function typedSql(text: string, offset: number, named: readonly SqlTableName[] = []): TypedSql | undefined {
  const before = text.slice(0, offset);
  const tokens = tokenize(before);
  const quote = openQuote(before, tokens);
  const tables = tablesAround(text, offset, named);
  const paths = [...new Set((tables.length > 0 ? tables : named).map(({ path }) => path))];
  if (quote !== undefined) {
    const start = quote + 1;
    const begun = before.slice(start);
    const isName = before[quote] === '"';
    if (begun.startsWith('/')) return { start, ...pathParts(begun, isName ? '"' : "'") };
    const isTable = named.some(({ name }) => !isWord(name) && name.startsWith(begun));
    if (isTable && !isName) return { start, names: 'tables' };
    return isName ? { start, names: 'columns', paths, isQuoted: true } : undefined;
  }
  if (endsInComment(before.slice(tokens.at(-1)?.end ?? 0))) return undefined;
  const begun = /[\p{L}_][\p{L}\p{N}_]*$/u.exec(before)?.[0] ?? '';
  if (begun === '' && /["'\d]$/.test(before)) return undefined;
  const start = offset - begun.length;
  const qualifier = /(?:"([^"]+)"|([\p{L}_][\p{L}\p{N}_]*))\.$/u.exec(before.slice(0, start));
  if (qualifier === null) return { start, names: 'all', paths, begun };
  const alias = (qualifier[1] ?? qualifier[2] ?? '').toLowerCase();
  const aliased = tables.filter(({ names }) => names.includes(alias));
  return { start, names: 'columns', paths: [...new Set(aliased.map(({ path }) => path))], isQuoted: false };
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

/** Returns the tables of the statement around an index of a text. */
export function tablesAround(text: string, offset: number, named: readonly SqlTableName[]): readonly StatementTable[] {
  return tablesIn(statementAround(text, offset), named);
}

/** Tokens of the statement around an index. */
function statementAround(text: string, offset: number): readonly Token[] {
  const tokens = tokenize(text);
  const from = tokens.findLastIndex((token) => isSymbol(token, ';') && token.end <= offset) + 1;
  const to = tokens.findIndex((token) => isSymbol(token, ';') && token.start >= offset);
  return tokens.slice(from, to < 0 ? undefined : to);
}

function tablesIn(tokens: readonly Token[], named: readonly SqlTableName[]): readonly StatementTable[] {
  return tokens.flatMap((token, index) => {
    const table = named.find(({ name }) => names(token, name)) ?? tableAtPath(token);
    if (table === undefined) return [];
    const [next, second] = tokens.slice(endOfTable(tokens, index));
    const alias = next?.kind === 'word' && next.text === 'AS' ? second : next;
    const aliases = isName(alias) ? [alias.text.toLowerCase()] : [];
    return [{ path: table.path, names: [table.name.toLowerCase(), ...aliases] }];
  });
}

/** Index after the table whose path or name is a token: after the call of a reader function that has it in parentheses. */
function endOfTable(tokens: readonly Token[], index: number): number {
  const open = indexAtDepth(tokens.slice(0, index).toReversed(), { in: ')', out: '(' });
  const reader = open === undefined ? undefined : tokens[index - open - 2];
  if (reader?.kind !== 'word' || !/^read_/i.test(reader.text)) return index + 1;
  const close = indexAtDepth(tokens.slice(index + 1), { in: '(', out: ')' });
  return close === undefined ? tokens.length : index + close + 2;
}

/** Index of the parenthesis that leads out of those around the first token; undefined without any. */
function indexAtDepth(
  tokens: readonly Token[],
  parentheses: { readonly in: string; readonly out: string },
): number | undefined {
  let depth = 0;
  const at = tokens.findIndex((token) => {
    if (isSymbol(token, parentheses.in)) depth++;
    else if (isSymbol(token, parentheses.out)) depth--;
    return depth < 0;
  });
  return at < 0 ? undefined : at;
}

/** True for a token that is a name: as a word in any case or in quotes, and in those of a string if it is not a word. */
function names({ kind, text }: Token, name: string): boolean {
  if (kind === 'word' || kind === 'identifier') return text.toLowerCase() === name.toLowerCase();
  return kind === 'string' && text === name && !isWord(name);
}

function tableAtPath({ kind, text }: Token): SqlTableName | undefined {
  return (kind === 'identifier' || kind === 'string') && /^\/./.test(text) ? { name: text, path: text } : undefined;
}

/** True for a name that needs no quotes. */
export function isWord(name: string): boolean {
  return /^[\p{L}_][\p{L}\p{N}_]*$/u.test(name) && !isReserved(name);
}

function isName(token: Token | undefined): token is Token {
  return token?.kind === 'identifier' || (token?.kind === 'word' && !isReserved(token.text));
}

/** True when a text of spaces and comments ends inside a comment. */
function endsInComment(blank: string): boolean {
  return /--[^\n\r]*$/.test(blank) || blank.lastIndexOf('/*') > blank.lastIndexOf('*/');
}
