/** Texts about queries: their titles, names of their files, and how long they have run. */
import { printable } from '../../../server/src/base/printable.ts';
import { tokenize } from '../../../server/src/base/sqlTokens.ts';
import { withoutPlot } from '../webviews/plot/statement.ts';

/** Lengths of a title and of a detail, and the number of words in the name of a file. */
const titleMax = 48;
const nameWordsMax = 6;
const detailMax = 300;
/** Length of the beginning of a query that its title is found in. */
const beginningMax = 2000;

/**
 * First words of a query on one line: those of the comment above its statement, other than that of its plot, else of
 * the statement. Of comments that blank lines separate, the last one counts: the first is the header of a file. At most
 * 48 characters, the last of them `…` when words are missing, and invisible ones as escapes: the query may be a
 * stranger's. `Untitled query` for a text without words.
 */
export function queryTitle(text: string): string {
  const sql = withoutPlot(text).slice(0, beginningMax);
  const words = commentAbove(sql) ?? tokenizedText(sql);
  if (!/[\p{L}\p{N}]/u.test(words)) return 'Untitled query';
  const title = printable(words.replace(/\s+/g, ' ').trim());
  return title.length <= titleMax ? title : `${title.slice(0, titleMax - 1).trimEnd()}…`;
}

/** The beginning of a query on one line, with invisible characters as escapes. */
export function queryDetail(sql: string): string {
  return printable(sql.slice(0, detailMax).replace(/\s+/g, ' '));
}

/**
 * Name of a file of a query, or of its rows, from its first words, in letters that every disk takes:
 * `daily-means-of-wind.pondsql`.
 */
export function queryFileName(sql: string, extension = 'pondsql'): string {
  const words = queryTitle(sql)
    .normalize('NFKD')
    .toLowerCase()
    .match(/[a-z0-9]+/g);
  return `${words?.slice(0, nameWordsMax).join('-') ?? 'query'}.${extension}`;
}

/** The first line with letters of the comment above the statement; undefined without one. */
function commentAbove(sql: string): string | undefined {
  let block: readonly string[] = [];
  let isOpen = false;
  for (const line of sql.split('\n')) {
    const text = line.trim();
    if (text !== '' && !text.startsWith('--')) break;
    if (text !== '') block = isOpen ? [...block, text] : [text];
    isOpen = text !== '';
  }
  return block.map((line) => line.replace(/^-+/, '')).find((line) => /\p{L}/u.test(line));
}

/** The statement without its comments, with one space where it has any. */
function tokenizedText(sql: string): string {
  let [text, end] = ['', 0];
  for (const { start, end: next } of tokenize(sql)) {
    text += (start > end && text !== '' ? ' ' : '') + sql.slice(start, next);
    end = next;
    if (text.length > titleMax) break;
  }
  return text;
}
