import { literal, sql } from '../duckdb/sql.ts';
import { type InputFile, type UserBuild } from '../sandbox/build.ts';
import { type QuerySource, type SourceFile } from '../sandbox/sources.ts';
import { type TextScope } from '../sandbox/textTables/decoded.ts';
import { requireWholeOnce } from '../sandbox/textTables/wholeFile.ts';
import { type Notation } from '../sandbox/textTables/notation.ts';
import { tablesOf } from '../sandbox/textTables/tables.ts';
import { type CallFormat, callFormat } from '../sandbox/callFormat.ts';
import { type InputSql, type TextCall } from './inputSql.ts';

/** Replacement of a call of a text reader in a query. */
interface CallReading {
  /** Missing options to read all of the input unchanged, after a comma; empty for none. */
  readonly options: string;
  /** The table that replaces the call: the same text, read with what the call states. */
  readonly source?: QuerySource;
}

/**
 * Finds, for each call of a text reader in a query, how it reads the input unchanged, in the order of the calls. Fails
 * `invalid-content` for an incomplete compressed input, and as tablesOf.
 */
export async function textOptions(
  scope: TextScope,
  { textCalls: calls, showsHostPaths }: Pick<InputSql, 'textCalls' | 'showsHostPaths'>,
  { input: { files }, notation }: Pick<UserBuild, 'input' | 'notation'>,
): Promise<readonly CallReading[]> {
  if (calls.length > 0) for (const file of files) await requireWholeOnce(file, scope.openDisk);
  const readings: CallReading[] = [];
  for (const [index, call] of calls.entries()) {
    readings.push(
      call.format === 'csv' ? await csvCall(scope, call, { files, notation, index, showsHostPaths }) : { options: '' },
    );
  }
  return readings;
}

interface CallInput {
  readonly files: readonly InputFile[];
  readonly notation: Notation | undefined;
  /** Index of the call. */
  readonly index: number;
  /** True when the query may use the column `filename`, which only DuckDB's own reader has. */
  readonly showsHostPaths: boolean;
}

async function csvCall(
  scope: TextScope,
  call: TextCall,
  { files, notation, index, showsHostPaths }: CallInput,
): Promise<CallReading> {
  const stated = callFormat(`${call.given}${call.compression}`);
  const filled = files.filter(({ sizeBytes }) => sizeBytes > 0).map((file) => asCsv(file, stated));
  const [first] = filled;
  // Without detection, nothing is skipped.
  if (stated.isComplete || first === undefined) return { options: '' };
  if (!stated.hasOthers && !showsHostPaths) {
    const repeated = Array.from({ length: call.inputs }, () => filled).flat();
    return {
      options: '',
      source: {
        name: `csv ${index + 1} of ${first.pondPath}`,
        index: call.start,
        files: repeated,
        ...(notation && { notation }),
      },
    };
  }
  const [table] = await tablesOf(scope, filled, notation);
  const { layout } = table!.scan;
  const missing = [
    ['skip', sql`, skip = ${layout.skip}`],
    ['comment', sql`, comment = ''`],
    ['header', layout.hasHeader ? sql`, header = true` : sql`, header = false`],
    ['delim', sql`, delim = ${literal(layout.delimiter)}`],
  ] as const;
  const isGiven = (name: string): boolean =>
    call.options.has(name) || (name === 'delim' && (call.options.has('sep') || call.options.has('delimiter')));
  return { options: missing.map(([name, option]) => (isGiven(name) ? '' : option)).join('') };
}

/** The input as CSV; what its call states comes before what is stated about the file. */
function asCsv(file: InputFile, { format, compression }: CallFormat): SourceFile {
  const { hostPath, sizeBytes, key, pondPath } = file;
  return {
    ...{ hostPath, sizeBytes, pondPath, format: { ...file.format, ...format } },
    ...(key !== undefined && { key }),
    reading: { reader: 'read_csv', options: sql``, ...(compression && { compression }) },
  };
}
