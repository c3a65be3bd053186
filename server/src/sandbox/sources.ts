import { type Reading } from './formats.ts';

/** A host file with the content of a pond path, and how it is read. */
export interface SourceFile {
  readonly hostPath: string;
  readonly sizeBytes: number;
  /** The same for the same content, and for no other; undefined when that is not known. */
  readonly key?: string;
  /** Absolute pond path, for people. */
  readonly pondPath: string;
  readonly reading: Reading;
}

/** A pond path or pattern in a query, with the files it stands for; at least one. */
export interface QuerySource {
  /** The table's name exactly as the query has it. */
  readonly name: string;
  /** Index of the name in the SQL, in UTF-16 code units. */
  readonly index: number | undefined;
  readonly files: readonly SourceFile[];
  /** Files beside these that say in which order dates are written where these do not. */
  readonly settledBy?: readonly SourceFile[];
}

/** A view, or a table in its place, that the sandbox makes before a query runs: see viewSql. */
export type ViewSpec = SqlView | SourceView;

interface View {
  /** Index in the user's SQL of the table that it stands for, for errors found while making it. */
  readonly index: number | undefined;
  /** The pond path or pattern, for the same errors; undefined for a history table. */
  readonly path: string | undefined;
}

/** A view that is made by a statement. */
export interface SqlView extends View {
  readonly sql: string;
}

/** A view of files. */
export interface SourceView extends View {
  readonly source: QuerySource;
  /** All connections have it, not only the one that makes it. */
  readonly isShared: boolean;
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

/** From so many text files on they are read once into a table, unless they have more bytes than that. */
const tableFilesMin = 64;
const tableBytesMax = 128 * 1024 * 1024;

/** The view that stands for a source. It is the connection's own, or with `isShared` that of all connections. */
export function viewOf(source: QuerySource, { isShared = false } = {}): SourceView {
  return { source, isShared, index: source.index, path: source.name };
}

/**
 * True for many small text files, which are read into a table: to make a view DuckDB opens each file to tell its columns,
 * and each query over the view opens each file twice more.
 */
export function isReadOnce(files: readonly SourceFile[]): boolean {
  const texts = files.filter(({ reading }) => reading.reader !== 'read_parquet').length;
  return texts >= tableFilesMin && files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) <= tableBytesMax;
}
