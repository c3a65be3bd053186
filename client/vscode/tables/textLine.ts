import { type DescriptionInfo } from '../../../server/src/protocol/commands.ts';

/**
 * Returns the line of a row in the text of a table, 1-based. Undefined where lines and rows do not correspond: records of
 * several lines, lines that are not read, headers in between, other encodings than UTF-8, other files than text.
 */
export function lineOfRow(
  content: Uint8Array,
  { text, reader, rowCount }: Pick<DescriptionInfo, 'text' | 'reader' | 'rowCount'>,
  row: number,
): number | undefined {
  if (reader !== 'csv' && reader !== 'json') return undefined;
  if (text !== null && (!/^utf-?8/i.test(text.encoding) || text.laterHeaderLines.length + text.skipped.length > 0))
    return undefined;
  const lines = new TextDecoder().decode(content).split(/\r\n|\n|\r/);
  while (lines.at(-1) === '') lines.pop();
  const first = Math.max(text?.headerLine ?? 0, text?.unitsLine ?? 0);
  return lines.length - first === rowCount && row < rowCount ? first + row + 1 : undefined;
}
