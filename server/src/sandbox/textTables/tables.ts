import { nameKey } from '../uniqueNames.ts';
import { PondError } from '../../base/error.ts';
import { type SourceFile } from '../sources.ts';
import { requireStatedNames } from './statedType.ts';
import { type TextFormat } from '../textFormat.ts';
import { requireSameNames } from './alikeNames.ts';
import { requireCentury } from './ambiguousDates.ts';
import { typeOf } from './columnType.ts';
import { signOf } from './decimalSign.ts';
import { forms } from './numberForm.ts';
import { type ColumnType, type FileColumn, placeOf, type TypeRules } from './sourceColumn.ts';
import { type DecidedOrder, OrderDecision } from './dateDecision.ts';
import { type TextScope } from './decoded.ts';
import { columnsOf, joinNotations, notationOfFile } from './findNotation.ts';
import { type FileNotation, type Notation } from './notation.ts';
import { cachedScans } from './scanCache.ts';
import { type FileScan } from './tableScan.ts';
import { requireSameUnits } from './units.ts';
import { type ReadColumn, readColumn } from './valueSql.ts';

/** A CSV file with its reading. */
export interface TextTable {
  readonly file: SourceFile;
  readonly scan: FileScan;
  readonly columns: readonly ReadColumn[];
  /** Why columns have their types, by name, where their values do not show it. */
  readonly reasons: ReadonlyMap<string, string>;
  readonly dates: DecidedOrder | undefined;
}

/** Number of lines above the rows. */
export function headLines({ scan: { layout, table } }: TextTable): number {
  return table.headEnd ?? layout.skip + (layout.hasHeader ? 1 : 0);
}

/** A CSV file with all that was found in it. */
export interface ScannedFile {
  readonly file: SourceFile;
  readonly scan: FileScan;
}

/**
 * Finds the readings of CSV files that form one table, in their order: columns of one name have one type. What a file
 * leaves open (its order of dates, its decimal sign) is decided by `notation`, or by all of the files. Fails
 * `ambiguous-dates` for dates that remain ambiguous, and `invalid-content`, with the line, for a file that is not a table
 * or not as stated.
 */
export async function tablesOf(
  scope: TextScope,
  files: readonly SourceFile[],
  notation?: Notation,
): Promise<readonly TextTable[]> {
  const scans = await cachedScans(scope, files);
  return decideTables(
    files.map((file, index) => ({ file, scan: scans[index]! })),
    notation,
  );
}

/** The readings of scanned files. Fails as tablesOf. */
export function decideTables(files: readonly ScannedFile[], given?: Notation): readonly TextTable[] {
  const noted = files.map((each): NotedScan => ({ ...each, path: each.file.pondPath, notation: notationOfFile(each) }));
  const notation = given ?? joinNotations(noted);
  requireHeaders(noted, notation);
  requireSameNames(noted, notation);
  requireSameUnits(noted, notation);
  const orders = new OrderDecision(notation);
  const types = typesOf(files, notation);
  return files.map((each) => tableOf(each, types, orders));
}

interface NotedScan extends ScannedFile {
  readonly path: string;
  readonly notation: FileNotation;
}

/** Fails for a file without a header among files of as many columns with one: its columns would be others. */
function requireHeaders(files: readonly NotedScan[], { headers }: Notation): void {
  for (const { path, scan, notation } of files) {
    const { bareColumns } = notation;
    const other = headers.find(({ names }) => bareColumns > 1 && names.length === bareColumns);
    if (other === undefined) continue;
    throw new PondError(
      'invalid-content',
      `${path} cannot be read: line ${scan.layout.skip + 1} is a row, where ${other.path} has a header of as many columns`,
      {
        path,
        formats: [{ header: false, names: other.names }, { header: true }],
        hint: 'State the `names` of the columns of files without a header, with `header: false`.',
      },
    );
  }
}

function byName(columns: readonly FileColumn[]): ReadonlyMap<string, readonly FileColumn[]> {
  const found = new Map<string, FileColumn[]>();
  for (const column of columns) {
    const key = nameKey(column.name);
    const known = found.get(key);
    if (known === undefined) found.set(key, [column]);
    else known.push(column);
  }
  return found;
}

/** The types of all columns, by their names in lower case. */
function typesOf(files: readonly ScannedFile[], { columns: noted }: Notation): ReadonlyMap<string, ColumnType> {
  const format = sharedFormat(files);
  const columns = byName(files.flatMap(columnsOf));
  const names = [...columns.values()].flatMap(([column]) => column?.name ?? []);
  if (files[0] !== undefined) requireStatedNames(format, names, files[0].file.pondPath);
  const rules: TypeRules = {
    format,
    noted: new Map(noted.map((column) => [column.name, column])),
    sign: signOf(noted),
  };
  return new Map([...columns].map(([name, column]) => [name, typeOf(column, rules)]));
}

/** Types that are stated for any of the files hold for all. */
function sharedFormat(files: readonly ScannedFile[]): TextFormat {
  const stated = files.flatMap(({ file }) => file.format ?? []);
  return stated.reduce((all, each) => ({ ...all, ...each, types: { ...all.types, ...each.types } }), {});
}

function tableOf(
  { file, scan }: ScannedFile,
  types: ReadonlyMap<string, ColumnType>,
  orders: OrderDecision,
): TextTable {
  const { format = {} } = file;
  const reasons = new Map<string, string>();
  let dates: DecidedOrder | undefined;
  const columns = columnsOf({ file, scan }).map((column): ReadColumn => {
    const type = types.get(nameKey(column.name))!;
    const reason = type.reason ?? (type.kind === 'text' ? firstWord(column, scan) : undefined);
    if (reason !== undefined) reasons.set(column.name, reason);
    const decided = type.kind === 'date' ? orders.of(column, format.dates) : undefined;
    if (type.kind === 'date') requireCentury(column, decided?.order);
    dates ??= decided;
    const form = { format, order: decided?.order, isLoaded: !scan.isPlain };
    return { ...readColumn(column.name, type, column.facts, form), ...(decided && { order: decided.order }) };
  });
  return { file, scan, columns, reasons, dates };
}

/** The first value of a column of words where most of the first rows have values, as below a line of units. */
function firstWord(column: FileColumn, { layout }: FileScan): string | undefined {
  return layout.namesAboveValues.includes(nameKey(column.name)) ? placeOf([column], forms.text) : undefined;
}
