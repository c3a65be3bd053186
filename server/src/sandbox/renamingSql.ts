import { identifier, literal } from '../duckdb/sql.ts';
import { type Value } from '../duckdb/values.ts';
import { type SandboxSpec } from './sources.ts';

/**
 * Returns the SQL before and after a query that replaces host paths with pond paths in its text columns, and fails for
 * host paths in lists, structs and other nested values. `columns` are names and types; columns may share a name.
 */
export function renamingSql(
  columns: readonly (readonly Value[])[],
  files: SandboxSpec['files'],
): { readonly opening: string; readonly closing: string } {
  const values = columns.map(([name, type], index) => {
    const column = `c${index}`;
    return `${valueSql({ column, name: String(name), type: String(type) }, files)} AS ${identifier(String(name))}`;
  });
  const names = columns.map((_, index) => `c${index}`);
  return { opening: `SELECT ${values.join(', ')} FROM (`, closing: `) AS q(${names.join(', ')})` };
}

interface NamedColumn {
  /** Alias of the column here. */
  readonly column: string;
  readonly name: string;
  readonly type: string;
}

function valueSql(column: NamedColumn, files: SandboxSpec['files']): string {
  if (column.type === 'VARCHAR') return renamedSql(column.column, files);
  return /VARCHAR|JSON|VARIANT/.test(column.type) ? withoutPathsSql(column, files) : column.column;
}

function renamedSql(column: string, files: SandboxSpec['files']): string {
  return files.reduce(
    (sql, { hostPath, pondPath }) => `replace(${sql}, ${literal(hostPath)}, ${literal(pondPath)})`,
    column,
  );
}

function withoutPathsSql({ column, name }: NamedColumn, files: SandboxSpec['files']): string {
  const paths = files.map(({ hostPath }) => `contains(to_json(${column})::VARCHAR, ${literal(inJson(hostPath))})`);
  const reason = `a column of texts can have the names of files, but ${identifier(name)} is none`;
  return `CASE WHEN ${paths.join(' OR ')} THEN error(${literal(reason)}) ELSE ${column} END`;
}

/** A text as encoded in JSON, without the enclosing quotes. */
function inJson(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}
