import { plural } from '../../server/src/base/plural.ts';
import { PondError } from '../../server/src/base/error.ts';
import { namedFile, writeNamedFile } from '../../server/src/terminal.ts';
import { type Params, type QueryResult, type Result, type ResultFormat } from '../../server/src/protocol/commands.ts';
import { hintText } from './errorText.ts';
import { printable } from '../../server/src/base/printable.ts';
import { at, atHelp } from './options.ts';
import { withPager } from './pager.ts';
import { binaryFormats, formatNamed, formatOfFile, formatToPrint, queryRequest } from './queryRequest.ts';
import { leftOutHints, printRows } from './resultTable.ts';
import { hostPath, show, wholeNumber } from './runner.ts';
import { type CommandLine, type Session, type TerminalVerb } from './verb.ts';

/** Rows that a terminal shows unless --limit sets another number. */
const screenRows = 1000;

/** Runs SQL, and prints its rows or writes them to a file. */
export const query: TerminalVerb = {
  usage: '[--at V] [--param NAME=VALUE]... [--format F] [-o FILE] [--limit N] [--no-pager] SQL | -f FILE | -',
  summary: 'run SQL on the files of the pond',
  details: [
    'Paths and patterns are table names: SELECT * FROM "/weather/*.csv".',
    '-f reads the query from a host file, and - from standard input.',
    '--param gives the value of $NAME in the query; NAME:TYPE=VALUE states its type, such as DATE.',
    'F is table, csv, json, ndjson, parquet, arrow, markdown or xlsx.',
    '-o writes to a host file, in the format of its extension unless --format names one.',
    `A table on a terminal shows ${screenRows} rows; --limit N shows N, and --limit all every row.`,
    atHelp,
  ],
  options: {
    at,
    file: { type: 'string', short: 'f' },
    param: { type: 'string', multiple: true },
    format: { type: 'string' },
    output: { type: 'string', short: 'o' },
    limit: { type: 'string' },
    'no-pager': { type: 'boolean' },
  },
  positionals: [0, 1],
  takesPatterns: true,
  takesSql: true,
  run: async (session) => {
    const { line, terminal } = session;
    const output = line.texts['output'];
    const format = chosenFormat(line);
    if (line.texts['limit'] !== undefined && format !== 'table')
      throw new PondError('usage', '--limit is for tables', { hint: 'Write LIMIT in the query.' });
    if (output !== undefined) {
      if (format === 'table') throw notAFileFormat(line, output);
      return await writeResult(session, { ...(await queryRequest(session)), format }, output);
    }
    if (binaryFormats.has(format) && terminal.isScreen) {
      throw new PondError('usage', `a terminal cannot show ${format}`, { hint: 'Name a file with -o FILE.' });
    }
    const request = await queryRequest(session);
    if (format === 'table') return await printTable(session, await session.call('query', request));
    await session.call('queryToText', { ...request, format }, { output: (chunk) => terminal.print(chunk) });
  },
};

/** With -o, --json is about what is printed of the file. */
function chosenFormat(line: CommandLine): ResultFormat | 'table' {
  const { format, output } = line.texts;
  if (output === undefined) return formatToPrint(line);
  return format === undefined ? (formatOfFile(output) ?? formatToPrint(line)) : formatNamed(format);
}

function notAFileFormat({ texts }: CommandLine, output: string): PondError {
  const named =
    texts['format'] === undefined ? `the name '${output}' implies no format` : 'a table is not written to a file';
  const extensions = '.csv, .json, .ndjson, .parquet, .arrow, .md or .xlsx';
  return new PondError('usage', named, { hint: `Name the file ${extensions}, or add --format with one of them.` });
}

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

/** Prints a result, or on a terminal its first rows, and what was left out. */
async function printTable(session: Session, result: QueryResult): Promise<void> {
  const { line, terminal } = session;
  const shownCount = Math.min(result.rowCount, rowLimit(line, terminal.isScreen));
  let leftOut = { isCut: false, columns: 0 };
  await withPager(terminal, !line.flags.has('no-pager'), async (screen) => {
    leftOut = await printRows(session, screen, result, shownCount);
  });
  terminal.warn(`${plural(result.rowCount, 'row')} in ${Math.round(result.elapsedMs)} ms`);
  if (shownCount < result.rowCount) {
    const shown = shownCount === 1 ? 'row is' : `${shownCount} rows are`;
    terminal.warn(hintText(`Only the first ${shown} shown; '--limit all' shows every row.`));
  }
  for (const hint of leftOutHints(leftOut)) terminal.warn(hintText(hint));
}

/** Maximum number of rows to print. Fails `usage` for a text that is neither a number nor `all`. */
function rowLimit({ texts }: CommandLine, isScreen: boolean): number {
  const { limit } = texts;
  if (limit === undefined) return isScreen ? screenRows : Infinity;
  return limit === 'all' ? Infinity : wholeNumber('--limit', limit, 1);
}
