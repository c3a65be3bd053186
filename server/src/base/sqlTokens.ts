/**
 * A token of a SQL text, in a simplified grammar. DuckDB's own parser decides what a statement is; this scanner only
 * finds the first word, the quoted names and the semicolons, in texts that DuckDB does not describe as JSON.
 */
export interface Token {
  readonly kind: 'word' | 'identifier' | 'string' | 'symbol';
  /** The word in upper case, the name or string without its quotes, or the single character. */
  readonly text: string;
  /** Index of the first character in the SQL, in UTF-16 code units. */
  readonly start: number;
  /** Index after its last character. */
  readonly end: number;
}

// In this order: a quoted name or string, with doubled quotes inside; a string with backslashes, and a dollar-quoted
// string, both of which may be unterminated; a word; any other single character.
const pattern =
  /"((?:[^"]|"")*)"|'((?:[^']|'')*)'|[eE]'((?:[^'\\]|''|\\[^]?)*)(?:'|$)|\$((?:[\p{L}_]\w*)?)\$([^]*?)(?:\$\4\$|$)|([\p{L}_][\p{L}\p{N}_$]*)|([^])/uy;

const whiteSpace = /\s*/y;

/** True for a single character that is not part of a name or string. */
export function isSymbol(token: Token | undefined, text: string): boolean {
  return token?.kind === 'symbol' && token.text === text;
}

/** Returns the tokens of a text, without white space and comments. */
export function tokenize(sql: string): readonly Token[] {
  const tokens: Token[] = [];
  for (let start = skipBlank(sql, 0); start < sql.length;) {
    const token = readPlain(sql, start) ?? readToken(sql, start);
    if (token === undefined) break;
    tokens.push(token);
    start = skipBlank(sql, token.end);
  }
  return tokens;
}

const plainWord = /[\p{L}_][\p{L}\p{N}_$]*/uy;
/** Every ASCII character that is always a token of its own. */
const plainSymbol = /[!#%&()*+,\-./0-9:;<=>?@[\\\]^`{|}~]/;

/** The token at an index when its first character decides its kind, as that of most tokens does: without `pattern`. */
function readPlain(sql: string, start: number): Token | undefined {
  const first = sql.charAt(start);
  if (plainSymbol.test(first)) return { kind: 'symbol', text: first, start, end: start + 1 };
  if (!/[a-z_]/i.test(first) || sql[start + 1] === "'") return undefined;
  plainWord.lastIndex = start;
  plainWord.test(sql);
  const end = plainWord.lastIndex;
  return { kind: 'word', text: sql.slice(start, end).toUpperCase(), start, end };
}

function readToken(sql: string, start: number): Token | undefined {
  pattern.lastIndex = start;
  const match = pattern.exec(sql);
  if (match === null) return undefined;
  const end = pattern.lastIndex;
  const [, identifier, string, escaped, , dollars, word, symbol] = match;
  if (identifier !== undefined) return { kind: 'identifier', text: identifier.replaceAll('""', '"'), start, end };
  if (string !== undefined) return { kind: 'string', text: string.replaceAll("''", "'"), start, end };
  if (word !== undefined) return { kind: 'word', text: word.toUpperCase(), start, end };
  if (symbol !== undefined) return { kind: 'symbol', text: symbol, start, end };
  return { kind: 'string', text: escaped ?? dollars ?? '', start, end };
}

/**
 * Index of the first character that DuckDB's scanner may read differently from this one: a lone carriage return, which
 * ends a line for DuckDB, and outside of quotes and comments a `$`, a control character or a non-ASCII character.
 * Undefined where both see the same tokens.
 */
export function unclearIn(sql: string, tokens: readonly Token[]): number | undefined {
  let end = 0;
  for (const token of [...tokens, { kind: 'end', start: sql.length, end: sql.length }]) {
    const inBlank = unclearInBlank(sql, end, token.start);
    if (inBlank !== undefined) return inBlank;
    const isUnquoted = token.kind === 'word' || token.kind === 'symbol';
    const text = sql.slice(token.start, token.end);
    const found = isUnquoted ? text.search(/[^!-#%-~]/) : text.search(/^\$/);
    if (found >= 0) return token.start + found;
    ({ end } = token);
  }
  return undefined;
}

/** Like unclearIn, for the text between two tokens. */
function unclearInBlank(sql: string, start: number, end: number): number | undefined {
  const inComment = /\r(?!\n)/g;
  const outside = /[^ \t\n\r]|\r(?!\n)/y;
  for (let index = start; index < end;) {
    const next = skipComment(sql, index);
    const pattern = next > index ? inComment : outside;
    pattern.lastIndex = index;
    const found = pattern.exec(sql)?.index ?? Infinity;
    index = Math.max(next, index + 1);
    if (found < index) return found;
  }
  return undefined;
}

/** Index of the first character at or after `start` that is neither white space nor in a comment. */
function skipBlank(sql: string, start: number): number {
  for (let index = start; ;) {
    whiteSpace.lastIndex = index;
    whiteSpace.test(sql);
    const next = skipComment(sql, whiteSpace.lastIndex);
    if (next === index) return index;
    index = next;
  }
}

/** Index after the comment that begins at an index; the index itself when none does. */
function skipComment(sql: string, index: number): number {
  if (sql.startsWith('--', index)) {
    // A carriage return alone ends a line for DuckDB.
    const length = sql.slice(index).search(/[\n\r]/);
    return length < 0 ? sql.length : index + length;
  }
  return sql.startsWith('/*', index) ? skipNested(sql, index) : index;
}

/** Comments of this kind nest, as in standard SQL. */
function skipNested(sql: string, start: number): number {
  let depth = 0;
  for (let index = start; index < sql.length; index += 1) {
    if (sql.startsWith('/*', index)) depth += 1;
    else if (sql.startsWith('*/', index)) depth -= 1;
    else continue;
    index += 1;
    if (depth === 0) return index + 1;
  }
  return sql.length;
}
