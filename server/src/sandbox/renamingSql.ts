import { identifier, joinSql, literal, sql, type SqlText } from '../duckdb/sql.ts';
import { type Value } from '../duckdb/values.ts';
import { type SandboxSpec } from './sources.ts';

/**
 * Returns the SQL before and after a query that replaces host paths with pond paths in its text columns, and fails for
 * host paths in lists, structs and other nested values. `columns` are names and types; columns may share a name.
 */
export function renamingSql(
  columns: readonly (readonly Value[])[],
  files: SandboxSpec['files'],
): { readonly opening: SqlText; readonly closing: SqlText } {
  const aliases = columns.map((_, index) => columnAlias(index));
  const values = columns.map(([name, type], index) => {
    const named = { column: columnAlias(index), name: String(name), type: String(type) };
    return sql`${valueSql(named, files)} AS ${identifier(named.name)}`;
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
