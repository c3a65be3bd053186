import { type Connection } from '../../duckdb/connection.ts';
import { identifier, joinSql, literal, literalList, sql, type SqlText } from '../../duckdb/sql.ts';
import { type OpenDisk } from '../../storage/disk.ts';
import { readSql, type Reading } from '../formats.ts';
import { isReadOnce, type SourceFile, type ViewSpec } from '../sources.ts';
import { loadRows } from './loadRows.ts';
import { requireWholeOnce, type TextTable, tablesOf } from './tables.ts';
import { type ReadColumn } from './valueSql.ts';

/**
 * The statement that creates a view. Text files are scanned first, so that the statement sets all options; the rows of
 * those that DuckDB cannot read as they are, are put into tables. Fails as tablesOf, and `invalid-content` for an
 * incomplete compressed file.
 */
export async function viewSql(connection: Connection, view: ViewSpec, openDisk: OpenDisk): Promise<SqlText> {
  if (!('source' in view)) return view.sql;
  const { name, files, settledBy } = view.source;
  const filled = withoutEmpty(files);
  for (const file of filled) if (file.reading.compression !== undefined) await requireWholeOnce(file, openDisk);
  const scope = { connection, openDisk };
  const tables = await tablesOf(scope, filled.filter(isCsv), settledBy?.filter(isCsv));
  const found = new Map<SourceFile, FoundFile>();
  for (const [index, table] of tables.entries()) {
    if (found.has(table.file)) continue;
    const loaded = `rows ${index} of ${name}`;
    if (!table.scan.isPlain) await loadRows(scope, table, { table: loaded, isShared: view.isShared });
    found.set(table.file, { table, loaded });
  }
  const kind = isReadOnce(files) ? sql`TABLE` : sql`VIEW`;
  const scopeSql = view.isShared ? sql`` : sql`TEMP `;
  const selects = joinSql(selectsOf(filled, found), sql` UNION ALL BY NAME `);
  return sql`CREATE ${scopeSql}${kind} ${identifier(name)} AS ${selects}`;
}

const isCsv = ({ reading, sizeBytes }: SourceFile): boolean => reading.reader === 'read_csv' && sizeBytes > 0;

/** Drops empty text files, unless all are empty: readers invent a column for each. */
function withoutEmpty(files: readonly SourceFile[]): readonly SourceFile[] {
  const found = files.filter(({ reading, sizeBytes }) => sizeBytes > 0 || reading.reader === 'read_parquet');
  return found.length > 0 ? found : files;
}

/** A CSV file, with the name of the table of its rows where it has one. */
interface FoundFile {
  readonly table: TextTable;
  readonly loaded: string;
}

/** Files that one SELECT reads. */
interface Group {
  readonly key: string;
  readonly hostPaths: string[];
  readonly select: (hostPaths: readonly string[]) => SqlText;
}

/** One SELECT for each group of adjacent CSV files with the same options, and one for all others of a reading. */
function selectsOf(files: readonly SourceFile[], found: ReadonlyMap<SourceFile, FoundFile>): readonly SqlText[] {
  const groups: Group[] = [];
  for (const file of files) {
    const csv = found.get(file);
    const made = csv === undefined ? otherGroup(file.reading) : csvGroup(csv);
    const group = csv === undefined ? groups.find(({ key }) => key === made.key) : groups.at(-1);
    if (group?.key === made.key) group.hostPaths.push(file.hostPath);
    else groups.push({ ...made, hostPaths: [file.hostPath] });
  }
  return groups.map(({ select, hostPaths }) => select(hostPaths));
}

function otherGroup(reading: Reading): Omit<Group, 'hostPaths'> {
  return { key: JSON.stringify(reading), select: (hostPaths) => readSql(reading, hostPaths) };
}

function csvGroup({ table, loaded }: FoundFile): Omit<Group, 'hostPaths'> {
  const list = listSql(table.columns);
  if (!table.scan.isPlain) return { key: loaded, select: () => sql`SELECT ${list} FROM ${identifier(loaded)}` };
  const options = csvOptions(table);
  return {
    key: `${list} ${options}`,
    select: (hostPaths) => sql`SELECT ${list} FROM read_csv(${literalList(hostPaths)}${options})`,
  };
}

/** The columns of a SELECT that makes the values. */
function listSql(columns: readonly ReadColumn[]): SqlText {
  if (columns.every(({ value }) => value === undefined)) return sql`*`;
  return joinSql(
    columns.map(({ name, value }) => (value === undefined ? identifier(name) : sql`${value} AS ${identifier(name)}`)),
  );
}

/** The options of read_csv, each after a comma: all of them, so that nothing is guessed. */
function csvOptions({ file, scan, columns }: TextTable): SqlText {
  const { layout, table, lineEnds } = scan;
  const headLines = layout.hasHeader || table.unitsLine !== undefined ? 1 : 0;
  const skip = Math.max(layout.skip + headLines, table.unitsLine ?? 0);
  const types = columns.map(({ name, readAs }) => sql`${literal(name)}: ${literal(readAs)}`);
  const options = [
    sql`auto_detect = false`,
    sql`delim = ${literal(layout.delimiter)}`,
    sql`quote = ${literal(layout.quote)}`,
    sql`escape = ${literal(layout.quote)}`,
    sql`new_line = ${literal(lineEnds[0] === 'CRLF' ? '\\r\\n' : '\\n')}`,
    sql`skip = ${skip}`,
    sql`comment = ''`,
    sql`header = false`,
    sql`nullstr = ${literalList(['', ...(file.format?.nulls ?? [])])}`,
    sql`columns = {${joinSql(types)}}`,
    sql`compression = ${literal(file.reading.compression ?? 'none')}`,
  ];
  return sql`, ${joinSql(options)}`;
}
