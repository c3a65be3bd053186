import { isSymbol, type Token, tokenize } from '../base/sqlTokens.ts';
import { optionsOf } from './readerCalls.ts';
import { type TextFormat } from './textFormat.ts';
import { encodingNamed } from './textTables/decoded.ts';

/** The options of a call of read_csv, as what they state about the text. */
export interface CallFormat {
  readonly format: TextFormat;
  readonly compression: 'gzip' | 'zstd' | undefined;
  /** True when options remain that only DuckDB's reader knows. */
  readonly hasOthers: boolean;
  /** Names of these options, as far as they can be found. */
  readonly others: readonly string[];
  /** True when the call states all, and nothing is to be found in the file. */
  readonly isComplete: boolean;
}

/** The value of an option; a struct is a list of its names and values. */
type OptionValue = string | number | boolean | readonly string[] | ReadonlyMap<string, string>;

/** Parses the options of a call, as written after its first argument. */
export function callFormat(given: string): CallFormat {
  const options = callOptions(given);
  const found: { -readonly [K in keyof TextFormat]: TextFormat[K] } = {};
  let compression: CallFormat['compression'];
  const others: string[] = [];
  let isComplete = false;
  for (const [name, value] of options ?? []) {
    if (name === 'auto_detect') isComplete ||= value === false;
    else if (name === 'compression') compression = value === 'gzip' || value === 'zstd' ? value : undefined;
    else if (!setOption(found, name, value)) others.push(name);
  }
  return { format: found, compression, hasOthers: options === undefined || others.length > 0, others, isComplete };
}

type Setter = (format: { -readonly [K in keyof TextFormat]: TextFormat[K] }, value: OptionValue) => boolean;

/** Options about speed, and those that only matter to DuckDB's detection. */
const ignored = [
  ...['sample_size', 'strict_mode', 'parallel', 'max_line_size', 'maximum_line_size', 'buffer_size'],
  ...['union_by_name', 'files_to_sniff'],
];

const asText =
  (set: (text: string) => Partial<TextFormat> | undefined): Setter =>
  (format, value) => {
    const stated = typeof value === 'string' ? set(value) : undefined;
    Object.assign(format, stated);
    return stated !== undefined;
  };

const delimiter = asText((text) => ({ delimiter: text.replaceAll('\\t', '\t') }));
const dates: Setter = (format, value) => {
  if (typeof value !== 'string' || (format.dates !== undefined && format.dates !== value)) return false;
  format.dates = value;
  return true;
};
const nulls: Setter = (format, value) => {
  if (typeof value !== 'string' && !isList(value)) return false;
  format.nulls = (typeof value === 'string' ? [value] : value).filter((text) => text !== '');
  return true;
};
const names: Setter = (format, value) => {
  if (!isList(value)) return false;
  format.names = value;
  return true;
};
const types: Setter = (format, value) => {
  if (!isStruct(value)) return false;
  format.types = { ...format.types, ...Object.fromEntries(value) };
  return true;
};

const setters: ReadonlyMap<string, Setter> = new Map<string, Setter>([
  ...ignored.map((name) => [name, () => true] as [string, Setter]),
  ...['delim', 'sep', 'delimiter'].map((name) => [name, delimiter] as [string, Setter]),
  ['quote', asText((quote) => ({ quote }))],
  ['escape', asText((escape) => (escape === '"' || escape === '' ? {} : undefined))],
  ['encoding', asText((encoding) => (encodingNamed(encoding) === undefined ? undefined : { encoding }))],
  ['comment', asText((comment) => ({ comment }))],
  ['decimal_separator', asText((sign) => (sign === ',' || sign === '.' ? { decimal: sign } : undefined))],
  ['thousands', asText((sign) => (sign === ',' || sign === '.' ? {} : undefined))],
  ...['dateformat', 'date_format', 'timestampformat', 'timestamp_format'].map(
    (name) => [name, dates] as [string, Setter],
  ),
  ...['nullstr', 'null'].map((name) => [name, nulls] as [string, Setter]),
  ...['names', 'column_names'].map((name) => [name, names] as [string, Setter]),
  ...['types', 'dtypes', 'column_types'].map((name) => [name, types] as [string, Setter]),
  [
    'columns',
    (format, value) => {
      if (isStruct(value)) format.names = [...value.keys()];
      return types(format, value);
    },
  ],
  [
    'skip',
    (format, value) => {
      if (typeof value === 'number') format.skip = value;
      return typeof value === 'number';
    },
  ],
  [
    'header',
    (format, value) => {
      if (typeof value === 'boolean') format.header = value;
      else if (typeof value === 'number') format.header = value !== 0;
      return typeof value === 'boolean' || typeof value === 'number';
    },
  ],
  [
    'all_varchar',
    (format, value) => {
      if (value === true) format.types = { '*': 'text', ...format.types };
      return typeof value === 'boolean';
    },
  ],
  [
    'null_padding',
    (format, value) => {
      if (value === true) format.ragged = 'fill';
      return typeof value === 'boolean';
    },
  ],
  [
    'ignore_errors',
    (format, value) => {
      if (value === true) format.ragged ??= 'skip';
      return typeof value === 'boolean';
    },
  ],
]);

/**
 * True for an option of a reader other than that of CSV whose meaning is that of every query: all files are scanned, and
 * columns matched by name.
 */
export function isKnownOption(reader: string, name: string, value: unknown): boolean {
  const { format, united } = optionsOf(reader);
  if (name === 'filename') return value === true;
  if (name === 'union_by_name') return united && value === true;
  const isFormat = value === 'auto' || value === 'array' || value === 'newline_delimited';
  return format === 'json' && name === 'format' && isFormat;
}

function setOption(format: TextFormat, name: string, value: OptionValue | undefined): boolean {
  return value !== undefined && setters.get(name)?.(format, value) === true;
}

const isList = (value: OptionValue): value is readonly string[] => Array.isArray(value);
const isStruct = (value: OptionValue): value is ReadonlyMap<string, string> => value instanceof Map;

/**
 * The options of a call, as written after its first argument: names in lower case with their values, undefined for a
 * value that is not a constant. Undefined for a text that is not a list of options.
 */
export function callOptions(given: string): readonly (readonly [string, OptionValue | undefined])[] | undefined {
  const tokens = tokenize(given);
  const options: (readonly [string, OptionValue | undefined])[] = [];
  let at = 0;
  while (at < tokens.length) {
    if (!isSymbol(tokens[at], ',')) return undefined;
    const name = tokens[at + 1];
    let from = at + 2;
    if (isSymbol(tokens[from], ':')) from += 1;
    if (name === undefined || !isSymbol(tokens[from], '=')) return undefined;
    from += 1;
    if (isSymbol(tokens[from], '>')) from += 1;
    const end = endOfValue(tokens, from);
    options.push([name.text.toLowerCase(), valueOf(tokens.slice(from, end))]);
    at = end;
  }
  return options;
}

/** Index of the comma after a value. */
function endOfValue(tokens: readonly Token[], from: number): number {
  let depth = 0;
  for (let at = from; at < tokens.length; at += 1) {
    const { kind, text } = tokens[at]!;
    if (kind !== 'symbol') continue;
    if (/[([{]/.test(text)) depth += 1;
    else if (/[)\]}]/.test(text)) depth -= 1;
    else if (text === ',' && depth === 0) return at;
  }
  return tokens.length;
}

function valueOf(tokens: readonly Token[]): OptionValue | undefined {
  const [first, ...rest] = tokens;
  if (first === undefined) return undefined;
  if (isSymbol(first, '[')) return textsBetween(rest, ']');
  if (isSymbol(first, '{')) return structOf(rest);
  // Each digit is a token.
  const digits = tokens.map(({ text }) => text).join('');
  if (/^\d+$/.test(digits) && first.kind === 'symbol') return Number(digits);
  if (rest.length > 0) return undefined;
  if (first.kind === 'string') return first.text;
  return /^(true|false)$/i.test(first.text) ? first.text.toLowerCase() === 'true' : undefined;
}

function textsBetween(tokens: readonly Token[], close: string): readonly string[] | undefined {
  const items = tokens.filter((_, index) => index % 2 === 0).slice(0, tokens.length / 2);
  const separators = tokens.filter((_, index) => index % 2 === 1);
  const isTexts = items.every(({ kind }) => kind === 'string');
  const isList = separators.every((token, index) => isSymbol(token, index === separators.length - 1 ? close : ','));
  return isTexts && isList && tokens.length % 2 === 0 ? items.map(({ text }) => text) : undefined;
}

function structOf(tokens: readonly Token[]): ReadonlyMap<string, string> | undefined {
  const entries = new Map<string, string>();
  for (let at = 0; at < tokens.length; at += 4) {
    const [name, colon, value, end] = tokens.slice(at, at + 4);
    if (name === undefined || !isSymbol(colon, ':') || value?.kind !== 'string') return undefined;
    entries.set(name.text, value.text);
    if (isSymbol(end, '}')) return at + 4 === tokens.length ? entries : undefined;
    if (!isSymbol(end, ',')) return undefined;
  }
  return undefined;
}
