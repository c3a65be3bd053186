import { LruCache } from '../base/lruCache.ts';
import { type Connection } from '../duckdb/connection.ts';
import { identifier, joinSql, literal, sql, type SqlText } from '../duckdb/sql.ts';
import { parseSqlType } from '../duckdb/sqlType.ts';
import { readerSql, type Reading } from './formats.ts';
import { columnsByExamples } from './jsonLines/exampleFiles.ts';
import { keysByName, valueOfKeys } from './jsonNames.ts';
import { typeRules, zonedType } from './jsonTypes.ts';
import { savedOr } from './savedTexts.ts';
import { type SourceFile } from './sources.ts';
import { type TextScope } from './textTables/decoded.ts';
import { type Column } from '../protocol/results.ts';

/** Maximum number of cached sets of files; results for a content never expire. */
const tablesMax = 2_000;

/** Columns by the set of contents; null where DuckDB is to find them. */
type FoundColumns = readonly Column[] | null;

const cachedColumns = new LruCache<string, { readonly found: FoundColumns }>({ max: tablesMax });

/** The reading of JSON files. */
interface JsonReading {
  /** Options of read_json, after a comma. */
  readonly options: SqlText;
  /** The columns of the SELECT. */
  readonly list: SqlText;
}

/**
 * The reading of files that form one table: its columns, found from all keys and values. A number that no type of DuckDB
 * and Parquet represents exactly makes its column text, and so does a text among numbers. Without options where DuckDB is
 * to find the columns: for values that are not objects, and for keys that differ only in case. Each set of contents is
 * inspected once. Fails with DuckDB's error, which has the file and the line.
 */
export async function jsonReading(scope: TextScope, files: readonly SourceFile[]): Promise<JsonReading> {
  const columns = await columnsOf(scope, files);
  if (columns === null) return { options: columnsOption(columns), list: sql`*` };
  const named = keysByName(columns);
  const paths = files.map(({ pondPath }) => pondPath);
  const values = named.map((each) => sql`${valueOfKeys(each, valueOf, paths)} AS ${identifier(each.name)}`);
  const areAsRead = named.every(({ name, keys }) => keys.every((key) => key.name === name && key.type !== zonedType));
  return { options: columnsOption(named.flatMap(({ keys }) => keys)), list: areAsRead ? sql`*` : joinSql(values) };
}

/** The value of a key; times with offsets in UTC. */
const valueOf = ({ name, type }: Column): SqlText =>
  type === zonedType ? sql`make_timestamp(epoch_us(${identifier(name)}))` : identifier(name);

async function columnsOf(
  { connect, openDisk, signal }: TextScope,
  files: readonly SourceFile[],
): Promise<FoundColumns> {
  const [first] = files;
  if (first === undefined) return null;
  const hostPaths = files.map(({ hostPath }) => hostPath);
  const findIn = (place: Connection, paths: readonly string[]): Promise<FoundColumns> =>
    findColumns(place, first.reading, paths);
  const find = async (): Promise<FoundColumns> =>
    (await columnsByExamples({ openDisk, ...(signal && { signal }) }, files, findIn)) ??
    (await findIn(await connect(), hostPaths));
  const keys = files.map(({ key }) => key);
  if (keys.includes(undefined)) return await find();
  const name = JSON.stringify([first.reading, keys]);
  const cached = cachedColumns.get(name);
  if (cached !== undefined) return cached.found;
  const sizeBytes = files.reduce((sum, file) => sum + file.sizeBytes, 0);
  const form = { write: JSON.stringify, read: (text: string) => JSON.parse(text) as FoundColumns };
  const found = await savedOr({ name: `json ${name}`, sizeBytes, openDisk }, form, find);
  cachedColumns.set(name, { found });
  return found;
}

async function findColumns(
  connection: Connection,
  reading: Reading,
  hostPaths: readonly string[],
): Promise<FoundColumns> {
  const found = await connection.columnsOf(sql`FROM ${readerSql(reading, hostPaths)}`);
  const columns = found.map(({ name, type }): Column => ({ name, type: readableType(type) }));
  // A column of this name holds the values of a file that has no objects.
  if (columns.every(({ name }) => name === 'json') || haveSimilarNames(columns)) return null;
  if (await hasEmptyKey(connection, { reading, hostPaths, columns })) return null;
  return await exactColumns(connection, { reading, hostPaths, columns });
}

/** JSON for objects with an empty key, whose type has no name that DuckDB reads. */
const readableType = (type: string): string => parseSqlType(type) ?? 'JSON';

/** True where names of columns are not keys of the files: DuckDB adds a number to one that differs only in case. */
function haveSimilarNames(columns: readonly Column[]): boolean {
  const names = new Set(columns.map(({ name }) => name.toLowerCase()));
  return columns.some(({ name }) => names.has(name.toLowerCase().replace(/_\d+$/, '')) && /_\d+$/.test(name));
}

/** True where a column has a name that DuckDB made for an empty key: no key of this name has a value. */
async function hasEmptyKey(connection: Connection, { reading, hostPaths, columns }: JsonTable): Promise<boolean> {
  const made = columns.filter(({ name }, index) => name === `C${index}`).map(({ name }) => ({ name, type: 'JSON' }));
  if (made.length === 0) return false;
  const counts = joinSql(made.map(({ name }) => sql`count(${identifier(name)})`));
  const [row = []] = await connection.rows(
    sql`SELECT ${counts} FROM ${readerSql(reading, hostPaths, columnsOption(made))}`,
  );
  return row.some((count) => Number(count) === 0);
}

function columnsOption(columns: FoundColumns): SqlText {
  if (columns === null) return sql``;
  const types = columns.map(({ name, type }) => sql`${literal(name)}: ${literal(type)}`);
  return sql`, columns = {${joinSql(types)}}`;
}

interface JsonTable {
  readonly reading: Reading;
  readonly hostPaths: readonly string[];
  readonly columns: readonly Column[];
}

async function exactColumns(connection: Connection, table: JsonTable): Promise<readonly Column[]> {
  const ruled = table.columns.map((column) => ({
    column,
    rule: typeRules.find(({ applies }) => applies(column.type)),
  }));
  const doubtful = ruled.filter(({ rule }) => rule !== undefined).map(({ column }) => ({ ...column, type: 'JSON' }));
  if (doubtful.length === 0) return table.columns;
  const checks = ruled.flatMap(({ column: { name }, rule }) =>
    (rule?.choices ?? []).map(({ holds }) => {
      const value = identifier(name);
      // The value null of JSON is not NULL here.
      const holdsForAll = holds(sql`${value}::VARCHAR`, value);
      return sql`coalesce(bool_and(${holdsForAll}) FILTER (json_type(${value}) <> 'NULL'), true)`;
    }),
  );
  const source = readerSql(table.reading, table.hostPaths, columnsOption(doubtful));
  const [row = []] = await connection.rows(sql`SELECT ${joinSql(checks)} FROM ${source}`);
  let at = 0;
  return ruled.map(({ column, rule }): Column => {
    if (rule === undefined) return column;
    const held = row.slice(at, at + rule.choices.length);
    at += rule.choices.length;
    const choice = rule.choices[held.indexOf(true)];
    return { name: column.name, type: choice === undefined ? rule.otherwise : choice.type || column.type };
  });
}
