import { createLineMap, type SourcePosition } from '../base/lineMap.ts';
import { type Reading, wholeJsonOptions } from '../sandbox/formats.ts';
import { type TextEdit, editText } from '../sandbox/edits.ts';
import { PondError } from '../base/error.ts';
import { identifier, joinSql, literal, literalList, sql } from '../duckdb/sql.ts';
import { optionsOf, type ReaderCall, readerCallsIn, type Span } from '../sandbox/readerCalls.ts';
import { isSymbol, type Token, tokenize } from '../base/sqlTokens.ts';

/** The file that `$1` refers to in a query. */
interface InputNames {
  /** Absolute pond path. */
  readonly pondPath: string;
  /** Host files with its content, in order. */
  readonly hostPaths: readonly string[];
  /** The pond's reading of it; undefined for a file that is not a table. */
  readonly reading: Reading | undefined;
}

/** A call of a text reader in a query, which opens the input. */
export interface TextCall {
  /** Index of the call in the query with the names of its input. */
  readonly start: number;
  /** 'csv' when the options must be found from the input; for other text all options are known in advance. */
  readonly format: 'csv' | undefined;
  /** The options as written, after a comma; empty for none. */
  readonly given: string;
  /** Names of the options, in lower case. */
  readonly options: ReadonlySet<string>;
  /** Number of times that the call opens the input. */
  readonly inputs: number;
  /** An option derived from the name of the input, after a comma; empty for none. */
  readonly compression: string;
}

/** Completion of a call of a text reader: options, or the name of a table that replaces it. */
interface CompletedCall {
  readonly options: string;
  readonly source?: { readonly name: string };
}

/** A query with options inserted into its calls. */
interface CompletedSql {
  readonly text: string;
  /** Index in `text` of an index in the text before the insertion. */
  moved(index: number): number;
  /** Position in the query as written of a position in `text`. */
  toWritten(position: SourcePosition): SourcePosition;
}

/** A query with the names of its input inserted. */
export interface InputSql {
  readonly text: string;
  readonly textCalls: readonly TextCall[];
  /** Changes the calls of `textCalls`, in order: inserts options, each after a comma, or puts a table in their place. */
  complete(calls: readonly CompletedCall[]): CompletedSql;
  /** True for the index in `text` of a function that opens the input and nothing else. */
  isInputReader(index: number): boolean;
  /** True when rows may contain host paths. */
  readonly showsHostPaths: boolean;
  /** Position in the query as written of a position in `text`. */
  toWritten(position: SourcePosition): SourcePosition;
}

/** Readers whose rows contain the path of the file. */
const pathReaders = new Set(['read_text', 'read_blob', 'sniff_csv']);

const inputName = /\$1(?!\d)/g;

/**
 * Replaces `$1` with the input: its host files where a reader function opens it, `read_csv('$1')`, and its pond path
 * anywhere else, in quotes of either kind or without, which is a table where a table is allowed. Fails
 * `query-forbidden` where a reader function opens anything else, with the position in the SQL.
 */
export function placeInput(sql: string, input: InputNames): InputSql {
  const tokens = tokenize(sql);
  const { calls, other } = readerCallsIn(sql, tokens, inputAt);
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
    textCalls: textual.map((call) => ({ ...textCall(sql, call, input), start: edited.toEdited(call.start) })),
    complete(calls) {
      const inserted = textual.map(({ start, end, close }, index): TextEdit => {
        const { options = '', source } = calls[index] ?? {};
        const at = edited.toEdited(end);
        if (source === undefined) return { start: at, end: at, text: options };
        return { start: edited.toEdited(start), end: edited.toEdited(close) + 1, text: identifier(source.name) };
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
    showsHostPaths: showsPaths(calls, tokens),
    toWritten: (position) => edited.toOriginal(position),
  };
}

/** True when a query uses the path of its input for more than opening it: then its rows depend on the path. */
export function usesInputPath(sql: string): boolean {
  const tokens = tokenize(sql);
  const { calls } = readerCallsIn(sql, tokens, inputAt);
  const opened = openedIn(calls);
  if (showsPaths(calls, tokens)) return true;
  return tokens.some((token) => !opened.has(token.start) && pathEdits(sql, token, '').length > 0);
}

/** Start offsets of the arguments that are opened. */
function openedIn(calls: readonly ReaderCall[]): ReadonlySet<number> {
  return new Set(calls.flatMap((call) => call.arguments.map(({ start }) => start)));
}

/** True when rows may contain a file's path: in the column that readers return on demand, or always. */
export function showsPaths(calls: readonly ReaderCall[], tokens: readonly Token[]): boolean {
  return calls.some(({ name }) => pathReaders.has(name)) || tokens.some(({ text }) => /filename/i.test(text));
}

function callEdits(call: ReaderCall, { pondPath, hostPaths, reading }: InputNames): readonly TextEdit[] {
  const edits = call.arguments.map(({ start, end }): TextEdit => {
    if (call.isList) return { start, end, text: joinSql(hostPaths.map(literal)) };
    return { start, end, text: hostPaths.length === 1 ? literal(hostPaths[0] ?? '') : literalList(hostPaths) };
  });
  const options = `${compressionOf(call, { pondPath, reading })}${wholeOptions(call, hostPaths.length)}`;
  if (options !== '') edits.push({ start: call.end, end: call.end, text: options });
  return edits;
}

/** The host files have names without extension, so DuckDB cannot detect the compression itself. */
function compressionOf(call: ReaderCall, { pondPath, reading }: Pick<InputNames, 'pondPath' | 'reading'>): string {
  const compression = /\.(gz|zst)$/i.exec(pondPath)?.[1]?.toLowerCase();
  const isGiven = call.options.has('compression') || !optionsOf(call.name).compressed;
  if (compression === undefined || isGiven || reading?.reader === 'read_parquet') return '';
  return sql`, compression = ${literal(compression === 'gz' ? 'gzip' : 'zstd')}`;
}

/** Options that make a reader scan all of its files, where the call does not set them; each after a comma. */
function wholeOptions({ name, options }: ReaderCall, fileCount: number): string {
  const { format, united } = optionsOf(name);
  const whole =
    format === 'json'
      ? [...wholeJsonOptions]
      : format === 'csv'
        ? [['sample_size', sql`, sample_size = -1`] as const]
        : [];
  const wanted = [
    ...whole,
    ...(united && fileCount > 1 ? [['union_by_name', sql`, union_by_name = true`] as const] : []),
  ];
  return wanted.flatMap(([option, text]) => (options.has(option) ? [] : [text])).join('');
}

function textCall(sql: string, call: ReaderCall, input: InputNames): Omit<TextCall, 'start'> {
  return {
    format: optionsOf(call.name).format === 'csv' ? 'csv' : undefined,
    given: sql.slice(call.end, call.close).replace(/^\s*\]/, ''),
    options: call.options,
    inputs: call.arguments.length,
    compression: compressionOf(call, input),
  };
}

/** The range of the token, or of the two tokens `$` and `1`, when they are exactly `$1`. */
export function inputAt(sql: string, token: Token): Span | undefined {
  if (token.kind === 'string' && token.text === '$1') return token;
  return isBareInput(sql, token) ? { start: token.start, end: token.start + 2 } : undefined;
}

/** True for the `$` of a `$1` without quotes. */
function isBareInput(sql: string, { kind, start }: Token): boolean {
  return kind === 'symbol' && /^\$1(?!\d)/.test(sql.slice(start, start + 3));
}

/** Replaces each `$1` in a token with the pond path. */
function pathEdits(sql: string, token: Token, path: string): readonly TextEdit[] {
  const { kind, start, end } = token;
  if (isBareInput(sql, token)) return [{ start, end: start + 2, text: literal(path) }];
  const raw = sql.slice(start, end);
  if ((kind !== 'string' && kind !== 'identifier') || !raw.includes('$1') || raw.search(inputName) < 0) return [];
  if (kind === 'identifier') return [{ start, end, text: raw.replace(inputName, () => path.replaceAll('"', '""')) }];
  // A dollar-quoted string cannot hold every path.
  if (raw.startsWith('$') && !isClosed(raw)) return [];
  if (raw.startsWith('$')) return [{ start, end, text: literal(token.text.replace(inputName, () => path)) }];
  const escaped = /^e/i.test(raw) ? path.replaceAll('\\', '\\\\') : path;
  return [{ start, end, text: raw.replace(inputName, () => escaped.replaceAll("'", "''")) }];
}

/** False for an unterminated dollar-quoted string, which is an error of the query. */
function isClosed(raw: string): boolean {
  const tag = raw.slice(0, raw.indexOf('$', 1) + 1);
  return raw.length >= 2 * tag.length && raw.endsWith(tag);
}

/** DuckDB allows no semicolon inside a COPY. */
function trailingSemicolons(tokens: readonly Token[]): readonly TextEdit[] {
  const last = tokens.findLastIndex((token) => !isSymbol(token, ';'));
  return tokens.slice(last + 1).map(({ start, end }) => ({ start, end, text: ' ' }));
}

function opensElse(sql: string, { start, text }: Token): PondError {
  const name = text.toLowerCase();
  return new PondError('query-forbidden', `${name}() opens the matched file and nothing else here`, {
    position: createLineMap(sql).positionAt(start),
    hint: `Write ${name}('$1'); other files of the pond are tables: FROM "/folder/file.csv".`,
  });
}
