/** A directory of the pond that holds a Delta table of another engine, read at the latest version of the table. */
import { isPondError, PondError } from '../base/error.ts';
import { listLog } from '../delta/log.ts';
import { checkpointFile, commitFile, logDirectory } from '../delta/logPaths.ts';
import { sidecarDirectory } from '../delta/checkpointFiles.ts';
import { isInsideTable } from '../delta/dataPath.ts';
import { type AddFile } from '../delta/files.ts';
import { type DeltaField, type DeltaType, parseSchema } from '../delta/schema.ts';
import { type DeltaSnapshot } from '../delta/deltaSnapshot.ts';
import { openTable } from '../delta/snapshot.ts';
import { identifier, joinSql, literal, literalList, sql, type SqlText } from '../duckdb/sql.ts';
import { castSql, parseSqlType, type SqlType } from '../duckdb/sqlType.ts';
import { createMemoryDisk } from '../storage/memoryDisk.ts';
import { type NodePath } from '../tinyfs/nodePath.ts';
import { type WorkingDirectory } from '../tinyfs/workingDirectory.ts';

/** A live data file of the table, with the partition values of all its rows. */
interface DeltaDataFile {
  readonly at: NodePath;
  readonly partitionValues: AddFile['add']['partitionValues'];
}

/** The latest version of a table. */
export interface DeltaFolder {
  /** Absolute pond path. */
  readonly path: string;
  readonly columns: readonly DeltaField[];
  readonly partitionColumns: readonly string[];
  readonly files: readonly DeltaDataFile[];
}

/**
 * Returns the Delta table in a directory; undefined when it has no `_delta_log`. Fails `invalid-content` when the table
 * cannot be read: its log is damaged, it needs a feature that is not supported, or a live file is missing.
 */
export async function readDeltaFolder(directory: WorkingDirectory): Promise<DeltaFolder | undefined> {
  const log = await directory.get(logDirectory);
  if (log?.isDirectory !== true) return undefined;
  const { path } = directory;
  try {
    const snapshot = await latestSnapshot(directory);
    if (snapshot === undefined) throw new PondError('invalid-content', `its ${logDirectory} has no commit`);
    const { schemaString, partitionColumns } = snapshot.metaData;
    const files: DeltaDataFile[] = [];
    for (const file of snapshot.files.values()) files.push(await dataFile(directory, file));
    return { path, columns: parseSchema(schemaString), partitionColumns, files };
  } catch (error) {
    if (!isPondError(error)) throw error;
    throw new PondError('invalid-content', `${path} is a Delta table that cannot be read: ${error.message}`, {
      path,
      cause: error,
    });
  }
}

/**
 * Reads the log from its last classic checkpoint or, when that cannot be read, from the first commit. Where commits are
 * missing, another form of checkpoint replaces them.
 */
async function latestSnapshot(directory: WorkingDirectory): Promise<DeltaSnapshot | undefined> {
  const names = (await directory.list(logDirectory)).map(({ basename }) => `${logDirectory}/${basename}`);
  const empty = new Uint8Array();
  const { commits, checkpoints, otherCheckpoints } = listLog(
    createMemoryDisk({ directories: [], files: names.map((name) => [name, empty] as const) }),
  );
  const last = checkpoints.at(-1);
  const tail = commits.filter((version) => last === undefined || version > last).map(commitFile);
  const starts = [
    last === undefined ? tail : [checkpointFile(last), ...tail],
    commits.map(commitFile),
    [
      ...otherCheckpoints.flatMap((other) => other.names.map((name) => `${logDirectory}/${name}`)),
      ...(await sidecarsIn(directory)),
      ...commits.map(commitFile),
    ],
  ];
  return await firstReadable(directory, otherCheckpoints.length === 0 ? starts.slice(0, 2) : starts);
}

async function firstReadable(
  directory: WorkingDirectory,
  [paths = [], ...rest]: readonly (readonly string[])[],
): Promise<DeltaSnapshot | undefined> {
  try {
    return await openCopy(directory, paths);
  } catch (error) {
    const isReplaceable = isPondError(error, 'pond-damaged') || isPondError(error, 'version-not-found');
    if (rest.length === 0 || !isReplaceable) throw error;
    return await firstReadable(directory, rest);
  }
}

async function sidecarsIn(directory: WorkingDirectory): Promise<readonly string[]> {
  const path = `${logDirectory}/${sidecarDirectory}`;
  if ((await directory.get(path))?.isDirectory !== true) return [];
  return (await directory.list(path)).map(({ basename }) => `${path}/${basename}`);
}

async function openCopy(directory: WorkingDirectory, paths: readonly string[]): Promise<DeltaSnapshot | undefined> {
  const files: (readonly [string, Uint8Array])[] = [];
  for (const path of paths) files.push([path, await directory.readFile(path)]);
  return await openTable(createMemoryDisk({ directories: [], files }));
}

async function dataFile(directory: WorkingDirectory, { path, add }: AddFile): Promise<DeltaDataFile> {
  const at = isInsideTable(path) ? await directory.get(path) : undefined;
  if (at !== undefined && !at.isDirectory) return { at, partitionValues: add.partitionValues };
  throw new PondError('invalid-content', `its data file ${path} is not in the directory`);
}

/** A data file on the host. */
export interface HostDataFile extends Pick<DeltaDataFile, 'partitionValues'> {
  readonly hostPath: string;
}

/**
 * Returns the statement for the view `name` of a table: its columns in the order of its schema, NULL in files that lack
 * one, with the partition values from the log. Fails `invalid-content` for a type that DuckDB does not have.
 */
export function deltaViewSql(name: string, table: DeltaFolder, files: readonly HostDataFile[]): SqlText {
  const columns = table.columns.map((column) => ({ name: column.name, type: sqlTypeOf(column, table.path) }));
  const nulls = columns.map(({ name, type }) => sql`${castSql(sql`NULL`, type)} AS ${identifier(name)}`);
  const none = sql`SELECT ${joinSql(nulls)} WHERE false`;
  const partitions = columns.filter((column) => table.partitionColumns.includes(column.name));
  const rows = files.length === 0 ? none : sql`${none} UNION ALL BY NAME ${rowsSql(files, partitions)}`;
  const selected = joinSql(columns.map((column) => identifier(column.name)));
  return sql`CREATE TEMP VIEW ${identifier(name)} AS SELECT ${selected} FROM (${rows})`;
}

interface SqlColumn {
  readonly name: string;
  readonly type: SqlType;
}

function rowsSql(files: readonly HostDataFile[], partitions: readonly SqlColumn[]): SqlText {
  const hostPaths = files.map(({ hostPath }) => hostPath);
  if (partitions.length === 0) return sql`SELECT * FROM read_parquet(${literalList(hostPaths)}, union_by_name = true)`;
  // Files with equal content have one host file: it is read once, and its rows are those of each.
  const paths = literalList([...new Set(hostPaths)]);
  // Names that no column of a table has: the file of a row, and the values of that file.
  const file = identifier('duckpond file');
  const valueNames = partitions.map((_, index) => identifier(`duckpond value ${index}`));
  const values = files.map(({ hostPath, partitionValues }) => {
    const texts = partitions.map(({ name }) => partitionValues[name] ?? '');
    // Delta writes NULL as an empty text.
    return sql`(${joinSql([literal(hostPath), ...texts.map((text) => (text === '' ? sql`NULL` : literal(text)))])})`;
  });
  const hidden = literalList(
    [...partitions.map(({ name }) => name), 'duckpond file'].map((text) => text.toLowerCase()),
  );
  const named = partitions.map(
    ({ name, type }, index) => sql`${castSql(sql`v.${valueNames[index]!}`, type)} AS ${identifier(name)}`,
  );
  return sql`SELECT f.*, ${joinSql(named)} FROM (
      SELECT COLUMNS(lambda c: NOT list_contains(${hidden}, lower(c))), ${file} AS "duckpond join"
      FROM read_parquet(${paths}, union_by_name = true, filename = 'duckpond file')) f
    JOIN (VALUES ${joinSql(values)}) v("duckpond join", ${joinSql(valueNames)}) USING ("duckpond join")`;
}

const primitives: ReadonlyMap<string, string> = new Map([
  ['string', 'VARCHAR'],
  ['long', 'BIGINT'],
  ['integer', 'INTEGER'],
  ['short', 'SMALLINT'],
  ['byte', 'TINYINT'],
  ['float', 'FLOAT'],
  ['double', 'DOUBLE'],
  ['boolean', 'BOOLEAN'],
  ['binary', 'BLOB'],
  ['date', 'DATE'],
  ['timestamp', 'TIMESTAMP WITH TIME ZONE'],
  ['timestamp_ntz', 'TIMESTAMP'],
]);

const decimal = /^decimal\(\d+, ?\d+\)$/;

function sqlTypeOf({ name, type }: DeltaField, path: string): SqlType {
  const found = parseSqlType(typeText(type));
  if (found !== undefined) return found;
  throw new PondError('invalid-content', `${path} has a column ${name} of a type that is not supported`, { path });
}

/** The name of a type in DuckDB; a text that is not a type for an unsupported one. */
function typeText(type: DeltaType): string {
  if (type.kind === 'array') return `${typeText(type.element)}[]`;
  if (type.kind === 'map') return `MAP(${typeText(type.key)}, ${typeText(type.value)})`;
  if (type.kind === 'primitive') return primitives.get(type.name) ?? decimal.exec(type.name)?.[0].toUpperCase() ?? '';
  return `STRUCT(${type.fields.map((field) => `${identifier(field.name)} ${typeText(field.type)}`).join(', ')})`;
}
