/** Divides small files into runs: one conversion of a run gives the rows that a conversion of each of its files gives. */
import { isPondError } from '../../base/error.ts';
import { type SourceFile } from '../sources.ts';
import { type TextScope } from './decoded.ts';
import { type Notation } from './notation.ts';
import { csvOptions, listSql } from './readCsv.ts';
import { cachedScan } from './scanCache.ts';
import { decideTables, type TextTable } from './tables.ts';
import { type ReadColumn } from './valueSql.ts';

/**
 * Returns the lengths of the runs of adjacent CSV files, in order, which add up to the number of files; none for no
 * files. One call of the reader reads a run, with the columns that each of its files alone has: in each a column has the
 * same type, or no value, or whole numbers where others have fractions and a double holds both. A file that cannot be
 * read is a run of its own. `notation` is that of the source, as in tablesOf.
 */
export async function tableRuns(
  scope: TextScope,
  files: readonly SourceFile[],
  notation: Notation | undefined,
): Promise<readonly number[]> {
  const tables: (TextTable | undefined)[] = [];
  for (const file of files) tables.push(await tableAlone(scope, file, notation));
  return divide(tables, notation);
}

/** Undefined for a file that fails, which is reported where its rows are read. */
async function tableAlone(
  scope: TextScope,
  file: SourceFile,
  notation: Notation | undefined,
): Promise<TextTable | undefined> {
  try {
    return decideTables([{ file, scan: await cachedScan(scope, file) }], notation)[0];
  } catch (error) {
    if (isUnreadable(error)) return undefined;
    throw error;
  }
}

const isUnreadable = (error: unknown): boolean =>
  isPondError(error, 'invalid-content') || isPondError(error, 'ambiguous-dates');

/** Halves of halves: a file that differs from the others leaves most of them in long runs. */
function divide(tables: readonly (TextTable | undefined)[], notation: Notation | undefined): readonly number[] {
  if (tables.length === 0) return [];
  if (tables.length === 1 || isRun(tables, notation)) return [tables.length];
  const half = Math.ceil(tables.length / 2);
  return [...divide(tables.slice(0, half), notation), ...divide(tables.slice(half), notation)];
}

function isRun(tables: readonly (TextTable | undefined)[], notation: Notation | undefined): boolean {
  const alone = tables.flatMap((table) => (table === undefined || !isPlain(table) ? [] : [table]));
  if (alone.length < tables.length || new Set(alone.map(columnNames)).size > 1) return false;
  try {
    const together = decideTables(alone, notation);
    return new Set(together.map(callOf)).size === 1 && together.every((table, index) => isAlike(table, alone[index]!));
  } catch (error) {
    if (isUnreadable(error)) return false;
    throw error;
  }
}

/** True for a file with columns that DuckDB's reader reads as it is, of which each row is read on its own. */
function isPlain({ scan, columns }: TextTable): boolean {
  return scan.isPlain && columns.length > 0 && columns.every(({ local }) => local === undefined);
}

const columnNames = ({ columns }: TextTable): string => JSON.stringify(columns.map(({ name }) => name));

/** The part of a statement that reads a file: the same for files that one call reads. */
const callOf = (table: TextTable): string => `${listSql(table.columns)} ${csvOptions(table)}`;

/** True where a file has the same values as among the others, but for the type of numbers. */
function isAlike({ columns, scan }: TextTable, alone: TextTable): boolean {
  return columns.every((column, index) => {
    const own = alone.columns[index]!;
    const { found } = scan.table.columns[index]!.facts;
    return found === 0 || isSameReading(column, own) || (column.type === 'DOUBLE' && own.type === 'BIGINT');
  });
}

function isSameReading(one: ReadColumn, other: ReadColumn): boolean {
  return one.type === other.type && one.readAs === other.readAs && one.value === other.value;
}
