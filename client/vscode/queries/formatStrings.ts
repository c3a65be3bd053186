/** Texts about formats and how files are read. */
import { parseJsonText } from '../../../server/src/base/json.ts';
import { type FormatOptions } from '../../../server/src/base/error.ts';
import { type DescriptionInfo, type SqlNameAtInfo } from '../../../server/src/protocol/commands.ts';
import { type ErrorData } from '../../../server/src/protocol/events.ts';
import { countText } from '../numberStrings.ts';

/** A format that a quick fix states. */
export interface FormatStatement {
  readonly pond: string;
  readonly path: string;
  readonly options: FormatOptions;
}

/** A format that lets a file be read, for its folder or for itself. */
export interface OfferedFormat extends FormatStatement {
  readonly title: string;
}

/** Returns the formats that an error offers for its file: those for its folder first. */
export function formatOffers(
  pond: string,
  { path, displayPath = path, formats = [] }: Partial<ErrorData>,
): readonly OfferedFormat[] {
  if (path === undefined) return [];
  const shown = placesOf(displayPath ?? path);
  return placesOf(path).flatMap((place, index) =>
    formats.map((options) => ({
      ...{ pond, path: place, options },
      title: `State ${optionTexts(options).join(' ')} for ${shown[index] ?? place}`,
    })),
  );
}

/** Returns the options as `option=value`. */
function optionTexts(options: FormatOptions): readonly string[] {
  return Object.entries(options).map(([option, value]) => `${option}=${shownValue(value)}`);
}

/** A value as text; the types of columns by name. */
function shownValue(value: FormatOptions[string]): string {
  return typeof value === 'object' && !Array.isArray(value) ? JSON.stringify(value) : String(value);
}

/** Columns shown at most. */
const columnsMax = 30;

/** Returns a value as it is typed: with spaces or quotes, in double quotes as JSON. */
export function quotedValue(text: string): string {
  return /[\s"]/.test(text) || text === '' ? JSON.stringify(text) : text;
}

/** Parses `option=value option="a value"`; undefined for anything else. */
export function parseOptions(text: string): Readonly<Record<string, unknown>> | undefined {
  const found = [...text.matchAll(/\s*([a-z]+)=("(?:[^"\\]|\\.)*"|[^\s"]*)(?=\s|$)/gy)];
  const matched = found.map(([part]) => part).join('');
  if (matched.trim() !== text.trim()) return undefined;
  const options = found.map(([, option = '', value = '']) => {
    return [option, value.startsWith('"') ? parseJsonText(value) : value] as const;
  });
  return options.every(([, value]) => value !== undefined) ? Object.fromEntries(options) : undefined;
}

/**
 * Returns the paths to offer: the folder of a file, as its files are usually written alike, and the file. The root has
 * no format.
 */
export function placesOf(path: string): readonly string[] {
  const folder = path.slice(0, path.lastIndexOf('/'));
  return folder === '' ? [path] : [folder, path];
}

type ColumnFacts = DescriptionInfo['columns'][number];

/** Facts that few columns have. */
const optionalFacets = [
  { title: 'unit', of: ({ unit = '' }: ColumnFacts) => unit },
  { title: 'why', of: ({ reason = '' }: ColumnFacts) => reason },
] as const;

/** The description of a file as Markdown. */
export function markdownOf(info: DescriptionInfo): string {
  const { columns, rowCount, time, text, format, notes, offers } = info;
  const shown = columns.slice(0, columnsMax);
  const facets = [
    ...[
      { title: 'column', of: ({ name }: ColumnFacts) => name },
      { title: 'type', of: ({ type }: ColumnFacts) => type },
    ],
    ...optionalFacets.filter(({ of }) => shown.some((column) => of(column) !== '')),
  ];
  const rows = shown.map((column) => `| ${facets.map(({ of }) => cell(of(column))).join(' | ')} |`);
  const more = columns.length > columnsMax ? [`… and ${columns.length - columnsMax} more columns`] : [];
  const facts = [
    `**${cell(info.displayPath ?? info.path)}**${rowCount === null ? '' : `, ${countText(rowCount, 'row')}`}`,
    ...(time === null || time.first === null ? [] : [`${cell(time.column)}: ${time.first} to ${time.last ?? ''} UTC`]),
    ...(text === null ? [] : [`${text.encoding}, delimiter ${cell(JSON.stringify(text.delimiter))}`]),
    ...(text === null || text.dates === null
      ? []
      : [`dates ${cell(text.dates.text)}, decided by ${cell(text.dates.decidedBy)}`]),
    ...(text?.skipped ?? []).map(
      ({ count, firstLine, reason }) => `${countText(count, 'line')} skipped from line ${firstLine}: ${cell(reason)}`,
    ),
    ...format.map((one) => `stated for ${cell(one.displayPath ?? one.path)}: ${cell(`${one.option}=${one.text}`)}`),
    ...notes.map(cell),
    ...offers.map(({ reason, options }) => `${cell(reason)}: can be stated as ${cell(optionTexts(options).join(' '))}`),
  ];
  const table =
    rows.length === 0
      ? []
      : [
          '',
          `| ${facets.map(({ title }) => title).join(' | ')} |`,
          `|${'---|'.repeat(facets.length)}`,
          ...rows,
          '',
          ...more,
        ];
  return [facts.join('  \n'), ...table].join('\n');
}

/**
 * The meaning of a name in SQL as Markdown: the type of a column with its file, or the pattern of a table; empty for
 * one file.
 */
export function nameMarkdown({ path, displayPath = path, pattern, column }: SqlNameAtInfo): string {
  const of = pattern === undefined ? cell(displayPath) : `${cell(pattern)}, here of ${cell(displayPath)}`;
  if (column !== undefined) return `**${cell(column.name)}** ${cell(column.type)}  \nColumn of ${of}`;
  return pattern === undefined ? '' : `Files of ${cell(pattern)}, the first of them:`;
}

/** Names in a pond are texts of others: none of their characters is Markdown. */
function cell(text: string): string {
  return text.replace(/[\\`*_{}[\]()#+\-.!|<>~&]/g, '\\$&').replace(/\s+/g, ' ');
}
