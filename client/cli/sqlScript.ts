/** Texts of several statements of SQL. */
import { type SqlStatement, statements } from '../../server/src/base/sqlStatements.ts';
import { isSymbol, tokenize } from '../../server/src/base/sqlTokens.ts';

/** A text split at the end of its last complete statement. */
interface SplitScript {
  /** Statements that end with a semicolon. */
  readonly complete: readonly SqlStatement[];
  /** The text after them: a statement that goes on, or only space and comments. */
  readonly rest: string;
}

/** Splits a text that is still being typed. */
export function splitScript(sql: string): SplitScript {
  const end = tokenize(sql).findLast((token) => isSymbol(token, ';'))?.end ?? 0;
  return { complete: statements(sql.slice(0, end)), rest: sql.slice(end).trim() === '' ? '' : sql.slice(end) };
}

/**
 * Yields the statements of a text, each preceded by as many lines and spaces as in the text: the position of an error is
 * that in the text. One at a time, as all of them together grow with the square of the text.
 */
export function* placedStatements(sql: string): Iterable<string> {
  let line = 0;
  let column = 0;
  let at = 0;
  for (const { text, start } of statements(sql)) {
    for (; at < start; at += 1) {
      column = sql[at] === '\n' ? 0 : column + 1;
      if (sql[at] === '\n') line += 1;
    }
    yield '\n'.repeat(line) + ' '.repeat(column) + text;
  }
}
