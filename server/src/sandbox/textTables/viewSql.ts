import { identifier, sql, type SqlText } from '../../duckdb/sql.ts';
import { exactSelects, bySchema, type NamedFile, requireAlikeNames, type UnionPart, unionSql } from '../exactUnion.ts';
import { readerSql, type Reading } from '../formats.ts';
import { withFilename } from '../filenameColumn.ts';
import { jsonReading } from '../jsonTable.ts';
import { isReadOnce, type SourceFile, type ViewSpec } from '../sources.ts';
import { type TextScope } from './decoded.ts';
import { numberedAlike } from './alikeNames.ts';
import { releasePack } from './packedContent.ts';
import { canBeJoined } from './packedRows.ts';
import { joinedSql } from './joinedSql.ts';
import { csvOptions, listSql, readCsv, rowOptions } from './readCsv.ts';
import { rowsSql } from './rowsSql.ts';
import { type TextTable, tablesOf } from './tables.ts';
import { numberedRows, timePasses, withPasses } from './timePasses.ts';
import { requireWholeOnce } from './wholeFile.ts';

/**
 * The statement that creates a view. Text files are scanned first, so that the statement sets all options; the rows of
 * those that DuckDB cannot read as they are, are put into tables, unless a Parquet file has them. Fails as tablesOf,
 * and `invalid-content` for an incomplete compressed file.
 */
export async function viewSql(scope: TextScope, view: ViewSpec): Promise<SqlText> {
  if (!('source' in view)) return view.sql;
  const { name, files, notation, hasFilename = false } = view.source;
  const filled = withoutEmpty(files);
  for (const file of filled) if (file.reading.compression !== undefined) await requireWholeOnce(file, scope.openDisk);
  const tables = await tablesOf(scope, filled.filter(isCsv), notation);
  const found = new Map<SourceFile, FoundFile>();
  const blank = new Set<SourceFile>();
  for (const [index, table] of tables.entries()) {
    if (found.has(table.file)) continue;
    if (table.columns.length === 0) {
      blank.add(table.file);
      continue;
    }
    if (canBeJoined(table)) {
      found.set(table.file, { table, rows: undefined });
      continue;
    }
    const rows = await rowsSql(scope, table, { table: `rows ${index} of ${name}`, isShared: view.isShared });
    const passes = await timePasses(scope, table, rows);
    const columns = table.columns.map((column) => withPasses(column, passes));
    found.set(table.file, { table: { ...table, columns }, rows: numberedRows(rows, passes) });
  }
  const kind = isReadOnce(files) ? sql`TABLE` : sql`VIEW`;
  const scopeSql = view.isShared ? sql`` : sql`TEMP `;
  const read = filled.filter((file) => !blank.has(file));
  const rows =
    read.length === 0 ? blankSql(hasFilename) : await groupsSql(scope, groupsOf(read, found), { tables, hasFilename });
  releasePack();
  return sql`CREATE ${scopeSql}${kind} ${identifier(name)} AS ${rows}`;
}

/** The rows of all groups. The groups of Parquet are divided by their types where a value could be rounded. */
async function groupsSql(
  scope: TextScope,
  groups: readonly Group[],
  { tables, hasFilename }: { readonly tables: readonly TextTable[]; readonly hasFilename: boolean },
): Promise<SqlText> {
  const named: NamedFile[] = tables.map(({ file, scan: { layout, table } }) => ({
    path: file.pondPath,
    ...layout,
    units: table.columns.flatMap(({ name, unit }) => (unit === undefined ? [] : [{ name, unit }])),
  }));
  const json = groups.length > 1 ? groups.find(isJson) : undefined;
  if (json !== undefined) named.push(await namedJson(scope, json, named));
  const isAnyParquet = groups.some(isParquet);
  const divided: Group[] = [];
  for (const group of groups) {
    const parts = isParquet(group) ? await bySchema(await scope.connect(), group.files, named) : [group.files];
    divided.push(...parts.map((each) => ({ ...group, files: [...each] })));
  }
  if (isAnyParquet && divided.length > 1) {
    const parts = await selectsOf(scope, divided, hasFilename);
    const exact = await exactSelects(await scope.connect(), parts);
    if (exact !== undefined) return unionSql(exact);
  }
  return unionSql((await selectsOf(scope, groups, hasFilename)).map(({ select }) => select));
}

/**
 * The names of the JSON files. Fails `invalid-content` where those that differ in case alone are not those of other
 * files.
 */
async function namedJson(scope: TextScope, group: Group, others: readonly NamedFile[]): Promise<NamedFile> {
  const columns = await (await scope.connect()).columnsOf(await groupSql(scope, group, false));
  const names = columns.map(({ name }) => name);
  const json: NamedFile = { path: group.files[0]?.pondPath ?? '', names, alike: numberedAlike(names) };
  requireAlikeNames([...others, json]);
  return json;
}

const isJson = ({ source }: Group): boolean => 'reading' in source && source.reading.reader === 'read_json';

const isParquet = ({ source }: Group): boolean => 'reading' in source && source.reading.reader === 'read_parquet';

async function selectsOf(
  scope: TextScope,
  groups: readonly Group[],
  hasFilename: boolean,
): Promise<readonly UnionPart[]> {
  const parts: UnionPart[] = [];
  for (const group of groups) parts.push({ select: await groupSql(scope, group, hasFilename), files: group.files });
  return parts;
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

/** A CSV file, with its rows to select from. */
interface FoundFile {
  readonly table: TextTable;
  /** Undefined for a file whose rows are read together with those of the adjacent files. */
  readonly rows: SqlText | undefined;
}

/** Files that one SELECT reads. */
interface Group {
  readonly key: string;
  readonly files: SourceFile[];
  /** The tables of files whose rows are read as one text; empty for other files. */
  readonly joined: TextTable[];
  /** The columns of the SELECT. */
  readonly list: SqlText;
  /** The rows of one file, the options of read_csv, or the reading of files of another format. */
  readonly source: { readonly rows: SqlText } | { readonly options: SqlText } | { readonly reading: Reading };
}

type GroupForm = Omit<Group, 'files' | 'joined'>;

/** Groups of adjacent CSV files with the same options, and one for all others of a reading. */
function groupsOf(files: readonly SourceFile[], found: ReadonlyMap<SourceFile, FoundFile>): readonly Group[] {
  const groups: Group[] = [];
  for (const file of files) {
    const csv = found.get(file);
    const made = csv === undefined ? otherGroup(file.reading) : csvGroup(csv);
    const group = csv === undefined ? groups.find(({ key }) => key === made.key) : groups.at(-1);
    const joined = csv?.rows === undefined && csv !== undefined ? [csv.table] : [];
    // The rows of a file are read once for each path with its content.
    if (group?.key === made.key && !('rows' in made.source)) {
      group.files.push(file);
      group.joined.push(...joined);
    } else groups.push({ ...made, files: [file], joined });
  }
  return groups;
}

function otherGroup(reading: Reading): GroupForm {
  return { key: JSON.stringify(reading), list: sql`*`, source: { reading } };
}

function csvGroup({ table, rows }: FoundFile): GroupForm {
  const list = listSql(table.columns);
  if (rows === undefined) {
    const options = rowOptions(table);
    return { key: `joined ${list} ${options}`, list, source: { options } };
  }
  const options = csvOptions(table);
  // Rows of other tables, and rows with numbers, are those of one file.
  if (rows !== readCsv([table.file], options)) return { key: rows, list, source: { rows } };
  return { key: `${list} ${options}`, list, source: { options } };
}

async function groupSql(scope: TextScope, group: Group, hasFilename: boolean): Promise<SqlText> {
  const [first, ...others] = group.joined;
  if (first !== undefined) return joinedSql(scope, [first, ...others], hasFilename);
  const read = (files: readonly SourceFile[]) => rowsOf(scope, { ...group, files: [...files] });
  if (hasFilename) return await withFilename(await scope.connect(), group.files, read);
  const { list, from } = await read(group.files);
  return sql`SELECT ${list} FROM ${from}`;
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
  if ('rows' in source) return source.rows;
  if ('options' in source) return readCsv(files, source.options);
  return readerSql(
    source.reading,
    files.map(({ hostPath }) => hostPath),
  );
}
