/** Messages between the extension and the page of a table. */
import {
  type ColumnInfo,
  type ComparedTableInfo,
  type DiffCountsInfo,
  type OpenedTableInfo,
  type Params,
  type Result,
  type TableDiffInfo,
  type TableViewInfo,
} from '../../../../server/src/protocol/commands.ts';
import { type ClipboardFormat } from './copyText.ts';
import { type KeyedEdit } from './rowEdits.ts';

/** A rectangle of cells, 0-based, ends exclusive. */
export interface CellRange {
  readonly rowStart: number;
  readonly rowEnd: number;
  readonly columnStart: number;
  readonly columnEnd: number;
}

/** What the page shows. `run` counts the openings of the panel: messages of an earlier one are dropped. */
interface About {
  readonly run: number;
  /** A file of the pond, or the SQL of a query. */
  readonly query: TableQuery;
  /** Name of the pond. */
  readonly source: string;
}

/**
 * A table: a file of a pond, at a version; the result of a query, with the URI of the document that it was run in; or the
 * differences of two tables. `pond` is its host directory.
 */
export type TableQuery = { readonly pond: string } & (
  | { readonly path: string; readonly at?: string }
  | { readonly sql: string; readonly document?: string }
  | { readonly diff: DiffQuery }
);

/** Two tables to compare, and how. */
export interface DiffQuery {
  readonly before: ComparedTableInfo;
  readonly after: ComparedTableInfo;
  /** Names of both, as people know them: `HEAD`, `working tree`. */
  readonly beforeName: string;
  readonly afterName: string;
  /** Columns by which rows are matched; they are found when undefined. */
  readonly key?: readonly string[];
  /** True to show equal rows too. */
  readonly all?: boolean;
  /** True when both are texts, whose lines can be compared. */
  readonly hasText?: boolean;
}

/** Content of the page. */
export type GridState =
  | (About & { readonly type: 'running' })
  | (About & {
      readonly type: 'result';
      readonly info: OpenedTableInfo;
      /** The same, of the differences of tables. */
      readonly diff?: TableDiffInfo;
    })
  | (About & { readonly type: 'failed'; readonly message: string; readonly hint?: string })
  | (About & { readonly type: 'cancelled' });

/** The rows of a view in columns of the user's choice. */
export interface ShownView {
  readonly view: TableViewInfo;
  readonly columns: readonly ColumnInfo[];
}

/** A result as line series. */
export interface PlotInfo {
  readonly xName: string;
  /** True when x is in milliseconds since 1970 UTC. */
  readonly isTime: boolean;
  /** True when rows share an x: they are drawn as dots. */
  readonly asDots: boolean;
  /** Number of rows, from the first on, that the points cover. */
  readonly rowsUsed: number;
  readonly series: readonly {
    readonly name: string;
    readonly x: readonly number[];
    /** Null breaks the line. */
    readonly y: readonly (number | null)[];
  }[];
}

/** Requests that the page may make: those about the rows of its table. */
export type TableRequest = 'tableRows' | 'tableCount' | 'tableSummary' | 'findInTable' | 'checkCells';

/** Params of a request, without the table, which the extension knows. */
export type RequestParams<N extends TableRequest> = Omit<Params<N>, 'pond' | 'source' | 'path' | 'base'>;

/** A request of the page, by its name. */
type AnyRequest = {
  readonly [N in TableRequest]: { readonly name: N; readonly params: RequestParams<N> };
}[TableRequest];

/** A result of a request. */
export type AnyResult = { readonly [N in TableRequest]: Result<N> }[TableRequest];

export type ToGridPage =
  | GridState
  /** All rows of the table are known. */
  | { readonly type: 'total'; readonly run: number; readonly rowCount: number }
  | { readonly type: 'diffCounts'; readonly run: number; readonly counts: DiffCountsInfo }
  | { readonly type: 'answer'; readonly id: number; readonly result: AnyResult }
  | { readonly type: 'answerFailed'; readonly id: number; readonly message: string }
  | { readonly type: 'plot'; readonly run: number; readonly plot: PlotInfo }
  | { readonly type: 'plotFailed'; readonly run: number; readonly message: string }
  | { readonly type: 'copied'; readonly rows: number }
  /** Edits of rows; all that there are, with `isAll`. */
  | { readonly type: 'edited'; readonly rows: readonly KeyedEdit[]; readonly isAll: boolean }
  | { readonly type: 'pasted'; readonly run: number; readonly text: string };

export type FromGridPage =
  | { readonly type: 'ready' }
  | { readonly type: 'cancel' }
  | ({ readonly type: 'request'; readonly id: number; readonly run: number } & AnyRequest)
  | { readonly type: 'cancelRequest'; readonly id: number }
  | { readonly type: 'diff'; readonly run: number; readonly action: 'toggleAll' | 'pickKey' | 'showText' }
  | ({ readonly type: 'plot'; readonly run: number; readonly rowCount: number } & ShownView)
  | ({
      readonly type: 'copy';
      readonly run: number;
      readonly rowStart: number;
      readonly rowEnd: number;
      /** Rows of the view, without new ones. */
      readonly rowCount: number;
      readonly format: ClipboardFormat;
    } & ShownView)
  | { readonly type: 'edit'; readonly run: number; readonly label: string; readonly rows: readonly KeyedEdit[] }
  | { readonly type: 'paste'; readonly run: number }
  | ({ readonly type: 'export' | 'openAsQuery'; readonly run: number } & ShownView);
