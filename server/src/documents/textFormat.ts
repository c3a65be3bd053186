/**
 * Options that state how the text of CSV files is read: one table, from which follow the `format` sections of resource
 * documents, the attribute of files and folders, and the verb that sets it.
 */
import { type Issue } from './issue.ts';
import {
  boolean,
  choice,
  type FieldIssue,
  integer,
  list,
  map,
  object,
  optional,
  type Parsed,
  parsedText,
  type SpecOf,
} from './schema.ts';
import { plainText } from './fieldTypes.ts';

const linesMax = 1_000_000;

/** Delimiters that are hard to type or to see, by name. */
const namedDelimiters: ReadonlyMap<string, string> = new Map([
  ['tab', '\t'],
  ['\\t', '\t'],
  ['space', ' '],
]);

const delimiter = parsedText<string>('a delimiter', parseDelimiter, {
  mayBeBlank: true,
  values: [
    { value: '","', doc: 'a comma' },
    { value: '";"', doc: 'a semicolon' },
    { value: 'tab', doc: 'a tab' },
    { value: 'space', doc: 'a space' },
    { value: '"|"', doc: 'a vertical bar' },
  ],
});

const character = parsedText<string>('one character, or an empty text', parseCharacter, { mayBeBlank: true });

const nullText = parsedText<string>('a text', (value) => ({ value }), { mayBeBlank: true });

const dates = parsedText<string>('an order of day, month and year', parseDates, {
  values: [
    { value: 'day-first', doc: '31.12.2026' },
    { value: 'month-first', doc: '12/31/2026' },
    { value: 'year-first', doc: '2026-12-31' },
    { value: '"%d.%m.%Y %H:%M"', doc: 'a format of strptime' },
  ],
});

const zone = parsedText<string>('a time zone', parseZone, {
  values: [
    { value: 'UTC', doc: 'coordinated universal time' },
    { value: 'America/Denver', doc: 'a zone with its daylight saving time' },
    { value: '"-07:00"', doc: 'a fixed offset' },
  ],
});

const columnType = choice('a type of column', {
  text: 'text',
  integer: 'whole numbers',
  number: 'numbers with a fraction',
  boolean: 'true or false',
  date: 'days',
  time: 'times of day',
  timestamp: 'points in time',
});

/** The options, as fields of a mapping. */
export const textFormatFields = {
  delimiter: optional(delimiter, 'Text between the fields of a line: one character or several; `tab`, `space`.', 'tab'),
  quote: optional(
    character,
    'Character around fields that contain delimiters; empty for files without quotes.',
    '"\'"',
  ),
  encoding: optional(
    choice('an encoding', {
      'utf-8': 'Unicode, with or without a byte order mark',
      'utf-16le': 'Unicode of many Windows programs',
      'utf-16be': 'Unicode, big-endian',
      'latin-1': 'Western European, ISO 8859-1',
      'windows-1252': 'Western European, of Windows',
      'windows-1250': 'Central European, of Windows',
      'windows-1251': 'Cyrillic, of Windows',
      'windows-1253': 'Greek, of Windows',
      'windows-1254': 'Turkish, of Windows',
      'iso-8859-2': 'Central European',
      'iso-8859-5': 'Cyrillic',
      'iso-8859-7': 'Greek',
      'iso-8859-15': 'Western European, with the euro sign',
      macintosh: 'Western European, of old Macintosh programs',
      ibm866: 'Cyrillic, of DOS',
      'koi8-r': 'Russian',
      shift_jis: 'Japanese, of Windows',
      'euc-jp': 'Japanese, of Unix',
      gb18030: 'Chinese; GBK and GB2312 are parts of it',
      big5: 'Chinese, traditional',
      'euc-kr': 'Korean',
    }),
    'Encoding of the text. The first five are found in the file.',
    'windows-1252',
  ),
  comment: optional(character, 'Character with which lines to leave out begin; empty if no line is a comment.', '"#"'),
  skip: optional(
    integer(0, linesMax),
    'Number of lines above the header, or above the first row without a header.',
    '4',
  ),
  header: optional(boolean, 'False if the first line is a row.', 'false'),
  names: optional(
    list(plainText, { uniqueBy: '.' }),
    'Names of the columns, in place of those in the header.',
    '[time, temperature]',
  ),
  units: optional(boolean, 'True if the line below the header has the units of the columns.', 'true'),
  below: optional(integer(0, linesMax), 'Number of lines to leave out below the header and its units.', '1'),
  footer: optional(integer(0, linesMax), 'Number of lines to leave out at the end.', '1'),
  nulls: optional(
    list(nullText),
    'Texts that stand for a missing value, in addition to the empty one.',
    '[NAN, "-9999"]',
  ),
  decimal: optional(choice('a decimal sign', { '.': '12.5', ',': '12,5' }), 'Decimal sign of numbers.', '","'),
  thousands: optional(
    choice('a separator of thousands', {
      space: '1 234,5; also with a no-break or a thin space',
      apostrophe: "1'234.5",
    }),
    'Separator of thousands other than a comma or a point, which are found.',
    'space',
  ),
  dates: optional(
    dates,
    'Order of day, month and year: `day-first`, `month-first` or `year-first`; or a format of strptime.',
    'day-first',
  ),
  zone: optional(zone, 'Time zone of times without one; UTC if omitted.', 'America/Denver'),
  repeated: optional(
    choice('a pass of an hour', { first: 'in summer time, before clocks are set back', second: 'in standard time' }),
    'Pass of times in the hour that the clocks of the zone repeat in autumn, where the order of the rows does not show it.',
    'first',
  ),
  ragged: optional(
    choice('a treatment of lines', { fill: 'missing fields are NULL', skip: 'the lines are left out' }),
    'Treatment of lines with too few or too many fields; they are an error if omitted.',
    'fill',
  ),
  types: optional(
    map(plainText, columnType, { mayBeEmpty: false }),
    'Types of columns, by name; `*` means all other columns. Without it, they are found in the files.',
    '{ station: text }',
  ),
};

/** Schema of a format. */
export const textFormatSchema = object(textFormatFields, { check: contradictions });

/** A format as decoded from a document. */
export type TextFormatSpec = SpecOf<typeof textFormatSchema>;

/** Name of an option. */
export type FormatOption = keyof TextFormatSpec;

/** Names of all options, in the order of the documentation. */
export const formatOptions = Object.keys(textFormatSchema.fields) as readonly FormatOption[];

/** Options that may exclude each other. */
interface Excluding {
  readonly delimiter?: string;
  readonly decimal?: string;
  readonly thousands?: string;
  readonly quote?: string;
  readonly comment?: string;
  readonly header?: boolean;
  readonly units?: boolean;
  readonly below?: number;
}

/** Returns the issues of options that exclude each other. */
export function contradictions(format: Excluding): readonly FieldIssue[] {
  const { delimiter: between, decimal, thousands, quote, comment, header, units, below = 0 } = format;
  const conflict = (key: keyof Excluding, related: keyof Excluding, message: string): FieldIssue => {
    return { key, code: 'key-conflict', message, related: { message: `${related} is here`, key: related } };
  };
  return [
    ...(between !== undefined && between === decimal
      ? [conflict('decimal', 'delimiter', `"${decimal}" cannot be both the delimiter and the decimal sign`)]
      : []),
    ...(thousands === 'space' && between === ' '
      ? [conflict('thousands', 'delimiter', 'a space cannot be both the delimiter and the separator of thousands')]
      : []),
    ...(quote !== undefined && quote !== '' && between?.includes(quote) === true
      ? [conflict('quote', 'delimiter', `"${quote}" cannot be both the quote and part of the delimiter`)]
      : []),
    ...(comment !== undefined && comment !== '' && (comment === quote || between?.startsWith(comment) === true)
      ? [conflict('comment', comment === quote ? 'quote' : 'delimiter', `"${comment}" cannot begin a comment as well`)]
      : []),
    ...(header === false && units === true
      ? [conflict('units', 'header', 'units are in the line below a header, and the files have no header')]
      : []),
    ...(header === false && below > 0
      ? [conflict('below', 'header', 'these lines are below a header, and the files have no header')]
      : []),
  ];
}

function parseDelimiter(text: string): Parsed<string> {
  if (text === '') return failed('a delimiter has at least one character');
  if (/[\r\n]/.test(text)) return failed('a delimiter cannot have a line break');
  return { value: namedDelimiters.get(text.toLowerCase()) ?? text };
}

function parseCharacter(text: string): Parsed<string> {
  if ([...text].length <= 1 && !/[\r\n]/.test(text)) return { value: text };
  return failed(`expected one character, or an empty text, got ${JSON.stringify(text)}`);
}

function parseDates(text: string): Parsed<string> {
  if (['day-first', 'month-first', 'year-first'].includes(text) || /%[A-Za-z-]/.test(text)) return { value: text };
  const hint = 'Write day-first, month-first or year-first, or a format of strptime such as "%d.%m.%Y %H:%M".';
  return failed(`"${text}" is not an order of day, month and year`, hint);
}

function parseZone(text: string): Parsed<string> {
  if (/^[+-](0\d|1[0-4]):[0-5]\d$/.test(text) || (/^[A-Za-z]/.test(text) && isZoneName(text))) return { value: text };
  return failed(`"${text}" is not a time zone`, 'Write a name such as America/Denver, or an offset such as -07:00.');
}

function isZoneName(text: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: text });
    return true;
  } catch {
    return false;
  }
}

function failed(message: string, hint?: string): { readonly issues: readonly Issue[] } {
  return { issues: [{ code: 'format-invalid', message, ...(hint !== undefined && { hint }) }] };
}
