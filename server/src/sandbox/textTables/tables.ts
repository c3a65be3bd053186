import { LruCache } from '../../base/lruCache.ts';
import { type Connection } from '../../duckdb/connection.ts';
import { type OpenDisk } from '../../storage/disk.ts';
import { type SourceFile } from '../sources.ts';
import { ambiguousError } from './ambiguousDates.ts';
import { type CsvTable } from './csvTable.ts';
import { tableInOrder } from './dateOrder.ts';
import { findTable, type FoundTable } from './findTable.ts';
import { requireWhole } from './wholeFile.ts';

/** Maximum number of cached files; results for a content never expire. */
const filesMax = 20_000;

const cachedTables = new LruCache<string, FoundTable>({ max: filesMax });
const wholeFiles = new LruCache<string, true>({ max: filesMax });

/** Access to the files whose tables are found. */
export interface TableScope {
  readonly connection: Connection;
  readonly openDisk: OpenDisk;
}

/** A CSV file with its table. */
export interface TextTable {
  readonly file: SourceFile;
  readonly table: CsvTable;
}

/**
 * Finds the readings of CSV files that form one table, in their order. Where the dates of one file can be read in two
 * orders, the dates of the others decide. Fails `invalid-content` for dates that remain ambiguous, and as findTable.
 */
export async function tablesOf(
  scope: TableScope,
  files: readonly SourceFile[],
  settledBy: readonly SourceFile[] = [],
): Promise<readonly TextTable[]> {
  const tables: (FoundTable & { readonly file: SourceFile })[] = [];
  for (const file of [...files, ...settledBy]) tables.push({ file, ...(await cachedTable(scope, file)) });
  const certainOrders = new Set(tables.flatMap(({ orders: { possible } }) => (possible.length === 1 ? possible : [])));
  return tables.slice(0, files.length).map(({ file, table, orders }) => {
    if (orders.example === undefined) return { file, table };
    const fitting = orders.possible.filter((order) => certainOrders.has(order));
    const [order] = fitting;
    if (order === undefined || fitting.length > 1) {
      const ambiguous = tables.filter((each) => each.orders.example !== undefined).map((each) => each.file.pondPath);
      throw ambiguousError({ pondPath: file.pondPath, table, orders }, ambiguous);
    }
    return { file, table: tableInOrder(table, order) };
  });
}

/** Fails `invalid-content` for an incomplete compressed file; each content is checked once. */
export async function requireWholeOnce(file: Omit<SourceFile, 'reading'>, openDisk: OpenDisk): Promise<void> {
  if (file.key !== undefined && wholeFiles.get(file.key) === true) return;
  await requireWhole(file, openDisk);
  if (file.key !== undefined) wholeFiles.set(file.key, true);
}

async function cachedTable({ connection, openDisk }: TableScope, file: SourceFile): Promise<FoundTable> {
  const { key, reading } = file;
  const name = key === undefined ? undefined : JSON.stringify([key, reading.options, reading.compression ?? null]);
  const cached = name === undefined ? undefined : cachedTables.get(name);
  if (cached !== undefined) return cached;
  await requireWholeOnce(file, openDisk);
  const table = await findTable(connection, file);
  return name === undefined ? table : cachedTables.set(name, table);
}
