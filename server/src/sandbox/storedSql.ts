import { identifier, joinSql, literal, sql, type SqlText } from '../duckdb/sql.ts';
import { castSql } from '../duckdb/sqlType.ts';
import { exactParquetType } from './parquetTypes.ts';
import { type SandboxSpec } from './sources.ts';

/** A column of a query, with DuckDB's name of its type. */
export interface StoredColumn {
  readonly name: string;
  readonly type: string;
}

/**
 * Returns the SQL before and after a query whose rows are stored as Parquet: columns have types in which Parquet holds
 * their values. Host paths of `renamed` files are replaced with pond paths in text columns; it fails for host paths in
 * lists, structs and other nested values. Columns may share a name.
 */
export function storedSql(
  columns: readonly StoredColumn[],
  renamed: SandboxSpec['files'],
): { readonly opening: SqlText; readonly closing: SqlText } {
  const aliases = columns.map((_, index) => columnAlias(index));
  const values = columns.map(({ name, type }, index) => {
    const column = columnAlias(index);
    const value = renamed.length === 0 ? column : valueSql({ column, name, type }, renamed);
    const exact = exactParquetType(type, false);
    return sql`${exact === type ? value : castSql(value, exact)} AS ${identifier(name)}`;
  });
  return { opening: sql`SELECT ${joinSql(values)} FROM (`, closing: sql`) AS q(${joinSql(aliases)})` };
}

const columnAlias = (index: number): SqlText => sql`c${index}`;

interface NamedColumn {
  /** Alias of the column here. */
  readonly column: SqlText;
  readonly name: string;
  readonly type: string;
}

function valueSql(column: NamedColumn, files: SandboxSpec['files']): SqlText {
  if (column.type === 'VARCHAR') return renamedSql(column.column, files);
  return /VARCHAR|JSON|VARIANT/.test(column.type) ? withoutPathsSql(column, files) : column.column;
}

function renamedSql(column: SqlText, files: SandboxSpec['files']): SqlText {
  return files.reduce(
    (text, { hostPath, pondPath }) => sql`replace(${text}, ${literal(hostPath)}, ${literal(pondPath)})`,
    column,
  );
}

function withoutPathsSql({ column, name }: NamedColumn, files: SandboxSpec['files']): SqlText {
  const paths = files.map(({ hostPath }) => sql`contains(to_json(${column})::VARCHAR, ${literal(inJson(hostPath))})`);
  const reason = `a column of texts can have the names of files, but ${identifier(name)} is none`;
  return sql`CASE WHEN ${joinSql(paths, sql` OR `)} THEN error(${literal(reason)}) ELSE ${column} END`;
}

/** A text as encoded in JSON, without the enclosing quotes. */
function inJson(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}
