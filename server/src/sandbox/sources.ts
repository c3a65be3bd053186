import { type GroupLimits } from '../base/groupAdjacent.ts';
import { type SqlText } from '../duckdb/sql.ts';
import { type Reading } from './formats.ts';
import { type TextFormat } from './textFormat.ts';
import { type Notation } from './textTables/notation.ts';

/** A host file with the content of a pond path, and its reading. */
export interface SourceFile {
  readonly hostPath: string;
  /** Index of the content in a pack, a host file with the contents of several, bytes; undefined in a file of its own. */
  readonly packedAt?: number;
  readonly sizeBytes: number;
  /** Equal for equal content, and for no other; undefined when unknown. */
  readonly key?: string;
  /** Absolute pond path, for messages. */
  readonly pondPath: string;
  /** The path that the column `filename` has, where it is another one. */
  readonly shownPath?: string;
  readonly reading: Reading;
  /** Stated about a CSV file; the rest is found in it. */
  readonly format?: TextFormat;
  /** Host path of a Parquet file with its rows as text, for a CSV file that DuckDB cannot read as it is. */
  readonly rowsPath?: string;
  /** True for a Parquet file in whose place another one is read: see requireExactParquet. */
  readonly isConverted?: boolean;
}

/** A file whose content has a key. */
export interface KeyedFile extends SourceFile {
  readonly key: string;
}

/** A pond path or pattern in a query, with the files it refers to; at least one. */
export interface QuerySource {
  /** The table's name exactly as in the query. */
  readonly name: string;
  /** Index of the name in the SQL, in UTF-16 code units. */
  readonly index: number | undefined;
  readonly files: readonly SourceFile[];
  /** Notation of the files that these are some of; by default, what these show. */
  readonly notation?: Notation;
  /** True for a table with the column `filename`, the path of the file of each row. */
  readonly hasFilename?: boolean;
}

/** A view, or a table in its place, that the sandbox creates before a query runs: see viewSql. */
export type ViewSpec = SqlView | SourceView;

interface View {
  /** Index in the user's SQL of the table that it represents, for errors on creating it. */
  readonly index: number | undefined;
  /** The pond path or pattern, for the same errors; undefined for a history table. */
  readonly path: string | undefined;
}

/** A view created by a statement. */
interface SqlView extends View {
  readonly sql: SqlText;
}

/** A view of files. */
export interface SourceView extends View {
  readonly source: QuerySource;
  /** True when the view is visible to all connections, not only to the one that creates it. */
  readonly isShared: boolean;
}

/** A table that is filled before a query runs. */
export interface TableSpec {
  readonly name: string;
  /** Names and types, in the syntax of CREATE TABLE. */
  readonly columns: readonly (readonly [name: string, type: string])[];
}

/** Everything a query can see. Queries with equal specs may share a database. */
export interface SandboxSpec {
  /** Host files that DuckDB may open, with their pond paths for errors. */
  readonly files: readonly { readonly hostPath: string; readonly pondPath: string }[];
  readonly tables: readonly TableSpec[];
  readonly views: readonly ViewSpec[];
  /** Distinguishes specs whose tables have different rows; empty without tables. */
  readonly tablesKey: string;
}

/**
 * Limits of groups of small text files. What is made of a group is made again when one of its files changes, so it has
 * few bytes.
 */
export const smallTexts: GroupLimits = { sizeBytesMax: 256 * 1024, groupBytesMax: 2 * 1024 * 1024, countMax: 256 };

/** Minimum number of text files that are read once into a table, up to the total bytes below. */
const tableFilesMin = 64;
const tableBytesMax = 128 * 1024 * 1024;

/** The view of a source. Only its connection sees it, or all connections with `isShared`. */
export function viewOf(source: QuerySource, { isShared = false } = {}): SourceView {
  return { source, isShared, index: source.index, path: source.name };
}

/**
 * True for many small text files, which are read into a table: DuckDB opens each file once to find the columns of a
 * view, and twice more for each query over the view.
 */
export function isReadOnce(files: readonly Pick<SourceFile, 'reading' | 'sizeBytes'>[]): boolean {
  const texts = files.filter(({ reading }) => reading.reader !== 'read_parquet').length;
  return texts >= tableFilesMin && files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) <= tableBytesMax;
}
