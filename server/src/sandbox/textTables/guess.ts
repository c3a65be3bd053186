import { PondError } from '../../base/error.ts';
import { type Connection } from '../../duckdb/connection.ts';
import { readEngineError } from '../../duckdb/engineError.ts';
import { literal, sql, type SqlText } from '../../duckdb/sql.ts';
import { type CsvTable } from './csvTable.ts';
import { firstLines, hasCharacterAfter, type LineOptions } from './lines.ts';
import { areRows, fieldsOf } from './skippedLines.ts';
import { sniff } from './sniff.ts';

/** A CSV file whose reading DuckDB is to detect. */
export interface Unknown {
  readonly connection: Connection;
  readonly hostPath: string;
  readonly pondPath: string;
  readonly lines: LineOptions;
  /** Known options, as SQL after a comma. */
  readonly options: SqlText;
  /** Number of comment lines at the top; undefined when the options set the comment character. */
  readonly comments: number | undefined;
}

/** Lines read in search of a table; DuckDB detects the columns from about as many. */
export const headLinesMax = 25_000;

/** The option that makes DuckDB scan all of a file. */
export const wholeFile = sql`, sample_size = -1`;

/**
 * The table that DuckDB detects, with comments if there are any; a line of names that begins like a comment is a
 * header.
 */
export async function guess(file: Unknown, more: SqlText): Promise<CsvTable> {
  const { connection, hostPath, options, comments, lines } = file;
  const sniffed = (comment: string): Promise<CsvTable> =>
    sniff(connection, hostPath, sql`${options}, comment = ${literal(comment)}${more}`);
  if (comments === undefined) return await sniff(connection, hostPath, sql`${options}${more}`);
  if (comments === 0) return await sniffed('');
  const table = await sniffed('#');
  const last = (await firstLines(connection, hostPath, lines, comments)).at(-1) ?? '';
  return table.hasHeader || fieldsOf(last, table).length !== table.columns.length ? table : await sniffed('');
}

/** Number of comment lines at the top; 0 when a line below them contains the same character anywhere. */
export async function commentLines(connection: Connection, hostPath: string, lines: LineOptions): Promise<number> {
  const [first] = await firstLines(connection, hostPath, lines, 1);
  if (first?.startsWith('#') !== true) return 0;
  const head = await firstLines(connection, hostPath, lines, headLinesMax);
  const end = head.findIndex((line) => !line.startsWith('#'));
  if (end < 0) return 0;
  return (await hasCharacterAfter(connection, hostPath, lines, { lines: end, character: '#' })) ? 0 : end;
}

/** Fails `invalid-content`, naming the line, where rows of another table would be skipped. */
export async function requireNoRowsSkipped(file: Unknown, table: CsvTable): Promise<void> {
  if (table.skip === 0) return;
  const skipped = table.skip + (table.comment === '' ? 0 : (file.comments ?? 0));
  const head = await firstLines(file.connection, file.hostPath, file.lines, skipped + 1);
  if (!areRows(head.slice(0, skipped), head[skipped] ?? '', table)) return;
  const [line, width] = [skipped + 1, table.columns.length];
  throw new PondError(
    'invalid-content',
    `${file.pondPath} cannot be read: line ${line} begins a table of ${width} columns, and the lines before it have rows of another width`,
    {
      path: file.pondPath,
      hint: `The query of a Derive resource can read all lines by read_csv('$1', null_padding = true), and those from line ${line} on by read_csv('$1', skip = ${skipped}).`,
    },
  );
}

/** Returns DuckDB's failure to parse a file as a result; throws all other errors. */
export async function attempt<T>(work: () => Promise<T>): Promise<T | Error> {
  try {
    return await work();
  } catch (error) {
    const type = readEngineError(error)?.type;
    if (!(error instanceof Error) || type === undefined || type === 'interrupt' || type === 'out of memory')
      throw error;
    return error;
  }
}
