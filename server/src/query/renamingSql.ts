import { identifier, literal } from '../duckdb/sql.ts';
import { type Value } from '../duckdb/values.ts';
import { type SandboxSpec } from './sources.ts';

/**
 * Returns the beginning of a query over another one, with the parenthesis that opens before it: host paths in its columns
 * of text become pond paths, and fail the query in lists, structs and the like. `columns` are names and types.
 */
export function renamingSql(columns: readonly (readonly Value[])[], files: SandboxSpec['files']): string {
  const changed = columns.flatMap(([name, type]) => {
    const column = identifier(String(name));
    if (type === 'VARCHAR') return [`${renamedSql(column, files)} AS ${column}`];
    return /VARCHAR|JSON|VARIANT/.test(String(type)) ? [`${withoutPathsSql(column, files)} AS ${column}`] : [];
  });
  return `SELECT *${changed.length === 0 ? '' : ` REPLACE (${changed.join(', ')})`} FROM (`;
}

function renamedSql(column: string, files: SandboxSpec['files']): string {
  return files.reduce(
    (sql, { hostPath, pondPath }) => `replace(${sql}, ${literal(hostPath)}, ${literal(pondPath)})`,
    column,
  );
}

function withoutPathsSql(column: string, files: SandboxSpec['files']): string {
  const paths = files.map(({ hostPath }) => `contains(to_json(${column})::VARCHAR, ${literal(inJson(hostPath))})`);
  const reason = `a column of texts can have the names of files, but ${column} is none`;
  return `CASE WHEN ${paths.join(' OR ')} THEN error(${literal(reason)}) ELSE ${column} END`;
}

/** A text as it stands in JSON, without the quotes around it. */
function inJson(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}
