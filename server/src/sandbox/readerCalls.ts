import { isSymbol, type Token } from '../base/sqlTokens.ts';

/** Options of a reader function about its files. */
interface ReaderOptions {
  /** The format that it reads; undefined when it is not text, or not detected from text. */
  readonly format: 'csv' | 'json' | undefined;
  /** True when it takes `compression`, for compressed files. */
  readonly compressed: boolean;
  /** True when it takes `union_by_name`, to match columns by name. */
  readonly united: boolean;
}

const csv: ReaderOptions = { format: 'csv', compressed: true, united: true };
/** The option would make DuckDB ignore keys that are not among the first objects of a file. */
const json: ReaderOptions = { format: 'json', compressed: true, united: false };
const objects: ReaderOptions = { format: undefined, compressed: true, united: false };
const columns: ReaderOptions = { format: undefined, compressed: false, united: true };
const whole: ReaderOptions = { format: undefined, compressed: false, united: false };

/** Functions that open files, in lower case. */
const readers: ReadonlyMap<string, ReaderOptions> = new Map([
  ['read_csv', csv],
  ['read_csv_auto', csv],
  ['read_json', json],
  ['read_json_auto', json],
  ['read_ndjson', json],
  ['read_ndjson_auto', json],
  ['read_json_objects', objects],
  ['read_json_objects_auto', objects],
  ['read_ndjson_objects', objects],
  ['sniff_csv', objects],
  ['read_parquet', columns],
  ['parquet_scan', columns],
  ['read_text', whole],
  ['read_blob', whole],
]);

/** Returns the options of a reader function. */
export function optionsOf(reader: string): ReaderOptions {
  return readers.get(reader) ?? whole;
}

/** The calls of reader functions in a query. */
interface ReaderCalls {
  /** Calls that open inputs and nothing else. */
  readonly calls: readonly ReaderCall[];
  /** The name of the first call that opens anything else. */
  readonly other: Token | undefined;
}

/** A call of a reader function that opens inputs: `$1` in a resource, pond paths in a query. */
export interface ReaderCall {
  readonly name: string;
  readonly start: number;
  /** The ranges of the inputs; one, or the items of a list. */
  readonly arguments: readonly Span[];
  readonly isList: boolean;
  /** Index after the first argument. */
  readonly end: number;
  /** Index of the parenthesis that closes the call. */
  readonly close: number;
  /** Names of the call's options, in lower case. */
  readonly options: ReadonlySet<string>;
}

/** A range of a text, `start` inclusive, `end` exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** The range of an input that begins at a token; undefined for anything else. */
type InputAt = (sql: string, token: Token) => Span | undefined;

/** Finds the calls of reader functions in the tokens of a query. */
export function readerCallsIn(sql: string, tokens: readonly Token[], inputAt: InputAt): ReaderCalls {
  const calls: ReaderCall[] = [];
  const closers = closersOf(tokens);
  let other: Token | undefined;
  tokens.forEach((token, index) => {
    const call = readerCallAt({ sql, tokens, closers, inputAt }, index);
    if (call === 'other') other ??= token;
    else if (call !== undefined) calls.push(call);
  });
  return { calls, other };
}

interface CallText {
  readonly sql: string;
  readonly tokens: readonly Token[];
  /** Indexes of closing tokens, by the index of the opening one. */
  readonly closers: ReadonlyMap<number, number>;
  readonly inputAt: InputAt;
}

/** The call that begins at a token: undefined when it is not a reader's, 'other' when it opens anything else. */
function readerCallAt({ sql, tokens, closers, inputAt }: CallText, index: number): ReaderCall | 'other' | undefined {
  const token = tokens[index];
  const name = token?.text.toLowerCase() ?? '';
  if (token === undefined || !isName(token) || !readers.has(name) || !isSymbol(tokens[index + 1], '(')) {
    return undefined;
  }
  const isList = isSymbol(tokens[index + 2], '[');
  const found: Span[] = [];
  let at = index + (isList ? 3 : 2);
  for (;;) {
    const input = tokens[at];
    const span = input && inputAt(sql, input);
    if (span === undefined) return 'other';
    found.push(span);
    at += tokens[at]?.kind === 'symbol' ? 2 : 1;
    if (!isList || !isSymbol(tokens[at], ',')) break;
    at += 1;
  }
  if (isList && !isSymbol(tokens[at], ']')) return 'other';
  const end = (isList ? tokens[at]?.end : found.at(-1)?.end) ?? token.end;
  if (isList) at += 1;
  if (!isSymbol(tokens[at], ',') && !isSymbol(tokens[at], ')')) return 'other';
  const close = tokens[closers.get(index + 1) ?? -1]?.start ?? sql.length;
  const options = namesInCall(tokens, at, closers);
  return { name, start: token.start, arguments: found, isList, end, close, options };
}

/** Indexes of closing tokens, by the index of the opening one; in one pass, as calls may be nested deeply. */
function closersOf(tokens: readonly Token[]): ReadonlyMap<number, number> {
  const closers = new Map<number, number>();
  const open: number[] = [];
  tokens.forEach(({ kind, text }, index) => {
    if (kind !== 'symbol') return;
    if (/[([{]/.test(text)) open.push(index);
    else if (/[)\]}]/.test(text)) closers.set(open.pop() ?? -1, index);
  });
  return closers;
}

/** The option names in a call from a token on, without those in nested lists or calls. */
function namesInCall(
  tokens: readonly Token[],
  from: number,
  closers: ReadonlyMap<number, number>,
): ReadonlySet<string> {
  const names = new Set<string>();
  for (let index = from; index < tokens.length; index += 1) {
    const token = tokens[index];
    if (token?.kind === 'symbol' && /[)\]}]/.test(token.text)) break;
    if (token?.kind === 'symbol' && /[([{]/.test(token.text)) index = closers.get(index) ?? tokens.length;
    else if (token !== undefined && isName(token)) names.add(token.text.toLowerCase());
  }
  return names;
}

function isName({ kind }: Token): boolean {
  return kind === 'word' || kind === 'identifier';
}
