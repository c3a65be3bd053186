import { type Connection } from '../duckdb/connection.ts';
import { literal, sql, type SqlText } from '../duckdb/sql.ts';
import { userSql } from '../sandbox/userStatements.ts';
import { type InputFile } from '../sandbox/build.ts';
import { type TextCall } from './inputSql.ts';
import { csvOptions, type CsvTable, timeFormats } from '../sandbox/textTables/csvTable.ts';
import { dateOrdersOf, hasOrder } from '../sandbox/textTables/dateOrder.ts';
import {
  attempt,
  commentLines,
  guess,
  requireNoRowsSkipped,
  type Unknown,
  wholeFile,
} from '../sandbox/textTables/guess.ts';
import { type LineOptions } from '../sandbox/textTables/lines.ts';
import { ambiguousError } from '../sandbox/textTables/ambiguousDates.ts';
import { requireWholeOnce, type TableScope, tablesOf } from '../sandbox/textTables/tables.ts';

/**
 * Finds, for each call of a text reader in a query, the missing options to read all of the input unchanged; each after
 * a comma, in the order of the calls. Fails `invalid-content` for an incomplete compressed input, or one whose rows
 * would be skipped, and `ambiguous-dates`.
 */
export async function textOptions(
  scope: TableScope,
  calls: readonly TextCall[],
  files: readonly InputFile[],
): Promise<readonly string[]> {
  if (calls.length > 0) for (const file of files) await requireWholeOnce(file, scope.openDisk);
  const options: string[] = [];
  for (const call of calls) options.push(call.format === 'csv' ? await csvCall(scope, call, files) : '');
  return options;
}

async function csvCall(scope: TableScope, call: TextCall, files: readonly InputFile[]): Promise<string> {
  const filled = files.filter(({ sizeBytes }) => sizeBytes > 0);
  // Without detection, nothing is skipped.
  if (/\bauto_detect\s*:?=\s*false\b/i.test(call.given) || filled.length === 0) return '';
  const compression = compressionIn(`${call.given}${call.compression}`);
  const [file, ...others] = filled;
  if (file !== undefined && others.length === 0 && call.given.trim() === '') {
    const reading = { reader: 'read_csv', options: sql``, isArrow: false } as const;
    const compressed = compression === 'none' ? {} : { compression };
    const [found] = await tablesOf(scope, [{ ...file, reading: { ...reading, ...compressed } }]);
    return found === undefined ? '' : csvOptions(found.table);
  }
  const comments: string[] = [];
  for (const each of filled) comments.push(await commentOf(scope.connection, call, each, compression));
  if (call.options.has('comment')) return '';
  return sql`, comment = ${literal(comments.every((comment) => comment === '#') ? '#' : '')}`;
}

/** The comment prefix of a file, after checking that the call reads all of it. */
async function commentOf(
  connection: Connection,
  call: TextCall,
  file: InputFile,
  compression: LineOptions['compression'],
): Promise<string> {
  const { hostPath, pondPath } = file;
  const lines = { compression, encoding: /\bencoding\s*:?=\s*'([^']*)'/i.exec(call.given)?.[1] };
  const head = call.options.has('comment') ? undefined : await attempt(() => commentLines(connection, hostPath, lines));
  // The call itself reports a file that cannot be read as lines of text.
  const comments = head instanceof Error ? 0 : head;
  const options = optionsOf(call);
  const unknown = { connection, hostPath, pondPath, lines, options, comments };
  const table = await attempt(() => guess(unknown, sql``));
  if (table instanceof Error) return comments !== undefined && comments > 0 ? '#' : '';
  if (!call.options.has('skip')) await requireNoRowsSkipped(unknown, table);
  await requireOneOrder(unknown, table, call);
  return table.comment;
}

/** Fails `ambiguous-dates` for a file whose dates can be read in two orders when the call sets no format. */
async function requireOneOrder(unknown: Unknown, sampled: CsvTable, call: TextCall): Promise<void> {
  if (timeFormats.every(({ field }) => !hasOrder(withoutGiven(sampled, call)[field]))) return;
  const all = await attempt(() => guess(unknown, wholeFile));
  if (all instanceof Error) return;
  const table = withoutGiven(all, call);
  const options = optionsOf(call);
  const orders = await attempt(() =>
    dateOrdersOf(unknown.connection, unknown.hostPath, { table, replaced: call.options, options }),
  );
  if (orders instanceof Error || orders.example === undefined) return;
  throw ambiguousError({ pondPath: unknown.pondPath, table, orders }, [unknown.pondPath]);
}

/** The options of a call as SQL; the sandbox has parsed the query that has them. */
function optionsOf({ given, compression }: TextCall): SqlText {
  return userSql(`${given}${compression}`);
}

/** The table without the formats that the call sets. */
function withoutGiven(table: CsvTable, { options }: TextCall): CsvTable {
  const hasDate = options.has('dateformat') || options.has('date_format');
  const hasTimestamp = options.has('timestampformat') || options.has('timestamp_format');
  return {
    ...table,
    dateFormat: hasDate ? undefined : table.dateFormat,
    timestampFormat: hasTimestamp ? undefined : table.timestampFormat,
  };
}

/** The compression that the call's option sets; 'none' also for text whose compression DuckDB is to detect. */
function compressionIn(options: string): LineOptions['compression'] {
  const given = /\bcompression\s*:?=\s*'(\w+)'/i.exec(options)?.[1]?.toLowerCase();
  return given === 'gzip' || given === 'zstd' ? given : 'none';
}
