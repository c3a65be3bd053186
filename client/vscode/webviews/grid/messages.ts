/** Messages between the extension and the page of a table. */
import {
  type Column,
  type ComparedTable,
  type DiffCounts,
  type OpenedTableInfo,
  type Params,
  type Result,
  type TableCommands,
  type TableDiffInfo,
  type TableView,
} from '../../../../server/src/protocol/commands.ts';
import { type OfferedFormat } from '../../queries/formatStrings.ts';
import { type PlotStatement, type PlottedEvents } from '../plot/statement.ts';
import { type ClipboardFormat } from './copyText.ts';
import { type KeyedEdit } from './rowEdits.ts';

/** Content of the page. `run` counts the openings of the panel: messages of an earlier one are dropped. */
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
  | { readonly sql: string; readonly at?: string; readonly document?: string }
  | { readonly diff: DiffQuery }
);

/** A table of a file or a query. */
export type PlainTableQuery = Exclude<TableQuery, { readonly diff: unknown }>;

/** Two tables to compare, and how. */
export interface DiffQuery {
  readonly before: ComparedTable;
  readonly after: ComparedTable;
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
  | (About & {
      readonly type: 'failed';
      readonly message: string;
      readonly hint?: string;
      /** Formats of which each lets the file be read that could not be. */
      readonly offers: readonly OfferedFormat[];
    })
  | (About & { readonly type: 'cancelled' });

/** The rows of a view in columns of the user's choice. */
export interface ShownView {
  readonly view: TableView;
  readonly columns: readonly Column[];
}

/** Another table than the page's own: the same one at another version, or a file of the pond. */
export type OtherTable = { readonly at: string } | { readonly path: string };

/**
 * Requests to the server that the page may make, about the rows of its table or of another one. The extension opens and
 * writes tables.
 */
type TableRequest =
  | Exclude<keyof TableCommands, 'openTable' | 'tableSql' | 'editTable' | 'exportTable' | 'saveTable'>
  | 'tablePlot';

/** Requests that the extension answers. */
interface HostRequests {
  /** The user picks a version; null when none is picked. */
  pickVersion: { params: Readonly<Record<string, never>>; result: string | null };
  /** The user picks a table of events and its columns; null when none is picked. */
  pickEvents: { params: Readonly<Record<string, never>>; result: PlottedEvents | null };
  /**
   * The files of the table, or of the other one: those of the rows of a view, where it is known; and the line of the row
   * at a position.
   */
  origins: { params: { readonly row: number | null; readonly view: TableView }; result: OriginsInfo };
  /** Formats that the text of the table suggests. */
  formats: { params: Readonly<Record<string, never>>; result: readonly SuggestedFormat[] };
}

/** A format that the text of a table suggests: why, and how it is stated, for its folder or for itself. */
export interface SuggestedFormat {
  /** Without a full stop. */
  readonly reason: string;
  readonly offers: readonly OfferedFormat[];
}

/** Files of a table. */
export type OriginsInfo = Result<'tableOrigins'> & {
  /** True when the files are those of the rows, and not all that the query reads. */
  readonly isOfRows: boolean;
  /** Lines of the row in the only file, 1-based; null for other files than text, and where it cannot be known. */
  readonly line: number | null;
};

/** A request of the page, by its name. */
export type PageRequest = TableRequest | keyof HostRequests;

/** Params of a request, without the table, which the extension knows. */
export type RequestParams<N extends PageRequest> = N extends TableRequest
  ? Omit<Params<N>, 'pond' | 'source' | 'path' | 'base'>
  : N extends keyof HostRequests
    ? HostRequests[N]['params']
    : never;

/** Result of a request. */
export type RequestResult<N extends PageRequest> = N extends TableRequest
  ? Result<N>
  : N extends keyof HostRequests
    ? HostRequests[N]['result']
    : never;

/** A request of the page, by its name. */
type AnyRequest = {
  readonly [N in PageRequest]: { readonly name: N; readonly params: RequestParams<N>; readonly other?: OtherTable };
}[PageRequest];

/** A result of a request. */
export type AnyResult = { readonly [N in PageRequest]: RequestResult<N> }[PageRequest];

/** Something that the page can open: a file, at a version and a line; the commits of a file; the document of a resource. */
export type PlotLink =
  | { readonly to: 'file'; readonly path: string; readonly at?: string; readonly line?: number }
  /** The line of a row in the text of the table, by the position of the row; null for a new row. */
  | { readonly to: 'row'; readonly row: number | null }
  | { readonly to: 'log'; readonly path: string }
  | { readonly to: 'resource'; readonly id: string };

export type ToGridPage =
  | GridState
  /** All rows of the table are known. */
  | { readonly type: 'total'; readonly run: number; readonly rowCount: number }
  | { readonly type: 'diffCounts'; readonly run: number; readonly counts: DiffCounts }
  | { readonly type: 'answer'; readonly id: number; readonly result: AnyResult }
  | { readonly type: 'answerFailed'; readonly id: number; readonly message: string }
  | { readonly type: 'copied'; readonly rows: number }
  /** Edits of rows; all that there are, with `isAll`. */
  | { readonly type: 'edited'; readonly rows: readonly KeyedEdit[]; readonly isAll: boolean }
  | { readonly type: 'pasted'; readonly run: number; readonly text: string };

/** A command of VS Code about the edits that were posted before. */
export type EditorCommand = 'undo' | 'redo' | 'save';

export type FromGridPage =
  | { readonly type: 'ready' }
  | { readonly type: 'command'; readonly command: EditorCommand }
  /** The editor of a cell is open, or no longer: a save waits for its text. */
  | { readonly type: 'typing'; readonly isOpen: boolean }
  | { readonly type: 'cancel' }
  | ({ readonly type: 'request'; readonly id: number; readonly run: number } & AnyRequest)
  | { readonly type: 'cancelRequest'; readonly id: number }
  | { readonly type: 'savePlot'; readonly run: number; readonly plot: PlotStatement }
  | {
      readonly type: 'savePicture';
      readonly format: 'svg' | 'png';
      readonly name: string;
      readonly content: Uint8Array;
    }
  | ({ readonly type: 'follow' } & PlotLink)
  | { readonly type: 'diff'; readonly run: number; readonly action: 'toggleAll' | 'pickKey' | 'showText' }
  /** States a format that was offered for the table. */
  | { readonly type: 'stateFormat'; readonly run: number; readonly offer: OfferedFormat }
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
