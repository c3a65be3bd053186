import { isSymbol, type Token, tokenize } from './sqlTokens.ts';

/** A statement of a SQL text, without its semicolon and surrounding white space. */
export interface SqlStatement {
  readonly text: string;
  /** Index of its first character in the SQL, in UTF-16 code units. */
  readonly start: number;
}

/** Returns the statements of a SQL text in order; an unterminated string, name or comment extends to the end. */
export function statements(sql: string): readonly SqlStatement[] {
  const found: SqlStatement[] = [];
  let start = 0;
  let isEmpty = true;
  const finish = (end: number): void => {
    const text = sql.slice(start, end);
    if (!isEmpty) found.push({ text: text.trim(), start: start + (text.length - text.trimStart().length) });
    isEmpty = true;
  };
  for (const token of tokenize(sql)) {
    if (!isSymbol(token, ';')) isEmpty = false;
    // A quote is a token only when it is never closed.
    if (isQuote(token)) break;
    if (!isSymbol(token, ';')) continue;
    finish(token.start);
    start = token.end;
  }
  finish(sql.length);
  return found;
}

/** The statement that contains `offset`, or ends before it; else the next; undefined in a text without statements. */
export function statementAt(sql: string, offset: number): SqlStatement | undefined {
  const all = statements(sql);
  // After the semicolon, on the same line, the user still means the statement that it ends.
  const lineStart = sql.lastIndexOf('\n', offset - 1) + 1;
  const containing = all.find(({ text, start }) => start <= offset && offset <= start + text.length);
  const before = all.findLast(({ text, start }) => start + text.length >= lineStart && start <= offset);
  return containing ?? before ?? all.find(({ start }) => start >= offset) ?? all.at(-1);
}

function isQuote(token: Token): boolean {
  return isSymbol(token, "'") || isSymbol(token, '"');
}
