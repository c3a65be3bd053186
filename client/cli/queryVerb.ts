import { PondError } from '../../server/src/base/error.ts';
import { namedFile, writeNamedFile } from '../../server/src/main.ts';
import { type Params, type QueryInfo, type Result } from '../../server/src/protocol/commands.ts';
import { hintText } from './errorText.ts';
import { printable, printableLines } from '../../server/src/base/printable.ts';
import { cut, plural, table } from './format.ts';
import { argument, atOf, hostPath, show } from './runner.ts';
import { type Session, type VerbRunner } from './verb.ts';

/** Rows fetched and aligned together: few at first, for a fast start, then more. */
const firstWindowRows = 1000;
const windowRows = 10_000;
/** A table is for people: longer values are truncated to this many characters. */
const cellLengthMax = 200;

/** Runs SQL, and prints its rows or writes them to a file. */
export const query: VerbRunner = async (session) => {
  const { texts, json } = session.line;
  const output = texts['output'];
  const format = texts['format'] ?? formatOf(output) ?? (json ? 'json' : 'table');
  const request = { sql: argument(session.line, 0), ...atOf(session.line) };
  if (format !== 'table' && format !== 'csv' && format !== 'json' && format !== 'parquet') {
    throw new PondError('usage', `'${format}' is not a format`, { hint: 'Use table, csv, json or parquet.' });
  }
  if (output !== undefined) {
    if (format === 'table') {
      const named =
        texts['format'] === undefined ? `the name '${output}' implies no format` : 'a table is not written to a file';
      throw new PondError('usage', named, {
        hint: 'Name the file .csv, .json or .parquet, or add --format with one of them.',
      });
    }
    return await writeResult(session, { ...request, format }, output);
  }
  if (format === 'parquet') {
    throw new PondError('usage', 'Parquet is written to a file', { hint: 'Name one with -o FILE.' });
  }
  if (format === 'table') return await printTable(session, await session.call('query', request));
  await session.call('queryToText', { ...request, format }, { output: (chunk) => session.terminal.print(chunk) });
};

/**
 * Writes the rows to a host file. The query may run in another process, where names of pipes, devices and standard
 * streams mean something else, so this process writes to those itself.
 */
async function writeResult(
  session: Session,
  request: Omit<Params<'queryToFile'>, 'pond' | 'file'>,
  output: string,
): Promise<void> {
  const target = namedFile(hostPath(output));
  const ask = (file: string): Promise<Result<'queryToFile'>> => session.call('queryToFile', { ...request, file });
  const written = await (target.kind === 'file' ? ask(target.path) : writeNamedFile(target, ask, session.signal));
  const text = `${plural(written.rowCount, 'row')} written to ${printable(output)}`;
  // Standard output may contain the rows.
  if (target.kind === 'descriptor') session.terminal.warn(text);
  else await show(session, written, text);
}

/** Returns the format that a file's name implies; undefined for other names. */
function formatOf(file: string | undefined): string | undefined {
  return /\.(csv|json|parquet)$/.exec(file?.toLowerCase() ?? '')?.[1];
}

/** Columns get the widths of the rows so far, so that a long result need not be held in memory. */
async function printTable(session: Session, result: QueryInfo): Promise<void> {
  const { resultId, columns, rowCount } = result;
  // A plan is a multi-line drawing in one cell.
  const isPlan = columns[0]?.name === 'explain_key';
  const right = new Set(columns.flatMap(({ type }, index) => (isNumber(type) ? [index] : [])));
  const head = [columns.map(({ name }) => name), columns.map(({ type }) => type)];
  const widths: number[] = [];
  let isCut = false;
  const shown = (value: string): string => {
    isCut ||= value.length > cellLengthMax;
    return cut(value, cellLengthMax);
  };
  for (let start = 0, count = firstWindowRows; start === 0 || start < rowCount; start += count, count = windowRows) {
    const window = await session.call('rows', { resultId, start, count });
    const rows = Array.from({ length: window.columns[0]?.length ?? 0 }, (_, row) =>
      window.columns.map((column) => column[row] ?? 'NULL'),
    );
    if (isPlan) await session.terminal.print(rows.map((row) => `${printableLines(row[1] ?? '')}\n`).join(''));
    else {
      const cells = rows.map((row) => row.map(shown));
      await session.terminal.print(table(start === 0 ? [...head, ...cells] : cells, right, widths));
    }
  }
  session.terminal.warn(`${plural(rowCount, 'row')} in ${Math.round(result.elapsedMs)} ms`);
  if (isCut) session.terminal.warn(hintText("'--format csv' and '--format json' write long values in full."));
}

function isNumber(type: string): boolean {
  return /^(U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|FLOAT|DOUBLE|DECIMAL.*)$/.test(type);
}
