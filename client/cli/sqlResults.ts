import { plural } from '../../server/src/base/plural.ts';
import { PondError } from '../../server/src/base/error.ts';
import { type ResultFormat } from '../../server/src/protocol/commands.ts';
import { hintText } from './errorText.ts';
import { binaryFormats } from './queryRequest.ts';
import { leftOutHints, printRows } from './resultTable.ts';
import { atOf } from './runner.ts';
import { type Session } from './verb.ts';

/** Rows of a result that a terminal shows. */
const screenRows = 100;

/** A format whose results can be printed one after another. */
export type PrintedFormat = ResultFormat | 'table';

/** Returns a format that is text. Fails `usage` for any other. */
export function printedFormat(format: ResultFormat | 'table'): PrintedFormat {
  if (!binaryFormats.has(format)) return format;
  throw new PondError('usage', `${format} is not text`, { hint: "'pond query -o FILE' writes it." });
}

/** Runs one statement and prints its result. Errors as the verb `query`; `cancelled` by the signal. */
export async function printStatement(
  session: Session,
  sql: string,
  { format, signal }: { readonly format: PrintedFormat; readonly signal: AbortSignal },
): Promise<void> {
  const { terminal, line } = session;
  const request = { sql, ...atOf(line) };
  if (format !== 'table') {
    const output = (chunk: Uint8Array): Promise<void> => terminal.print(chunk);
    await session.call('queryToText', { ...request, format }, { output, signal });
    return;
  }
  const result = await session.call('query', request, { signal });
  const { resultId, rowCount, elapsedMs } = result;
  try {
    const shownCount = terminal.isScreen ? Math.min(rowCount, screenRows) : rowCount;
    const screen = { print: (text: string) => terminal.print(text), isClosed: false, width: terminal.screenWidth };
    const leftOut = await printRows(session, screen, result, shownCount);
    terminal.warn(`${plural(rowCount, 'row')} in ${Math.round(elapsedMs)} ms`);
    if (shownCount < rowCount) terminal.warn(hintText(`Only the first ${shownCount} rows are shown.`));
    for (const hint of leftOutHints(leftOut)) terminal.warn(hintText(hint));
  } finally {
    await session.call('release', { resultId });
  }
}
