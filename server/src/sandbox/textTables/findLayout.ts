import { lazy } from '../../base/lazy.ts';
import { plural } from '../../base/plural.ts';
import { isPondError, PondError } from '../../base/error.ts';
import { type TextFormat } from '../textFormat.ts';
import { namesAboveValues } from './headerAgain.ts';
import { belowMax, headRecords, type HeadRecord, isHeader } from './head.ts';
import { isName, isValue } from './headField.ts';
import { type FormatOffer } from './description.ts';
import { alikeNames, columnNames, noDelimiter, type TextLayout } from './layout.ts';
import { mayHaveUnits, offerOfUnits } from './rowsOfUnits.ts';
import { place } from './tableStart.ts';

/** The first bytes of a file in UTF-8, and what is stated about it. */
interface Head {
  readonly bytes: Buffer;
  /** True when the file has no more bytes. */
  readonly isWhole: boolean;
  readonly format: TextFormat;
  readonly pondPath: string;
}

const delimiters = [',', ';', '\t', '|'];

/** Share of the records of several fields below which a file is a list of lines. */
const tableShare = 0.1;

/**
 * The first line of files of Campbell loggers: about the logger and its program, also where it has as many fields as
 * the rows.
 */
const loggerLine = /^"?(?:TOA5|TOACI1)"?,/;

/** Finds the table in the first lines of a file. Fails `invalid-content` for rows above the table that is found. */
export function findLayout(head: Head): TextLayout {
  const { format } = head;
  const comment = format.comment ?? '';
  const lines = wholeLines(head);
  const sep = /^"?sep=(.)"?\s*$/i.exec(lines[0] ?? '')?.[1];
  const top = format.skip ?? (sep === undefined && !loggerLine.test(lines[0] ?? '') ? 0 : 1);
  const comments = format.comment === undefined && format.skip === undefined ? commentsAt(lines, top) : 0;
  const base = { quote: format.quote ?? '"', comment, wholeLines: top + comments };
  const stated = format.delimiter ?? sep;
  // By a delimiter that does not occur, all records would have one field.
  const possible = stated === undefined ? delimiters.filter((each) => head.bytes.includes(each)) : [stated];
  const guesses = possible.map((delimiter) =>
    guessBy(headRecords(head.bytes, head.isWhole, { ...base, delimiter }), delimiter),
  );
  const best = bestOf(guesses);
  const guess = best === undefined || (stated === undefined && best.isList) ? listOf(head, base) : best;
  const commentLine = comments > 0 && format.header !== false ? top + comments : undefined;
  const commentNames =
    commentLine === undefined ? undefined : headerInComments(lines[commentLine - 1] ?? '', guess, base);
  const mayName = format.header === undefined && areNames(commentNames);
  const commentsOffer = comments === 0 ? offerOfComments(lines.slice(top), head) : undefined;
  const placed = withOffer(commentsOffer, () =>
    place(guess, { ...head, commentLine: mayName ? commentLine : undefined }),
  );
  const { start } = placed;
  const last = placed.hasHeader && !isRow(start, guess) ? undefined : commentNames;
  const skip = last === undefined ? (start === undefined ? top + comments : start.line - 1) : top + comments - 1;
  const hasHeader = placed.hasHeader || last !== undefined;
  const fields = last ?? start?.trimmed ?? [];
  const { units, below = 0 } = format;
  const firstRow = guess.records.findIndex(({ line }) => line > skip) + (hasHeader ? 1 : 0) + (units ? 1 : 0) + below;
  const rows = guess.records.slice(firstRow, firstRow + belowMax);
  const width = Math.max(fields.length, placed.width);
  const offer = hasHeader && mayHaveUnits(format) ? offerOfUnits(rows) : hasHeader ? undefined : commentsOffer;
  return {
    delimiter: guess.delimiter,
    quote: base.quote,
    comment,
    skip,
    hasHeader,
    names: statedNames(head, width, skip + 1) ?? columnNames(hasHeader ? fields : [], width),
    alike: alikeNames(format.names ?? (hasHeader ? fields : [])),
    namesAboveValues: hasHeader ? namesAboveValues(fields, rows) : [],
    offers: offer === undefined ? [] : [offer],
  };
}

function statedNames(
  { format: { names }, pondPath }: Head,
  width: number,
  line: number,
): readonly string[] | undefined {
  if (names === undefined || width === 0) return names;
  if (names.length === width) return columnNames(names, width);
  throw new PondError(
    'invalid-content',
    `${pondPath} cannot be read: line ${line} has ${plural(width, 'field')}, and \`names\` has ${names.length}`,
    { path: pondPath, hint: 'State as many `names` as the lines have fields.' },
  );
}

/** Number of comments at the top: lines that begin with #, when no line below them does. */
function commentsAt(lines: readonly string[], top: number): number {
  const rest = lines.slice(top);
  const end = rest.findIndex((line) => !line.startsWith('#'));
  if (end <= 0 || rest.slice(end).some((line) => line.startsWith('#'))) return 0;
  return end;
}

/** Comments above each of several tables, as InfluxDB writes them: with as many fields as rows, they can be rows. */
function offerOfComments(lines: readonly string[], { format }: Head): FormatOffer | undefined {
  const isComment = (line: string): boolean => line.startsWith('#');
  const areStated = format.comment !== undefined || format.skip !== undefined || format.header !== undefined;
  if (areStated || !lines.slice(0, 2).every(isComment) || lines.every(isComment)) return undefined;
  return { reason: 'lines begin with #, as comments do', format: { comment: '#' } };
}

/** Runs `place`; its error has the offer before its own ones, which would leave out rows between comments. */
function withOffer<T>(offer: FormatOffer | undefined, placed: () => T): T {
  try {
    return placed();
  } catch (error) {
    if (offer === undefined || !isPondError(error)) throw error;
    const { hint = '', formats = [] } = error;
    throw error.with({
      formats: [{ ...offer.format }, ...formats],
      hint: `The ${offer.reason}: \`comment: "#"\` leaves them out. ${hint}`,
    });
  }
}

function wholeLines({ bytes, isWhole }: Head): readonly string[] {
  const lines = bytes.toString('utf8').split(/\r\n|\n|\r/);
  return isWhole ? lines : lines.slice(0, -1);
}

/** The records by one delimiter, with their usual number of fields. */
interface Guess {
  readonly delimiter: string;
  readonly records: readonly HeadRecord[];
  readonly width: number;
  /** Share of the records that have it. */
  readonly share: number;
  /** Share of the fields that are values, or have no other delimiter: asked for only where two guesses are alike. */
  readonly clean: () => number;
  /** True when nearly all records have one field. */
  readonly isList: boolean;
}

function guessBy(records: readonly HeadRecord[], delimiter: string): Guess {
  const counts = new Map<number, number>();
  for (const { fields } of records) counts.set(fields.length, (counts.get(fields.length) ?? 0) + 1);
  const wide = [...counts]
    .filter(([width, count]) => width > 1 && count > 1)
    .sort((a, b) => b[1] - a[1] || b[0] - a[0]);
  const [width, count] = wide[0] ?? [records[0]?.fields.length ?? 1, 1];
  const share = records.length === 0 ? 0 : count / records.length;
  const isList = width === 1 || share < tableShare;
  return { delimiter, records, width, share, clean: lazy(() => cleanShare(records, width, delimiter)), isList };
}

function cleanShare(records: readonly HeadRecord[], width: number, delimiter: string): number {
  const fields = records.filter((record) => record.fields.length === width).flatMap(({ trimmed }) => trimmed);
  const others = delimiters.filter((other) => other !== delimiter);
  const clean = fields.filter((field) => isValue(field) || others.every((other) => !field.includes(other))).length;
  return fields.length === 0 ? 0 : clean / fields.length;
}

function bestOf([first, ...others]: readonly Guess[]): Guess | undefined {
  return first && others.reduce((one, other) => (isBetter(other, one) ? other : one), first);
}

function isBetter(one: Guess, other: Guess): boolean {
  if (one.isList !== other.isList) return other.isList;
  if (one.share !== other.share) return one.share > other.share;
  const [clean, otherClean] = [one.clean(), other.clean()];
  if (clean !== otherClean) return clean > otherClean;
  return one.width > other.width;
}

function listOf({ bytes, isWhole }: Head, base: { quote: string; comment: string; wholeLines: number }): Guess {
  const records = headRecords(bytes, isWhole, { ...base, delimiter: noDelimiter });
  return { ...guessBy(records, noDelimiter), width: 1, isList: true };
}

/** The fields of the last comment at the top when they name the columns of the rows below it. */
function headerInComments(
  line: string,
  { delimiter, width }: Guess,
  base: { quote: string; comment: string },
): readonly string[] | undefined {
  const [record] = headRecords(Buffer.from(line), true, { ...base, delimiter, wholeLines: 0 });
  return record?.fields.length === width && width > 1 ? record.trimmed : undefined;
}

/** True for a row, also where it is stated that the file has a header: that is in the comment above it. */
const isRow = (start: HeadRecord | undefined, { records }: Guess): boolean =>
  start !== undefined && isHeader(start, records.slice(records.indexOf(start) + 1, belowMax)) === false;

/** True for names in a comment, not for parts of a sentence. */
const areNames = (fields: readonly string[] | undefined): boolean =>
  fields?.every((field) => isName(field) && !/[:=]|(\S+\s+){3}/.test(field)) === true;
