/**
 * A statement of a SQL text: `text` without its semicolon and surrounding whitespace, `start` its 0-based UTF-16
 * offset.
 */
export interface Statement {
  readonly text: string;
  readonly start: number;
}

// Tokens within which a semicolon does not end a statement: comments, strings, quoted names, dollar-quoted strings.
const opaque = /--[^\n]*|\/\*[^]*?(?:\*\/|$)|'(?:[^']|'')*(?:'|$)|"(?:[^"]|"")*(?:"|$)|\$(\w*)\$[^]*?(?:\$\1\$|$)|(;)/g;

/** Statements of a SQL text in order, without empty ones; an unterminated string or comment extends to the end. */
export function statements(sql: string): readonly Statement[] {
  const ends = [...sql.matchAll(opaque)].filter((match) => match[2] !== undefined).map((match) => match.index);
  const starts = [0, ...ends.map((end) => end + 1)];
  return starts
    .map((start, index) => trimmed(sql.slice(start, ends[index] ?? sql.length), start))
    .filter(({ text }) => withoutComments(text) !== '');
}

/** The statement that contains `offset`, or ends before it; else the next; undefined in a text without statements. */
export function statementAt(sql: string, offset: number): Statement | undefined {
  const all = statements(sql);
  // After the semicolon, on the same line, the user still means the statement that it ends.
  const lineStart = sql.lastIndexOf('\n', offset - 1) + 1;
  const containing = all.find(({ text, start }) => start <= offset && offset <= start + text.length);
  const before = all.findLast(({ text, start }) => start + text.length >= lineStart && start <= offset);
  return containing ?? before ?? all.find(({ start }) => start >= offset) ?? all.at(-1);
}

function trimmed(text: string, start: number): Statement {
  return { text: text.trim(), start: start + (text.length - text.trimStart().length) };
}

function withoutComments(text: string): string {
  return text.replace(/--[^\n]*|\/\*[^]*?(?:\*\/|$)/g, '').trim();
}
