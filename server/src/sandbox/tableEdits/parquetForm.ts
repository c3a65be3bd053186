import { PondError } from '../../base/error.ts';
import { type Connection } from '../../duckdb/connection.ts';
import { identifier, joinSql, literal, sql, type SqlText } from '../../duckdb/sql.ts';
import { castSql, requireSqlType } from '../../duckdb/sqlType.ts';
import { type Column } from '../../protocol/results.ts';
import { type SchemaNode, schemaOf } from './parquetSchema.ts';

/** A Parquet file, as it is to be written again. */
export interface ParquetForm {
  /** Columns with the type in which their values are edited and written. */
  readonly columns: readonly Column[];
  readonly rowCount: number;
  readonly schema: readonly SchemaNode[];
  /** Keys and values of the footer, as DuckDB shows them. */
  readonly metadata: readonly (readonly [key: string, value: string])[];
  /** Options of COPY that keep codec, metadata, field ids and the size of row groups. */
  readonly options: SqlText;
}

/** A file to read, under its name in the database, and as people know it. */
interface ParquetFile {
  readonly hostPath: string;
  readonly pondPath: string;
}

/** Returns the form of a file. Fails `read-only` for one that DuckDB would write otherwise, with the reason. */
export async function parquetForm(connection: Connection, file: ParquetFile, probe: string): Promise<ParquetForm> {
  const { hostPath, pondPath } = file;
  const name = literal(hostPath);
  const schema = await schemaOf(connection, hostPath);
  const columns = await connection.columnsOf(sql`FROM read_parquet(${name})`);
  const top = schema.filter(({ depth }) => depth === 0);
  const written = columns.map((column, index) => ({ ...column, type: writtenType(column.type, top[index]) }));
  const metadata = await metadataOf(connection, hostPath);
  const [[groups = null, rows = null] = []] = await connection.rows(
    sql`SELECT CAST(coalesce(max(row_group_num_rows), 0) AS VARCHAR), (SELECT CAST(sum(num_rows) AS VARCHAR) FROM
      parquet_file_metadata(${name})) FROM parquet_metadata(${name})`,
  );
  const options = joinSql([
    sql`FORMAT parquet`,
    sql`COMPRESSION ${literal(await codecOf(connection, file))}`,
    sql`ROW_GROUP_SIZE ${Math.max(2048, Number(groups))}`,
    ...metadataSql(metadata),
    ...fieldIdsSql(top),
  ]);
  const form: ParquetForm = { columns: written, rowCount: Number(rows), schema, metadata, options };
  await connection.run(
    sql`COPY (SELECT ${valuesSql(form)} FROM read_parquet(${name}) LIMIT 0) TO ${literal(probe)} (${options})`,
  );
  requireSame(form, await schemaOf(connection, probe), pondPath);
  return form;
}

/** Returns the columns of a SELECT, each in the type in which it is written. */
function valuesSql({ columns }: ParquetForm): SqlText {
  return joinSql(
    columns.map(({ name, type }) => sql`${castSql(identifier(name), requireSqlType(type))} AS ${identifier(name)}`),
  );
}

/** DuckDB reads milliseconds as microseconds, and writes the type that it has. */
function writtenType(type: string, node: SchemaNode | undefined): string {
  return type === 'TIMESTAMP' && node?.meaning === 'timestamp MilliSeconds' ? 'TIMESTAMP_MS' : type;
}

/** Returns the keys and values of the footer of a file. */
export async function metadataOf(connection: Connection, hostPath: string): Promise<ParquetForm['metadata']> {
  const [keys = [], values = []] = await connection.textColumns(
    sql`SELECT CAST(key AS VARCHAR), CAST(value AS VARCHAR) FROM parquet_kv_metadata(${literal(hostPath)})`,
  );
  return keys.map((key, index) => [key ?? '', values[index] ?? '']);
}

function metadataSql(metadata: ParquetForm['metadata']): readonly SqlText[] {
  if (metadata.length === 0) return [];
  const entries = metadata.map(([key, value]) => sql`${identifier(key)}: ${literal(value)}::BLOB`);
  return [sql`KV_METADATA {${joinSql(entries)}}`];
}

function fieldIdsSql(top: readonly SchemaNode[]): readonly SqlText[] {
  const entries = top.flatMap(({ name, fieldId }) =>
    fieldId === null ? [] : [sql`${identifier(name)}: ${Number(fieldId)}`],
  );
  return entries.length === 0 ? [] : [sql`FIELD_IDS {${joinSql(entries)}}`];
}

const codecs: ReadonlySet<string> = new Set(['uncompressed', 'snappy', 'gzip', 'zstd', 'brotli', 'lz4_raw']);

async function codecOf(connection: Connection, { hostPath, pondPath }: ParquetFile): Promise<string> {
  const [found = []] = await connection.textColumns(
    sql`SELECT DISTINCT lower(compression) FROM parquet_metadata(${literal(hostPath)}) WHERE compression IS NOT NULL`,
  );
  const [codec = 'snappy', ...others] = found.map((name) => name ?? '');
  if (others.length === 0 && codecs.has(codec)) return codec;
  throw notEditable(pondPath, `its columns are compressed as ${[codec, ...others].sort().join(' and ')}`);
}

/** Fails `read-only` when a schema differs from that of the file. */
export function requireSame({ schema }: ParquetForm, written: readonly SchemaNode[], pondPath: string): void {
  const at = schema.findIndex((node, index) => JSON.stringify(node) !== JSON.stringify(written[index]));
  if (at < 0 && written.length === schema.length) return;
  const node = schema[Math.max(at, 0)];
  const [expected, got] = [node, written[at]].map((each) => `${each?.repetition.toLowerCase()} ${each?.meaning}`);
  throw notEditable(pondPath, `its column "${node?.name}" is ${expected}, which would be written as ${got}`);
}

/** The error of a file that would not stay as it is, apart from the edits. */
export function notEditable(path: string, reason: string): PondError {
  return new PondError('read-only', `${path} cannot be edited: ${reason}`, {
    path,
    hint: 'Export its rows as Parquet to another file of the pond, and edit that one.',
  });
}
