/** Describes tables: their columns, rows and times, as queries see them. */
import { type FormatOptions, isPondError } from '../base/error.ts';
import { identifier, joinSql, sql, type SqlText } from '../duckdb/sql.ts';
import { isNumber, isPointInTime } from '../base/typeClass.ts';
import { type Pond } from '../pond/types.ts';
import { type Reading, readingOf } from '../sandbox/formats.ts';
import { type FormatOffer, type TextDescription } from '../sandbox/textTables/description.ts';
import { noDelimiter } from '../sandbox/textTables/layout.ts';
import { mayHaveUnits, offerOfSheetUnits, sheetHeadSql } from '../sandbox/textTables/rowsOfUnits.ts';
import { withWords } from '../sandbox/wordsAmongNumbers.ts';
import { type Column } from '../protocol/results.ts';
import { type NodePath } from '../tinyfs/nodePath.ts';
import { type QueryEngine } from './engine.ts';
import { ownStatement } from './ownStatement.ts';
import { numbersInText, offerOfSheetTypes, type TextForm } from './numbersInText.ts';
import { type UnseenCharacters, unseenCharacters, unseenCounts } from './unseenCharacters.ts';
import { formatAt } from '../documents/statedFormat.ts';

/** A table of the pond. */
interface TableDescription {
  /** Format of its content; `delta` for a directory that is a Delta table. */
  readonly reader: 'csv' | 'json' | 'parquet' | 'arrow' | 'xlsx' | 'delta';
  readonly columns: readonly Column[];
  readonly rowCount: number;
  /** Minimum and maximum of the time column as texts, null without a time; undefined without such a column. */
  readonly time: TimeSpan | undefined;
  /** Decisions about the text of each file; empty for other kinds of files, and for empty files. */
  readonly texts: readonly TextDescription[];
  /** Options that the text of a file, or the first rows of a sheet, suggest. */
  readonly offers: readonly FormatOffer[];
  /** Columns of text in whose values a person reads numbers or times. */
  readonly forms: readonly TextForm[];
  /** Columns of text, of CSV files, with control characters. */
  readonly unseen: readonly UnseenCharacters[];
}

interface TimeSpan {
  readonly column: string;
  readonly first: string | null;
  readonly last: string | null;
}

/** A path of a version of the pond, and the sheet of a workbook. */
interface TableLocation {
  readonly pond: Pond;
  readonly at: NodePath;
  readonly version: string | undefined;
  readonly sheet: string | undefined;
}

/**
 * Describes the table at a path of a version. Undefined for a file that is not a table. Fails `is-a-directory`, and as a
 * query over it.
 */
export async function describeTable(
  engine: QueryEngine,
  { pond, at, version, sheet }: TableLocation,
  signal?: AbortSignal,
): Promise<TableDescription | undefined> {
  const reader = readerOf(at);
  if (reader === undefined) return undefined;
  const table = tableName(at, sheet);
  const rows: RowsOf = (text) => readRows(engine, { pond, version }, text, signal);
  const columns = await columnsOf(table, rows);
  const time = timeColumn(columns);
  const span = time === undefined ? sql`NULL, NULL` : sql`min(${identifier(time.name)}), max(${identifier(time.name)})`;
  const texts = reader === 'csv' ? await engine.describeTexts(pond, at, version, signal) : [];
  const words = textsAmong(texts[0]?.columns ?? []);
  const counts = joinSql([sql`count(*)`, span, ...unseenCounts(words)]);
  const [[count = null, first = null, last = null, ...unseen] = []] = await rows(sql`SELECT ${counts} FROM ${table}`);
  const { offers, forms } =
    reader === 'csv'
      ? {
          offers: await withWords(
            texts[0]?.offers ?? [],
            { table, columns: words, format: texts.length > 0 ? formatAt(at) : undefined },
            rows,
          ),
          forms: await numbersInText({ table, columns: words, isTyped: false }, rows),
        }
      : await suggestionsOf(at, { reader, table, columns }, rows);
  return {
    ...{ reader, columns, rowCount: Number(count ?? 0), texts, offers, forms },
    unseen: unseenCharacters(words, unseen),
    time: time && { column: time.name, first: timeText(time, first), last: timeText(time, last) },
  };
}

/** The options that the text of a table suggests and that are not stated; none for other tables. Fails as a query over it. */
export async function tableOffers(
  engine: QueryEngine,
  { pond, at, version, sheet }: TableLocation,
  signal?: AbortSignal,
): Promise<readonly FormatOffer[]> {
  const reader = readerOf(at);
  if (reader === 'csv') return (await engine.describeTexts(pond, at, version, signal))[0]?.offers ?? [];
  if (reader !== 'xlsx') return [];
  const rows: RowsOf = (text) => readRows(engine, { pond, version }, text, signal);
  const table = tableName(at, sheet);
  return (await suggestionsOf(at, { reader, table, columns: await columnsOf(table, rows) }, rows)).offers;
}

/** Values as texts, by row. */
type ReadRows = readonly (readonly (string | null)[])[];

type RowsOf = (text: SqlText) => Promise<ReadRows>;

async function readRows(
  engine: QueryEngine,
  { pond, version }: Pick<TableLocation, 'pond' | 'version'>,
  text: SqlText,
  signal: AbortSignal | undefined,
): Promise<ReadRows> {
  const request = { sql: text, ...(version !== undefined && { at: version }) };
  const { resultId, rowCount } = await ownStatement(engine.run(pond, request, signal));
  try {
    const { columns } = await engine.rows(resultId, 0, rowCount);
    return Array.from({ length: rowCount }, (_, row) => columns.map((column) => column[row] ?? null));
  } finally {
    await engine.release(resultId);
  }
}

function tableName({ path }: NodePath, sheet: string | undefined): SqlText {
  return identifier(sheet === undefined ? path : `${path}#${sheet}`);
}

/**
 * The options that make a table of a file whose extension says nothing, such as `.dat`: those without which it is not
 * read, or what is found in it. Undefined for an empty file, and for one that is hardly text. Fails as a query over it.
 */
export async function formatOfOther(
  engine: QueryEngine,
  { pond, at, version }: TableLocation,
  signal?: AbortSignal,
): Promise<FormatOptions | undefined> {
  try {
    const [text] = await engine.describeTexts(pond, { path: at.path, isStated: true }, version, signal);
    if (text === undefined) return undefined;
    const { delimiter, headerLine, offers } = text;
    const options: FormatOptions = delimiter === noDelimiter ? { header: headerLine !== undefined } : { delimiter };
    return offers.reduce((all, { format }) => ({ ...all, ...format }), options);
  } catch (error) {
    if (!isPondError(error, 'invalid-content') && !isPondError(error, 'ambiguous-dates')) throw error;
    const [format] = error.formats ?? [];
    // Of bytes of no other encoding, as an image has them.
    return format?.['encoding'] === undefined ? format : undefined;
  }
}

const columnsOf = async (table: SqlText, rows: RowsOf): Promise<readonly Column[]> =>
  (await rows(sql`DESCRIBE FROM ${table}`)).map(([name, type]) => ({ name: name ?? '', type: type ?? '' }));

const textsAmong = (columns: readonly Column[]): readonly string[] =>
  columns.filter(({ type }) => type === 'VARCHAR').map(({ name }) => name);

/** Options and forms that the values of a table whose format has types suggest. A format is stated for sheets alone. */
async function suggestionsOf(
  at: NodePath,
  { reader, table, columns }: Pick<TableDescription, 'reader' | 'columns'> & { readonly table: SqlText },
  rows: RowsOf,
): Promise<Pick<TableDescription, 'offers' | 'forms'>> {
  const [format, isSheet] = [formatAt(at), reader === 'xlsx'];
  const units = isSheet && mayHaveUnits(format) ? offerOfSheetUnits(await rows(sheetHeadSql(table))) : undefined;
  // Units make columns text that are numbers without them.
  if (units !== undefined) return { offers: [units], forms: [] };
  const texts = textsAmong(columns);
  const forms = await numbersInText({ table, columns: texts, isTyped: true }, rows);
  const offers = isSheet
    ? [...(await withWords([], { table, columns: texts, format }, rows)), offerOfSheetTypes(forms, format)]
    : [];
  const isOffered = ({ type }: TextForm): boolean => isSheet && type !== undefined;
  return {
    offers: offers.filter((offer) => offer !== undefined),
    forms: forms.filter((form) => !isOffered(form)),
  };
}

/** False for a file that is not a table as it is. */
export function isTable(at: NodePath): boolean {
  return readerOf(at) !== undefined;
}

/** Undefined for a file that is not a table. */
function readerOf(at: NodePath): TableDescription['reader'] | undefined {
  if (at.isDirectory) return 'delta';
  const reading = readingOf(at.node.type, at.basename, at.node.type === 'file' && formatAt(at) !== undefined);
  return reading === undefined ? undefined : (reading.converted ?? readers[reading.reader]);
}

const readers: Readonly<Record<Reading['reader'], 'csv' | 'json' | 'parquet'>> = {
  read_csv: 'csv',
  read_json: 'json',
  read_parquet: 'parquet',
};

/** The first column of times, or the column `Timestamp` with seconds since 1970 UTC. */
function timeColumn(columns: readonly Column[]): Column | undefined {
  const named = columns.filter(({ name }) => name.toLowerCase() === 'timestamp');
  return (
    named.find(({ type }) => isPointInTime(type)) ??
    named.find(({ type }) => isNumber(type)) ??
    columns.find(({ type }) => isPointInTime(type))
  );
}

function timeText({ type }: Column, text: string | null): string | null {
  if (text === null || isPointInTime(type)) return text;
  const time = new Date(Number(text) * 1000);
  return Number.isNaN(time.getTime())
    ? text
    : time
        .toISOString()
        .replace('T', ' ')
        .replace(/(\.000)?Z$/, '');
}
