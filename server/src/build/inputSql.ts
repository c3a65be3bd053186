import { type Reading, wholeJsonOptions } from '../sandbox/formats.ts';
import { type TextEdit, editText } from '../sandbox/edits.ts';
import { PondError } from '../base/error.ts';
import { literal, literalList } from '../duckdb/sql.ts';
import { type TextPosition, textPosition } from '../duckdb/textPosition.ts';
import { isBareInput, optionsOf, type ReaderCall, readerCallsIn } from './readerCalls.ts';
import { isSymbol, type Token, tokenize } from '../sandbox/tokens.ts';

/** The file that `$1` stands for in a query. */
export interface InputNames {
  /** Absolute pond path. */
  readonly pondPath: string;
  /** Host files with its content, in their order. */
  readonly hostPaths: readonly string[];
  /** How the pond reads it; undefined for a file that is no table. */
  readonly reading: Reading | undefined;
}

/** A call of a reader of text in a query, which opens the input. */
export interface TextCall {
  /** CSV is read as its options say, which are found from the input; of other text all of them are known before. */
  readonly format: 'csv' | undefined;
  /** The options as they are written, behind a comma; empty for none. */
  readonly given: string;
  /** Their names, in lower case. */
  readonly options: ReadonlySet<string>;
  /** An option that the name of the input gives, behind a comma; empty for none. */
  readonly compression: string;
}

/** A query with options put into its calls. */
export interface CompletedSql {
  readonly text: string;
  /** Index in `text` of an index in the text before. */
  moved(index: number): number;
  /** Place in the query as it was written of a place in `text`. */
  toWritten(position: TextPosition): TextPosition;
}

/** A query with the names of its input put in. */
export interface InputSql {
  readonly text: string;
  readonly textCalls: readonly TextCall[];
  /** Puts options, each behind a comma, into the calls of `textCalls`, in their order. */
  complete(options: readonly string[]): CompletedSql;
  /** True for the index in `text` of a function that opens the input and nothing else. */
  isInputReader(index: number): boolean;
  /** Host paths may stand in the rows. */
  readonly showsHostPaths: boolean;
  /** Place in the query as it was written of a place in `text`. */
  toWritten(position: TextPosition): TextPosition;
}

/** Readers whose rows have the path of the file. */
const pathReaders = new Set(['read_text', 'read_blob', 'sniff_csv']);

const inputName = /\$1(?!\d)/g;

/**
 * Puts the input in place of `$1`: its host files where a reader function opens it, `read_csv('$1')`, and its pond path
 * anywhere else, in quotes of either kind or without, which is a table where a table can stand. Fails `query-forbidden`
 * where a reader function opens something else, with the position in the SQL.
 */
export function placeInput(sql: string, input: InputNames): InputSql {
  const tokens = tokenize(sql);
  const { calls, other } = readerCallsIn(sql, tokens);
  if (other !== undefined) throw opensElse(sql, other);
  const opened = openedIn(calls);
  const edits = [
    ...calls.flatMap((call) => callEdits(call, input)),
    ...tokens.flatMap((token) => (opened.has(token.start) ? [] : pathEdits(sql, token, input.pondPath))),
    ...trailingSemicolons(tokens),
  ].sort((a, b) => a.start - b.start || a.end - b.end);
  const edited = editText(sql, edits);
  const starts = new Set(calls.map((call) => edited.toEdited(call.start)));
  const textual = calls.filter(({ name }) => optionsOf(name).compressed);
  return {
    text: edited.text,
    textCalls: textual.map((call) => textCall(sql, call, input)),
    complete(options) {
      const inserted = textual.map(({ end }, index): TextEdit => {
        const at = edited.toEdited(end);
        return { start: at, end: at, text: options[index] ?? '' };
      });
      const completed = editText(
        edited.text,
        inserted.sort((a, b) => a.start - b.start),
      );
      return {
        text: completed.text,
        moved: (index) => completed.toEdited(index),
        toWritten: (position) => edited.toOriginal(completed.toOriginal(position)),
      };
    },
    isInputReader: (index) => starts.has(index),
    showsHostPaths: tellsPaths(calls, tokens),
    toWritten: (position) => edited.toOriginal(position),
  };
}

/** True when a query uses the path of its input other than to open it: then its rows depend on the path. */
export function usesInputPath(sql: string): boolean {
  const tokens = tokenize(sql);
  const { calls } = readerCallsIn(sql, tokens);
  const opened = openedIn(calls);
  if (tellsPaths(calls, tokens)) return true;
  return tokens.some((token) => !opened.has(token.start) && pathEdits(sql, token, '').length > 0);
}

/** Where the arguments stand that are opened. */
function openedIn(calls: readonly ReaderCall[]): ReadonlySet<number> {
  return new Set(calls.flatMap((call) => call.arguments.map(({ start }) => start)));
}

/** True when rows can have the path of a file in them: in the column that readers give on demand, or always. */
function tellsPaths(calls: readonly ReaderCall[], tokens: readonly Token[]): boolean {
  return calls.some(({ name }) => pathReaders.has(name)) || tokens.some(({ text }) => /filename/i.test(text));
}

function callEdits(call: ReaderCall, { pondPath, hostPaths, reading }: InputNames): readonly TextEdit[] {
  const edits = call.arguments.map(({ start, end }): TextEdit => {
    if (call.isList) return { start, end, text: hostPaths.map(literal).join(', ') };
    return { start, end, text: hostPaths.length === 1 ? literal(hostPaths[0] ?? '') : literalList(hostPaths) };
  });
  const options = `${compressionOf(call, { pondPath, reading })}${wholeOptions(call, hostPaths.length)}`;
  if (options !== '') edits.push({ start: call.end, end: call.end, text: options });
  return edits;
}

/** Host files stand under names without extension, so DuckDB cannot tell by itself that they are compressed. */
function compressionOf(call: ReaderCall, { pondPath, reading }: Pick<InputNames, 'pondPath' | 'reading'>): string {
  const compression = /\.(gz|zst)$/i.exec(pondPath)?.[1]?.toLowerCase();
  const isSaid = call.options.has('compression') || !optionsOf(call.name).compressed;
  if (compression === undefined || isSaid || reading?.reader === 'read_parquet') return '';
  return `, compression = '${compression === 'gz' ? 'gzip' : 'zstd'}'`;
}

/** What makes a reader look at all of its files, where the call does not say otherwise; each behind a comma. */
function wholeOptions({ name, options }: ReaderCall, fileCount: number): string {
  const { format, united } = optionsOf(name);
  const whole = format === 'json' ? [...wholeJsonOptions] : format === 'csv' ? [['sample_size', '-1'] as const] : [];
  const wanted = [...whole, ...(united && fileCount > 1 ? [['union_by_name', 'true'] as const] : [])];
  return wanted.flatMap(([option, value]) => (options.has(option) ? [] : [`, ${option} = ${value}`])).join('');
}

function textCall(sql: string, call: ReaderCall, input: InputNames): TextCall {
  return {
    format: optionsOf(call.name).format === 'csv' ? 'csv' : undefined,
    given: sql.slice(call.end, call.close).replace(/^\s*\]/, ''),
    options: call.options,
    compression: compressionOf(call, input),
  };
}

/** Puts the pond path in place of each `$1` in a token. */
function pathEdits(sql: string, token: Token, path: string): readonly TextEdit[] {
  const { kind, start, end } = token;
  if (isBareInput(sql, token)) return [{ start, end: start + 2, text: literal(path) }];
  const raw = sql.slice(start, end);
  if ((kind !== 'string' && kind !== 'identifier') || !raw.includes('$1') || raw.search(inputName) < 0) return [];
  if (kind === 'identifier') return [{ start, end, text: raw.replace(inputName, () => path.replaceAll('"', '""')) }];
  // What stands between dollars cannot hold every path.
  if (raw.startsWith('$') && !isClosed(raw)) return [];
  if (raw.startsWith('$')) return [{ start, end, text: literal(token.text.replace(inputName, () => path)) }];
  const escaped = /^e/i.test(raw) ? path.replaceAll('\\', '\\\\') : path;
  return [{ start, end, text: raw.replace(inputName, () => escaped.replaceAll("'", "''")) }];
}

/** False for a string between dollar tags that has no end, which is an error of the query. */
function isClosed(raw: string): boolean {
  const tag = raw.slice(0, raw.indexOf('$', 1) + 1);
  return raw.length >= 2 * tag.length && raw.endsWith(tag);
}

/** DuckDB takes no semicolon inside of a COPY. */
function trailingSemicolons(tokens: readonly Token[]): readonly TextEdit[] {
  const last = tokens.findLastIndex((token) => !isSymbol(token, ';'));
  return tokens.slice(last + 1).map(({ start, end }) => ({ start, end, text: ' ' }));
}

function opensElse(sql: string, { start, text }: Token): PondError {
  const name = text.toLowerCase();
  return new PondError('query-forbidden', `${name}() opens the matched file and nothing else here`, {
    position: textPosition(sql.slice(0, start), Infinity, 'byte'),
    hint: `Write ${name}('$1'); other files of the pond are tables: FROM "/folder/file.csv".`,
  });
}
