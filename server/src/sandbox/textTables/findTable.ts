import { PondError } from '../../base/error.ts';
import { type Connection } from '../../duckdb/connection.ts';
import { identifier, joinSql, literal, sql, type SqlText } from '../../duckdb/sql.ts';
import { type SourceFile } from '../sources.ts';
import { csvOptions, type CsvTable } from './csvTable.ts';
import { type DateOrders, dateOrdersOf } from './dateOrder.ts';
import { attempt, commentLines, guess, headLinesMax, requireNoRowsSkipped, type Unknown, wholeFile } from './guess.ts';
import { firstLines } from './lines.ts';
import { firstOddLine, type OddLine } from './ragged.ts';
import { fitOf } from './verify.ts';

/** A CSV file as a table, with the order of its dates. */
export interface FoundTable {
  readonly table: CsvTable;
  readonly orders: DateOrders;
}

/** A file of this size has no more rows than DuckDB samples in any case, bytes. */
const smallBytesMax = 40 * 1024;

/**
 * Finds a reading of a CSV file that drops no row and changes no value: from its first rows, checked against all
 * others, or from all rows when that check fails. Fails `invalid-content` for rows that DuckDB would skip to find a
 * table below them, and with DuckDB's error, which has the line, for a file that is not a table.
 */
export async function findTable(connection: Connection, file: SourceFile): Promise<FoundTable> {
  const { hostPath, pondPath, reading, sizeBytes } = file;
  const compression = reading.compression ?? 'none';
  const lines = { compression } as const;
  const compressed = sql`, compression = ${literal(compression)}`;
  const comments = await commentLines(connection, hostPath, lines);
  const unknown = { connection, hostPath, pondPath, lines, options: sql`${reading.options}${compressed}`, comments };
  const isSmall = sizeBytes <= smallBytesMax && reading.compression === undefined;
  const table = (isSmall ? await smallTable(unknown) : undefined) ?? (await tableOf(unknown, compressed));
  return { table, orders: await dateOrdersOf(connection, hostPath, { table, options: compressed }) };
}

/**
 * The table according to all rows; undefined for no table, and for a single column, as one line that does not fit makes
 * DuckDB merge several columns into one.
 */
async function smallTable(unknown: Unknown): Promise<CsvTable | undefined> {
  const table = await attempt(() => guess(unknown, wholeFile));
  if (table instanceof Error || table.columns.length < 2) return undefined;
  await requireNoRowsSkipped(unknown, table);
  return table;
}

async function tableOf(unknown: Unknown, compressed: SqlText): Promise<CsvTable> {
  const sampled = await sampledTable(unknown);
  await requireNoRowsSkipped(unknown, sampled);
  const fit = await fitOf(unknown.connection, unknown.hostPath, sampled, compressed);
  if (fit.fits) return sampled;
  const all = await attempt(() => guess(unknown, wholeFile));
  if (all instanceof Error) throw fit.error ?? all;
  if (fit.error !== undefined && all.columns.length < sampled.columns.length) throw fit.error;
  if (hasNewText(sampled, all)) await requireValues(unknown, sampled, compressed);
  await requireNoRowsSkipped(unknown, all);
  return all;
}

/** True when a column of numbers or times would become text, for lack of another type that holds all of its values. */
function hasNewText(sampled: CsvTable, all: CsvTable): boolean {
  const isText = ({ columns }: CsvTable, index: number): boolean => columns[index]?.type === 'VARCHAR';
  return sampled.columns.some((_, index) => !isText(sampled, index) && isText(all, index));
}

/** Fails with DuckDB's error, which has the line, for a value that does not match its column's type. */
async function requireValues({ connection, hostPath }: Unknown, table: CsvTable, options: SqlText): Promise<void> {
  const values = joinSql(table.columns.map(({ name }) => sql`count(${identifier(name)})`));
  await connection.rows(sql`SELECT ${values} FROM read_csv(${literal(hostPath)}${csvOptions(table)}${options})`);
}

/** The table according to the first rows. When one line keeps DuckDB from finding a table, the error names it. */
async function sampledTable(unknown: Unknown): Promise<CsvTable> {
  const { connection, hostPath, pondPath, lines } = unknown;
  const table = await attempt(() => guess(unknown, sql``));
  const isTable = !(table instanceof Error);
  if (isTable && table.columns.length > 1) return table;
  const head = await attempt(() => firstLines(connection, hostPath, lines, headLinesMax));
  const odd = head instanceof Error ? undefined : firstOddLine(head, { isMostlyAlike: isTable });
  if (odd !== undefined) throw oddLineError(pondPath, odd);
  if (!isTable) throw table;
  return table;
}

function oddLineError(pondPath: string, { line, fields, expected }: OddLine): PondError {
  return new PondError(
    'invalid-content',
    `${pondPath} cannot be read: expected ${expected} fields in line ${line}, as in those before it, got ${fields}`,
    {
      path: pondPath,
      hint: `The query of a Derive resource can read it with options: read_csv('$1', null_padding = true) fills short lines, and ignore_errors = true leaves lines out.`,
    },
  );
}
