import { identifier, literalList } from '../duckdb/sql.ts';
import { type Reading, readSql } from './formats.ts';

/** A host file with the content of a pond path, and how it is read. */
export interface SourceFile {
  readonly hostPath: string;
  /** Absolute pond path, for people. */
  readonly pondPath: string;
  readonly reading: Reading;
}

/** A pond path or pattern in a query, with the files it stands for; at least one. */
export interface Source {
  /** The table's name exactly as the query has it. */
  readonly name: string;
  /** Index of the name in the SQL, in UTF-16 code units. */
  readonly index: number | undefined;
  readonly files: readonly SourceFile[];
}

/** A view that the sandbox makes before a query runs. */
export interface ViewSpec {
  readonly sql: string;
  /** Index in the user's SQL of the table that it stands for, for errors found while making it. */
  readonly index: number | undefined;
  /** The pond path or pattern, for the same errors; undefined for a history table. */
  readonly path: string | undefined;
}

/** A table that is filled before a query runs. */
export interface TableSpec {
  readonly name: string;
  /** Names and types, as CREATE TABLE takes them. */
  readonly columns: readonly (readonly [name: string, type: string])[];
}

/** What a query sees. Queries with equal specs may share a database. */
export interface SandboxSpec {
  /** Host files that DuckDB may open, with the pond paths that errors call them by. */
  readonly files: readonly { readonly hostPath: string; readonly pondPath: string }[];
  readonly tables: readonly TableSpec[];
  readonly views: readonly ViewSpec[];
  /** Tells apart specs whose tables have different rows; empty when there are no tables. */
  readonly tablesKey: string;
}

/** The view that stands for a source. */
export function viewOf(source: Source): ViewSpec {
  const groups = new Map<string, { readonly reading: Reading; readonly hostPaths: string[] }>();
  for (const { reading, hostPath } of source.files) {
    const key = `${reading.reader}${reading.options}`;
    const group = groups.get(key) ?? { reading, hostPaths: [] };
    group.hostPaths.push(hostPath);
    groups.set(key, group);
  }
  const selects = [...groups.values()].map((group) => readSql(group.reading, group.hostPaths));
  const sql = `CREATE TEMP VIEW ${identifier(source.name)} AS ${selects.join(' UNION ALL BY NAME ')}`;
  return { sql, index: source.index, path: source.name };
}

/** The statements that close a database to all but these host files, and its settings to all change. */
export function lockSql(hostPaths: readonly string[]): string {
  return [
    'SET allow_persistent_secrets = false',
    `SET allowed_paths = ${literalList(hostPaths)}`,
    'SET enable_external_access = false',
    'SET lock_configuration = true',
  ].join('; ');
}
