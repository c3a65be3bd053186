/** Results as a table in Markdown. */
import { isAnyNumber } from '../../base/typeClass.ts';
import { type RowsAsText, rowsOf } from './rowWindows.ts';

/**
 * Yields a table in GitHub's Markdown, with numbers to the right. NULL is `NULL`, and a text of these letters `'NULL'`;
 * a line break in a value is `<br>`.
 */
export async function* markdownFile({ columns, windows }: RowsAsText): AsyncIterable<Uint8Array> {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |\n`;
  const alignments = columns.map(({ type }) => (isAnyNumber(type) ? '---:' : '---'));
  yield Buffer.from(line(columns.map(({ name }) => escaped(name))) + line(alignments));
  for await (const window of windows()) {
    let text = '';
    for (const row of rowsOf(window)) text += line(row.map(shown));
    yield Buffer.from(text);
  }
}

function shown(value: string | null): string {
  if (value === null) return 'NULL';
  return value === 'NULL' ? "'NULL'" : escaped(value);
}

function escaped(text: string): string {
  return text.replace(/[\\|*_`~[\]<>&]/g, (character) => `\\${character}`).replace(/\r\n?|\n/g, '<br>');
}
