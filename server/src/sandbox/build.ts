import { type SqlType } from '../duckdb/sqlType.ts';
import { type Reading } from './formats.ts';
import { type Column } from './types.ts';
import { type PlainValue } from './plainValue.ts';
import { type SourceFile } from './sources.ts';

/** A column whose type can be part of a statement. */
export interface TypedColumn extends Column {
  readonly type: SqlType;
}

/** A Parquet file that was built. */
export interface FileFacts {
  readonly columns: readonly TypedColumn[];
  readonly rowCount: number;
  /** False when one of several files has other columns than the others. */
  readonly isAlike: boolean;
  /**
   * Least and greatest value of the time column, microseconds since 1970 UTC; undefined without such a column, or
   * without a row that has a time. The time column is the one called `Timestamp` in any case.
   */
  readonly time: { readonly minUs: bigint; readonly maxUs: bigint } | undefined;
}

/** A host file with the content of a pond path. */
export interface InputFile extends Omit<SourceFile, 'reading'> {
  /** Undefined for a file that is no table, which reader functions may open all the same. */
  readonly reading: Reading | undefined;
}

/** A name in the SQL, with the files it stands for; at least one. */
export interface InputSource {
  readonly name: string;
  readonly files: readonly InputFile[];
}

/** A query that a person wrote, over given files. */
export interface UserBuild {
  readonly sql: string;
  /** The matched file: what `$1` in the SQL stands for, see placeInput. Its name is its absolute pond path. */
  readonly input: InputSource;
  /** Other pond paths that the SQL names as tables, already found, under their names in the SQL. */
  readonly tables: readonly InputSource[];
  /**
   * Files that are written as the input is: they say in which order dates are where the input does not. Undefined where
   * the input is to say it alone.
   */
  readonly settledBy?: readonly InputFile[];
  /** Absolute host path of the Parquet file to write; nothing is there, its folder is. */
  readonly target: string;
}

/**
 * SQL that this program made. No part of it may come from a person or a pond, except through identifier(), literal() and
 * SqlType.
 */
export interface OwnSql {
  /** Run one after the other on one connection. */
  readonly statements: readonly string[];
  /** Host paths of the files that they read; none when undefined. */
  readonly reads?: readonly string[];
  /** Host paths of the files that they write; none when undefined. */
  readonly writes?: readonly string[];
}

/**
 * Makes Parquet files in a process of its own, which starts on first need: not the one that queries of people wait for.
 * Calls run side by side.
 *
 * Errors: those of QueryEngine; positions are in the SQL as it was written. `invalid-content` names the pond path.
 */
export interface Builder {
  /** Runs the SQL of a person, in a sandbox that opens the given files and writes the target, and nothing else. */
  fromUserSql(build: UserBuild, signal?: AbortSignal): Promise<void>;
  /**
   * Runs SQL of our own in a database that is locked to its files, and answers the rows of the last statement. Fails
   * `query-forbidden` for a statement that DuckDB's parser splits into several.
   */
  run(sql: OwnSql, signal?: AbortSignal): Promise<readonly (readonly PlainValue[])[]>;
  /** What is in Parquet files that are read as one table, columns matched by name; at least one file. */
  inspect(hostPaths: readonly string[], signal?: AbortSignal): Promise<FileFacts>;
  /** Ends the process, if there is one, and waits until it is gone. */
  close(): Promise<void>;
}
