import { LruCache } from '../../base/lruCache.ts';
import { PondError } from '../../base/error.ts';
import { type OpenDisk } from '../../storage/disk.ts';
import { type SourceFile } from '../sources.ts';
import { type TextFormat } from '../textFormat.ts';
import { type ColumnType, decimalOf, type FileColumn, type TypeRules, typeOf } from './columnType.ts';
import { type DecidedOrder, OrderDecision } from './dateDecision.ts';
import { type TextScope } from './decoded.ts';
import { type FileScan, scanFile } from './scanFile.ts';
import { type ReadColumn, readColumn } from './valueSql.ts';
import { requireWhole } from './wholeFile.ts';

/** Maximum number of cached files; results for a content never expire. */
const filesMax = 20_000;

const cachedScans = new LruCache<string, FileScan>({ max: filesMax });
const wholeFiles = new LruCache<string, true>({ max: filesMax });

/** A CSV file with its reading. */
export interface TextTable {
  readonly file: SourceFile;
  readonly scan: FileScan;
  readonly columns: readonly ReadColumn[];
  /** Why columns have their types, by name, where their values do not show it. */
  readonly reasons: ReadonlyMap<string, string>;
  readonly dates: DecidedOrder | undefined;
}

interface ScannedFile {
  readonly file: SourceFile;
  readonly scan: FileScan;
}

/**
 * Finds the readings of CSV files that form one table, in their order: columns of one name have one type, and dates,
 * decimal signs and types that one file leaves open are decided by the others. Fails `ambiguous-dates` for dates that
 * remain ambiguous, and `invalid-content`, with the line, for a file that is not a table or not as stated.
 */
export async function tablesOf(
  scope: TextScope,
  files: readonly SourceFile[],
  settledBy: readonly SourceFile[] = [],
): Promise<readonly TextTable[]> {
  const scanned: ScannedFile[] = [];
  for (const file of [...files, ...settledBy]) scanned.push({ file, scan: await cachedScan(scope, file) });
  const own = scanned.slice(0, files.length);
  const orders = new OrderDecision(scanned.flatMap(columnsOf));
  const types = typesOf(own, scanned);
  return own.map((each) => tableOf(each, types, orders));
}

function columnsOf({ file, scan }: ScannedFile): readonly FileColumn[] {
  return scan.table.columns.map(({ name, facts }) => ({ pondPath: file.pondPath, name, facts }));
}

function byName(columns: readonly FileColumn[]): ReadonlyMap<string, readonly FileColumn[]> {
  const found = new Map<string, FileColumn[]>();
  for (const column of columns) {
    const key = column.name.toLowerCase();
    const known = found.get(key);
    if (known === undefined) found.set(key, [column]);
    else known.push(column);
  }
  return found;
}

/** The types of all columns, by their names in lower case. */
function typesOf(own: readonly ScannedFile[], all: readonly ScannedFile[]): ReadonlyMap<string, ColumnType> {
  const format = sharedFormat(own);
  const columns = byName(own.flatMap(columnsOf));
  requireKnown(format, columns, own);
  const decimal = format.decimal ?? decimalOf([...byName(all.flatMap(columnsOf)).values()]);
  const rules: TypeRules = { format, decimal };
  return new Map([...columns].map(([name, column]) => [name, typeOf(column, rules)]));
}

/** What is stated about any of the files holds for the types of all. */
function sharedFormat(files: readonly ScannedFile[]): TextFormat {
  const stated = files.flatMap(({ file }) => file.format ?? []);
  return stated.reduce((all, each) => ({ ...all, ...each, types: { ...all.types, ...each.types } }), {});
}

function requireKnown(
  { types }: TextFormat,
  columns: ReadonlyMap<string, readonly FileColumn[]>,
  [first]: readonly ScannedFile[],
): void {
  const unknown = Object.keys(types ?? {}).find((name) => name !== '*' && !columns.has(name.toLowerCase()));
  if (unknown === undefined || first === undefined) return;
  const path = first.file.pondPath;
  throw new PondError(
    'invalid-content',
    `${path} cannot be read: it has no column "${unknown}", whose type is stated`,
    {
      path,
      hint: `Its columns are ${[...columns.values()].map(([column]) => column?.name).join(', ')}.`,
    },
  );
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
    const type = types.get(column.name.toLowerCase())!;
    if (type.reason !== undefined) reasons.set(column.name, type.reason);
    const decided = type.kind === 'date' ? orders.of(column, format.dates) : undefined;
    dates ??= decided;
    const form = { format, order: decided?.order, isLoaded: !scan.isPlain };
    return readColumn(column.name, type, column.facts, form);
  });
  return { file, scan, columns, reasons, dates };
}

/** Fails `invalid-content` for an incomplete compressed file; each content is checked once. */
export async function requireWholeOnce(file: Omit<SourceFile, 'reading'>, openDisk: OpenDisk): Promise<void> {
  if (file.key !== undefined && wholeFiles.get(file.key) === true) return;
  await requireWhole(file, openDisk);
  if (file.key !== undefined) wholeFiles.set(file.key, true);
}

async function cachedScan(scope: TextScope, file: SourceFile): Promise<FileScan> {
  const { key, reading, format } = file;
  const name = key === undefined ? undefined : JSON.stringify([key, reading, format ?? null]);
  const cached = name === undefined ? undefined : cachedScans.get(name);
  if (cached !== undefined) return cached;
  await requireWholeOnce(file, scope.openDisk);
  const scan = await scanFile(scope, file);
  return name === undefined ? scan : cachedScans.set(name, scan);
}
