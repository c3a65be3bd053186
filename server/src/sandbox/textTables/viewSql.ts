import { type Connection } from '../../duckdb/connection.ts';
import { identifier, joinSql, literal, literalList, sql, type SqlText } from '../../duckdb/sql.ts';
import { type OpenDisk } from '../../storage/disk.ts';
import { readerSql, type Reading } from '../formats.ts';
import { withFilename } from '../filenameColumn.ts';
import { jsonOptions } from '../jsonTable.ts';
import { isReadOnce, type SourceFile, type ViewSpec } from '../sources.ts';
import { csvOptions, type CsvTable, withTypes } from './csvTable.ts';
import { requireWholeOnce, type TextTable, tablesOf } from './tables.ts';

/**
 * The statement that creates a view. Text files are inspected first, so that the statement sets all options. Fails as
 * tablesOf, and `invalid-content` for an incomplete compressed file.
 */
export async function viewSql(connection: Connection, view: ViewSpec, openDisk: OpenDisk): Promise<SqlText> {
  if (!('source' in view)) return view.sql;
  const { name, files, settledBy, hasFilename = false } = view.source;
  const filled = withoutEmpty(files);
  for (const file of filled) if (file.reading.compression !== undefined) await requireWholeOnce(file, openDisk);
  const tables = await tablesOf({ connection, openDisk }, filled.filter(isCsv), settledBy?.filter(isCsv));
  const groups = groupsOf(filled, new Map(uniform(tables).map(({ file, table }) => [file, table])));
  const selects: SqlText[] = [];
  for (const group of groups) {
    const reader = await groupReader(connection, group);
    selects.push(hasFilename ? await withFilename(connection, reader, group.files) : sql`SELECT * FROM ${reader}`);
  }
  const kind = isReadOnce(files) ? sql`TABLE` : sql`VIEW`;
  const scope = view.isShared ? sql`` : sql`TEMP `;
  return sql`CREATE ${scope}${kind} ${identifier(name)} AS ${joinSql(selects, sql` UNION ALL BY NAME `)}`;
}

const isCsv = ({ reading, sizeBytes }: SourceFile): boolean => reading.reader === 'read_csv' && sizeBytes > 0;

/** Drops empty text files, unless all are empty: readers invent a column for each. */
function withoutEmpty(files: readonly SourceFile[]): readonly SourceFile[] {
  const found = files.filter(({ reading, sizeBytes }) => sizeBytes > 0 || reading.reader === 'read_parquet');
  return found.length > 0 ? found : files;
}

/** Files that one call of a reader reads. */
interface FileGroup {
  readonly key: string;
  readonly reading: Reading;
  /** Options of a CSV file. */
  readonly options?: SqlText;
  readonly files: SourceFile[];
}

/** A group for adjacent CSV files with the same options, and one for all others of a reading. */
function groupsOf(files: readonly SourceFile[], tables: ReadonlyMap<SourceFile, CsvTable>): readonly FileGroup[] {
  const groups: FileGroup[] = [];
  for (const file of files) {
    const { reading } = file;
    const table = tables.get(file);
    const options = table && sql`${csvOptions(table)}, compression = ${literal(reading.compression ?? 'none')}`;
    const key = options ?? JSON.stringify(reading);
    const group = options === undefined ? groups.find((each) => each.key === key) : groups.at(-1);
    if (group?.key === key) group.files.push(file);
    else groups.push({ key, reading, files: [file], ...(options !== undefined && { options }) });
  }
  return groups;
}

async function groupReader(connection: Connection, { reading, options, files }: FileGroup): Promise<SqlText> {
  const hostPaths = files.map(({ hostPath }) => hostPath);
  if (options !== undefined) return sql`read_csv(${literalList(hostPaths)}${options})`;
  const isJson = reading.reader === 'read_json' && files.some(({ sizeBytes }) => sizeBytes > 0);
  return readerSql(reading, hostPaths, isJson ? await jsonOptions(connection, files) : sql``);
}

/** Gives tables that differ only in column types the types that hold the values of all, so that one call reads them. */
function uniform(tables: readonly TextTable[]): readonly TextTable[] {
  const alike = new Map<string, Map<string, string>>();
  const groupOf = ({ table }: TextTable): string => JSON.stringify(withTypes(table, () => ''));
  for (const each of tables) {
    const group = groupOf(each);
    const types = alike.get(group) ?? new Map<string, string>();
    for (const { name, type } of each.table.columns) types.set(name, wider(types.get(name) ?? type, type));
    alike.set(group, types);
  }
  return tables.map((each) => {
    const types = alike.get(groupOf(each));
    return { ...each, table: withTypes(each.table, ({ name, type }) => wider(type, types?.get(name) ?? type)) };
  });
}

/** A type that holds the values of both, where reading them as that type is equivalent; otherwise the first. */
function wider(one: string, other: string): string {
  if (one === 'VARCHAR' || other === 'VARCHAR') return 'VARCHAR';
  return [one, other].every((type) => type === 'BIGINT' || type === 'DOUBLE') && one !== other ? 'DOUBLE' : one;
}
