import { identifier, joinSql, literal, literalList, sql, type SqlText } from '../../duckdb/sql.ts';
import { readerSql, type Reading } from '../formats.ts';
import { withFilename } from '../filenameColumn.ts';
import { jsonReading } from '../jsonTable.ts';
import { isReadOnce, type SourceFile, type ViewSpec } from '../sources.ts';
import { type TextScope } from './decoded.ts';
import { loadRows } from './loadRows.ts';
import { requireWholeOnce } from './wholeFile.ts';
import { type TextTable, tablesOf } from './tables.ts';
import { type ReadColumn } from './valueSql.ts';

/**
 * The statement that creates a view. Text files are scanned first, so that the statement sets all options; the rows of
 * those that DuckDB cannot read as they are, are put into tables, unless a Parquet file has them. Fails as tablesOf, and `invalid-content` for an
 * incomplete compressed file.
 */
export async function viewSql(scope: TextScope, view: ViewSpec): Promise<SqlText> {
  if (!('source' in view)) return view.sql;
  const { name, files, settledBy, hasFilename = false } = view.source;
  const filled = withoutEmpty(files);
  for (const file of filled) if (file.reading.compression !== undefined) await requireWholeOnce(file, scope.openDisk);
  const tables = await tablesOf(scope, filled.filter(isCsv), settledBy?.filter(isCsv));
  const found = new Map<SourceFile, FoundFile>();
  const blank = new Set<SourceFile>();
  for (const [index, table] of tables.entries()) {
    if (found.has(table.file)) continue;
    if (table.columns.length === 0) {
      blank.add(table.file);
      continue;
    }
    const loaded = `rows ${index} of ${name}`;
    if (!table.scan.isPlain && table.file.rowsPath === undefined)
      await loadRows(scope, table, { table: loaded, isShared: view.isShared });
    found.set(table.file, { table, loaded });
  }
  const kind = isReadOnce(files) ? sql`TABLE` : sql`VIEW`;
  const scopeSql = view.isShared ? sql`` : sql`TEMP `;
  const selects: SqlText[] = [];
  const read = filled.filter((file) => !blank.has(file));
  if (read.length === 0) selects.push(blankSql(hasFilename));
  for (const group of groupsOf(read, found)) selects.push(await groupSql(scope, group, hasFilename));
  return sql`CREATE ${scopeSql}${kind} ${identifier(name)} AS ${joinSql(selects, sql` UNION ALL BY NAME `)}`;
}

/** Files of blank lines and comments alone, as an empty file is read. */
function blankSql(hasFilename: boolean): SqlText {
  const filename = hasFilename ? sql`, NULL::VARCHAR AS filename` : sql``;
  return sql`SELECT NULL::VARCHAR AS column0${filename} WHERE false`;
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
  readonly files: SourceFile[];
  /** The columns of the SELECT. */
  readonly list: SqlText;
  /** The table of the rows or their Parquet file, the options of read_csv, or the reading of files of another format. */
  readonly source:
    | { readonly loaded: string }
    | { readonly rowsPath: string }
    | { readonly options: SqlText }
    | { readonly reading: Reading };
}

/** Groups of adjacent CSV files with the same options, and one for all others of a reading. */
function groupsOf(files: readonly SourceFile[], found: ReadonlyMap<SourceFile, FoundFile>): readonly Group[] {
  const groups: Group[] = [];
  for (const file of files) {
    const csv = found.get(file);
    const made = csv === undefined ? otherGroup(file.reading) : csvGroup(csv);
    const group = csv === undefined ? groups.find(({ key }) => key === made.key) : groups.at(-1);
    if (group?.key === made.key) group.files.push(file);
    else groups.push({ ...made, files: [file] });
  }
  return groups;
}

function otherGroup(reading: Reading): Omit<Group, 'files'> {
  return { key: JSON.stringify(reading), list: sql`*`, source: { reading } };
}

function csvGroup({ table, loaded }: FoundFile): Omit<Group, 'files'> {
  const list = listSql(table.columns);
  const { rowsPath } = table.file;
  if (!table.scan.isPlain) return { key: loaded, list, source: rowsPath === undefined ? { loaded } : { rowsPath } };
  const options = csvOptions(table);
  return { key: `${list} ${options}`, list, source: { options } };
}

async function groupSql(scope: TextScope, group: Group, hasFilename: boolean): Promise<SqlText> {
  const { list, from } = await rowsOf(scope, group);
  return hasFilename
    ? await withFilename(scope.connection, { list, from }, group.files)
    : sql`SELECT ${list} FROM ${from}`;
}

/** Source of one SELECT, and the list of its columns. */
async function rowsOf(
  scope: TextScope,
  { files, list, source }: Group,
): Promise<{ readonly list: SqlText; readonly from: SqlText }> {
  const isFilled = files.some(({ sizeBytes }) => sizeBytes > 0);
  if (!('reading' in source) || source.reading.reader !== 'read_json' || !isFilled)
    return { list, from: sourceSql(source, files) };
  const { options, list: columns } = await jsonReading(scope, files);
  const hostPaths = files.map(({ hostPath }) => hostPath);
  return { list: columns, from: readerSql(source.reading, hostPaths, options) };
}

function sourceSql(source: Group['source'], files: readonly SourceFile[]): SqlText {
  if ('loaded' in source) return identifier(source.loaded);
  if ('rowsPath' in source) return sql`read_parquet(${literal(source.rowsPath)})`;
  const hostPaths = files.map(({ hostPath }) => hostPath);
  if ('options' in source) return sql`read_csv(${literalList(hostPaths)}${source.options})`;
  return readerSql(source.reading, hostPaths);
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
  const skip = table.headEnd ?? layout.skip + (layout.hasHeader ? 1 : 0);
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
