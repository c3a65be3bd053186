import { type Connection } from '../../duckdb/connection.ts';
import { type SourceFile } from '../sources.ts';
import { ambiguousError } from './ambiguousDates.ts';
import { type CsvTable } from './csvTable.ts';
import { tableInOrder } from './dateOrder.ts';
import { findTable, type FoundTable } from './findTable.ts';
import { requireWhole } from './wholeFile.ts';

/** Maximum number of cached files; results for a content never expire. */
const rememberedMax = 20_000;

const found = new Map<string, FoundTable>();
const whole = new Set<string>();

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
  connection: Connection,
  files: readonly SourceFile[],
  settledBy: readonly SourceFile[] = [],
): Promise<readonly TextTable[]> {
  const tables: (FoundTable & { readonly file: SourceFile })[] = [];
  for (const file of [...files, ...settledBy]) tables.push({ file, ...(await rememberedTable(connection, file)) });
  const settled = new Set(tables.flatMap(({ orders: { possible } }) => (possible.length === 1 ? possible : [])));
  return tables.slice(0, files.length).map(({ file, table, orders }) => {
    if (orders.example === undefined) return { file, table };
    const fitting = orders.possible.filter((order) => settled.has(order));
    const [order] = fitting;
    if (order === undefined || fitting.length > 1) {
      const ambiguous = tables.filter((each) => each.orders.example !== undefined).map((each) => each.file.pondPath);
      throw ambiguousError({ pondPath: file.pondPath, table, orders }, ambiguous);
    }
    return { file, table: tableInOrder(table, order) };
  });
}

/** Fails `invalid-content` for an incomplete compressed file; each content is checked once. */
export async function requireWholeOnce(file: Omit<SourceFile, 'reading'>): Promise<void> {
  if (file.key !== undefined && whole.has(file.key)) return;
  await requireWhole(file);
  if (file.key === undefined) return;
  whole.add(file.key);
  if (whole.size > rememberedMax) whole.delete(whole.values().next().value!);
}

async function rememberedTable(connection: Connection, file: SourceFile): Promise<FoundTable> {
  const { key, reading } = file;
  const name = key === undefined ? undefined : JSON.stringify([key, reading.options, reading.compression ?? null]);
  const known = name === undefined ? undefined : found.get(name);
  if (known !== undefined) return known;
  await requireWholeOnce(file);
  const table = await findTable(connection, file);
  if (name === undefined) return table;
  found.set(name, table);
  if (found.size > rememberedMax) found.delete(found.keys().next().value!);
  return table;
}
