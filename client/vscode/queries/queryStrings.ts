/** Texts about queries: their titles, names of their files, and how long they have run. */
import { printable } from '../../../server/src/base/printable.ts';
import { type Token, tokenize } from '../../../server/src/base/sqlTokens.ts';
import { withoutPlot } from '../webviews/plot/statement.ts';

/** Lengths of a title and of a detail, and the number of words in the name of a file. */
const titleMax = 48;
const nameWordsMax = 6;
const detailMax = 300;

/**
 * First words of a query on one line: those of a comment that it begins with, other than that of its plot, else of the
 * statement. At most 48 characters, the last of them `…` when words are missing, and invisible ones as escapes: the query
 * may be a stranger's. `Untitled query` for a text without words.
 */
export function queryTitle(text: string): string {
  const sql = withoutPlot(text);
  const [line = ''] = sql.trimStart().split('\n', 1);
  const comment = /^--+(.*\p{L}.*)$/u.exec(line.trimEnd())?.[1];
  const words = comment ?? tokenizedText(sql);
  if (!/[\p{L}\p{N}]/u.test(words)) return 'Untitled query';
  const title = printable(words.replace(/\s+/g, ' ').trim());
  return title.length <= titleMax ? title : `${title.slice(0, titleMax - 1).trimEnd()}…`;
}

/** The beginning of a query on one line, with invisible characters as escapes. */
export function queryDetail(sql: string): string {
  return printable(sql.slice(0, detailMax).replace(/\s+/g, ' '));
}

/** Name of the file of a query, from its first words, in letters that every disk takes: `daily-means-of-wind.pondsql`. */
export function queryFileName(sql: string): string {
  const words = queryTitle(sql)
    .normalize('NFKD')
    .toLowerCase()
    .match(/[a-z0-9]+/g);
  return `${words?.slice(0, nameWordsMax).join('-') ?? 'query'}.pondsql`;
}

/** The statement without its comments, with one space where it has any. */
function tokenizedText(sql: string): string {
  let [text, end] = ['', 0];
  for (const { start, end: next } of wholeTokens(sql)) {
    text += (start > end && text !== '' ? ' ' : '') + sql.slice(start, next);
    end = next;
    if (text.length > titleMax) break;
  }
  return text;
}

/** Tokens of the beginning of a text: a title needs no more of a long one. */
function wholeTokens(sql: string): readonly Token[] {
  return tokenize(sql.slice(0, 2000));
}
