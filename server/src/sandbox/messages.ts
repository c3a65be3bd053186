import { type Conversion } from './conversion.ts';
import { type PlainError } from '../base/error.ts';
import { type Analysis } from './analysis.ts';
import { type FileFacts, type OwnSql, type UserBuild } from './build.ts';
import { type BuildLimits } from './buildLimits.ts';
import { type PlainValue } from './plainValue.ts';
import { type PlotRequest, type PlotResult } from '../protocol/plots.ts';
import { type SandboxSpec, type SourceFile, type TableSpec } from './sources.ts';
import { type KeyedCounts, type TableWindow, type ViewCells, type WorkerTable } from './tableTypes.ts';
import {
  type CellFacts,
  type ColumnSummary,
  type FoundAt,
  type FoundCell,
  type MatchCounts,
  type SearchStart,
  type TableMatch,
  type TableView,
} from '../protocol/tableViews.ts';
import { type CellValue, type CheckedCell, type TableEdits } from '../protocol/tables.ts';
import { type Column, type ResultFormat, type RowWindow } from '../protocol/results.ts';
import { type TextDescription } from './textTables/description.ts';
import { type FileNotation, type Notation } from './textTables/notation.ts';
import { type QueryParameter } from './types.ts';
import { type QueryStatement } from './userStatements.ts';

/** Sent once, as the first message. */
export interface WorkerSettings {
  readonly memoryLimitBytes: number;
  readonly threads: number;
  /** Host directory for data that does not fit in memory; used by this worker alone. */
  readonly spillDirectory: string;
  /** Bytes on disk for the data of a query that does not fit in memory; see QueryLimits. */
  readonly spillBytesMax?: number;
  /** Bytes on disk for the rows of all results. */
  readonly resultBytesMax?: number;
  /** Limits on user SQL that builds files; the defaults when undefined. */
  readonly buildLimits?: BuildLimits;
}

/** A view of a table. */
interface InView {
  readonly table: WorkerTable;
  readonly view: TableView;
}

/** Requests to a worker and their results. Result numbers are assigned by the worker. */
interface Operations {
  /** Finds the tables that a query reads. */
  analyze: { params: { readonly sql: string }; result: Analysis };
  /** Opens the sandbox of the next run, so that its tables can be filled. */
  open: { params: { readonly spec: SandboxSpec }; result: null };
  /** Adds rows, as columns, to a table of the open sandbox. */
  append: { params: { readonly table: TableSpec; readonly columns: readonly (readonly PlainValue[])[] }; result: null };
  /** Runs a query and keeps its rows. */
  run: {
    params: {
      readonly spec: SandboxSpec;
      readonly statement: QueryStatement;
      readonly parameters: readonly QueryParameter[];
    };
    result: { readonly result: number; readonly columns: readonly Column[]; readonly rowCount: number };
  };
  /** Runs a query and keeps its first rows; the others are kept meanwhile. `rowCount` is undefined until all are. */
  begin: {
    params: Operations['run']['params'] & { readonly following?: readonly string[] };
    result: { readonly result: number; readonly columns: readonly Column[]; readonly rowCount: number | undefined };
  };
  /** Waits until all rows of a result are kept. */
  finish: { params: { readonly result: number }; result: { readonly rowCount: number } };
  /** Names and types of a table's columns; null for files whose rows have no positions. */
  tableColumns: { params: { readonly table: WorkerTable }; result: readonly Column[] | null };
  tableRows: { params: InView & { readonly window: TableWindow }; result: RowWindow };
  tableCount: { params: InView; result: number };
  tableSummary: { params: InView & { readonly column: string; readonly topMax: number }; result: ColumnSummary };
  cellFacts: { params: InView & { readonly range: ViewCells }; result: CellFacts };
  tablePlot: { params: InView & { readonly plot: PlotRequest }; result: PlotResult };
  findInTable: {
    params: InView & { readonly match: TableMatch; readonly start: SearchStart };
    result: FoundCell | null;
  };
  countMatches: { params: InView & { readonly match: TableMatch; readonly at: FoundAt }; result: MatchCounts };
  /** Counts the rows of a result that has differences of tables with a number of columns. */
  diffCounts: { params: { readonly result: number; readonly columns: number }; result: KeyedCounts };
  /** Keeps the rows of a view as a result. */
  keepTable: {
    params: InView & { readonly columns?: readonly string[] };
    result: { readonly result: number; readonly columns: readonly Column[]; readonly rowCount: number };
  };
  /** Checks values of cells of a file that can be edited. Fails `read-only` for any other. */
  checkCells: {
    params: { readonly file: SourceFile; readonly cells: readonly CellValue[] };
    result: readonly CheckedCell[];
  };
  /** Writes a file with edits to a host file that does not exist: see editParquet and editText. */
  editTable: {
    params: { readonly file: SourceFile; readonly edits: TableEdits; readonly target: string };
    result: { readonly rowCount: number };
  };
  rows: { params: { readonly result: number; readonly start: number; readonly count: number }; result: RowWindow };
  release: { params: { readonly result: number }; result: null };
  /** Writes all rows of a result to a host file that does not exist. */
  copy: { params: { readonly result: number; readonly format: ResultFormat; readonly file: string }; result: null };
  /** See Builder.fromUserSql. */
  buildUser: { params: { readonly build: UserBuild }; result: null };
  /** See Builder.run. */
  statements: {
    params: { readonly sql: OwnSql };
    result: readonly (readonly PlainValue[])[];
  };
  /** See Builder.inspect. */
  inspect: { params: { readonly hostPaths: readonly string[] }; result: FileFacts };
  /** Describes how CSV files that form one table are read: see describeTexts. */
  describeTexts: { params: { readonly files: readonly SourceFile[] }; result: readonly TextDescription[] };
  /** The notation of each CSV file: see fileNotations. */
  notations: { params: { readonly files: readonly SourceFile[] }; result: readonly (FileNotation | null)[] };
  /** The lengths of the runs of CSV files: see tableRuns. */
  tableRuns: {
    params: { readonly files: readonly SourceFile[]; readonly notation?: Notation };
    result: readonly number[];
  };
  /** For each CSV file, true when its rows have to be put into a table: see areLoaded. */
  areLoaded: { params: { readonly files: readonly SourceFile[] }; result: readonly boolean[] };
  /** Writes the rows of a CSV file to a Parquet file that does not exist: see writeRowsFile. */
  writeRowsFile: { params: { readonly file: SourceFile; readonly target: string }; result: null };
  /** For each file, the encoding from which it must be written again, or null: see jsonEncoding. */
  jsonEncodings: { params: { readonly files: readonly SourceFile[] }; result: readonly (string | null)[] };
  /** Writes a JSON file again: see writeJson. */
  writeJson: {
    params: { readonly file: SourceFile; readonly encoding: string; readonly target: string };
    result: null;
  };
  /** Converts a file that DuckDB does not read: see convertToParquet. */
  convert: { params: Conversion; result: null };
}

export type OperationName = keyof Operations;
export type OperationParams<N extends OperationName> = Operations[N]['params'];
export type OperationResult<N extends OperationName> = Operations[N]['result'];

/** Reports rows of a request that are done, and their total when it is known. */
export type ReportRows = (done: number, total?: number) => void;

/** Handlers of the requests, in the worker. */
export type WorkerOperations = {
  readonly [N in OperationName]: (
    params: OperationParams<N>,
    signal: AbortSignal,
    report: ReportRows,
  ) => Promise<OperationResult<N>>;
};

/** Client to worker. A cancel names the request to abort. */
export type ToWorker =
  | { readonly kind: 'settings'; readonly settings: WorkerSettings }
  | { readonly kind: 'request'; readonly id: number; readonly name: OperationName; readonly params: unknown }
  | { readonly kind: 'cancel'; readonly id: number }
  /** All files that were read so far had the expected content: saves what was found in them. */
  | { readonly kind: 'save' };

/** Worker to client: the answer to a request, after any number of reports of its progress. */
export type WorkerAnswer = { readonly id: number } & (
  | { readonly result: unknown }
  | { readonly error: PlainError }
  | { readonly progress: { readonly done: number; readonly total?: number } }
);

/** Worker to client. The worker ends itself after `ending`, which is the answer to all requests that run. */
export type FromWorker = WorkerAnswer | { readonly ending: PlainError };
