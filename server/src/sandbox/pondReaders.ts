import { createLineMap } from '../base/lineMap.ts';
import { type ErrorDetails, PondError } from '../base/error.ts';
import { type Token, tokenize } from '../base/sqlTokens.ts';
import { type Connection } from '../duckdb/connection.ts';
import { identifier } from '../duckdb/sql.ts';
import { type Analysis, analyze } from './analysis.ts';
import { callFormat, callOptions, isKnownOption } from './callFormat.ts';
import { editText } from './edits.ts';
import { type ReadAs } from './formats.ts';
import { type PondReader } from './pondNames.ts';
import { type ReaderCall, readerCallsIn, type Span } from './readerCalls.ts';

/** A call of a reader function over pond paths, and the name of the table that replaces it. */
interface PlacedCall {
  readonly call: ReaderCall;
  readonly name: string;
  readonly reader: PondReader;
}

const readAs: ReadonlyMap<string, ReadAs> = new Map([
  ['read_csv', 'csv'],
  ['read_csv_auto', 'csv'],
  ['read_json', 'json'],
  ['read_json_auto', 'json'],
  ['read_ndjson', 'ndjson'],
  ['read_ndjson_auto', 'ndjson'],
  ['read_parquet', 'parquet'],
  ['parquet_scan', 'parquet'],
  ['read_text', 'text'],
  ['read_blob', 'blob'],
]);

/**
 * Analyzes a query in which calls such as `read_csv('/a.csv', skip = 3)` are tables. Each call is replaced by the name of
 * a table before DuckDB parses the text, so no reader function ever runs as written; other calls of them are refused as
 * in `analyze`. Positions and indexes in the statement are those in the query as written. Fails as `analyze`, and
 * `query-invalid` for an option that is unknown, `query-forbidden` for a call that is not a table.
 */
export async function analyzeQuery(connection: Connection, sql: string): Promise<Analysis> {
  const placed = placedCalls(sql);
  if (placed.length === 0) return await analyze(connection, sql);
  const edits = placed.map(({ call, name }) => {
    const end = call.close + 1;
    return { start: call.start, end, text: inPlaceOf(sql.slice(call.start, end), name) };
  });
  const analysis = await analyze(connection, editText(sql, edits).text);
  const found = new Map(placed.map((one) => [one.name, one]));
  const isPlaced = new Set(analysis.tables.flatMap(({ schema, name }) => (schema === '' ? [name] : [])));
  const lost = placed.find(({ name }) => !isPlaced.has(name));
  if (lost !== undefined) throw notATable(sql, lost.call);
  const tables = analysis.tables.map((table) => {
    const one = table.schema === '' ? found.get(table.name) : undefined;
    return one === undefined ? table : { ...table, index: one.call.start, certain: true, reader: one.reader };
  });
  return { ...analysis, tables };
}

function placedCalls(sql: string): readonly PlacedCall[] {
  const { calls } = readerCallsIn(sql, tokenize(sql), pathAt);
  const taken = sql.toLowerCase();
  let last = 0;
  return calls.flatMap((call) => {
    const as = readAs.get(call.name);
    if (as === undefined) return [];
    const reader = { ...readerOf(sql, call, as), paths: call.arguments.map((span) => pathIn(sql, span)) };
    let name: string;
    do name = nameOf(sql.slice(call.start, call.close + 1), reader.paths[0] ?? '/', (last += 1));
    while (taken.includes(name.toLowerCase()));
    return [{ call, name, reader }];
  });
}

/** The range of a token that is an absolute path in single quotes. */
function pathAt(sql: string, token: Token): Span | undefined {
  const isPath = token.kind === 'string' && sql[token.start] === "'" && token.text.startsWith('/');
  return isPath ? token : undefined;
}

function pathIn(sql: string, { start, end }: Span): string {
  return sql.slice(start + 1, end - 1).replaceAll("''", "'");
}

/** Statements of a call about its files. */
function readerOf(sql: string, call: ReaderCall, as: ReadAs): Omit<PondReader, 'paths'> {
  const given = sql.slice(call.end, call.close);
  if (as === 'csv') {
    const { format, compression, hasOthers, others, isComplete } = callFormat(given);
    const other = isComplete ? 'auto_detect' : others.find((name) => name !== 'filename');
    if (other !== undefined || (hasOthers && others.length === 0)) throw unknownOption(sql, call, other);
    return { as, format, ...(compression && { compression }) };
  }
  const options = callOptions(given);
  if (options === undefined) throw unknownOption(sql, call, undefined);
  const lines = options.some(([name, value]) => name === 'format' && value === 'newline_delimited');
  const other = options.find(([name, value]) => !isKnownOption(call.name, name, value));
  if (other !== undefined) throw unknownOption(sql, call, other[0]);
  return { as: as === 'json' && lines ? 'ndjson' : as };
}

/** A name for the table of a call that fits in the call's place: the path, shortened, and a number. */
function nameOf(call: string, path: string, number: number): string {
  const suffix = `(${number})`;
  const room = roomIn(call) - 2 - suffix.length;
  const shown = path.replace(/["\n\r\0]/g, ' ').slice(0, Math.max(1, room));
  return `${shown.replace(/[\ud800-\udbff]$/, '')}${suffix}`;
}

/** Characters of a text before its last line. */
function roomIn(text: string): number {
  const lines = text.split('\n');
  return lines.length === 1 ? text.length : lines.slice(0, -1).join('').length;
}

/** A name followed by white space, of the length, the number of lines and the last line's length of a text. */
function inPlaceOf(text: string, name: string): string {
  const lines = text.split('\n');
  const quoted = identifier(name);
  const first = quoted.padEnd(roomIn(text));
  return lines.length === 1 ? first : first + '\n'.repeat(lines.length - 1) + ' '.repeat(lines.at(-1)?.length ?? 0);
}

function unknownOption(sql: string, call: ReaderCall, option: string | undefined): PondError {
  const what =
    option === undefined ? 'the options are not constants' : `the option ${option} is unknown or no constant`;
  return new PondError('query-invalid', `${what}, in ${call.name}()`, {
    ...positionOf(sql, call),
    hint: 'The options of reader functions are in docs/queries.md.',
  });
}

function notATable(sql: string, call: ReaderCall): PondError {
  return new PondError('query-forbidden', `${call.name}() is allowed only as a table in a query`, {
    ...positionOf(sql, call),
    hint: 'It can follow FROM or JOIN, under its plain name.',
  });
}

function positionOf(sql: string, { start }: ReaderCall): Pick<ErrorDetails, 'position'> {
  return { position: createLineMap(sql).positionAt(start) };
}
