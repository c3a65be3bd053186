/** Messages between the extension and the page of the result grid. */
import { type QueryInfo, type RowsInfo } from '../../../../server/src/protocol/commands.ts';

/** A rectangle of cells, 0-based, ends exclusive. */
export interface CellRange {
  readonly rowStart: number;
  readonly rowEnd: number;
  readonly columnStart: number;
  readonly columnEnd: number;
}

/** Content of the page. `run` counts the queries of the panel: messages of an earlier one are dropped. */
export type GridState =
  | { readonly type: 'running'; readonly run: number; readonly sql: string; readonly source: string }
  | {
      readonly type: 'result';
      readonly run: number;
      readonly sql: string;
      readonly source: string;
      readonly info: QueryInfo;
    }
  | {
      readonly type: 'failed';
      readonly run: number;
      readonly sql: string;
      readonly source: string;
      readonly message: string;
      readonly hint?: string;
    }
  | { readonly type: 'cancelled'; readonly run: number; readonly sql: string; readonly source: string };

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

export type ToGridPage =
  | GridState
  | ({ readonly type: 'rows'; readonly run: number } & RowsInfo)
  | { readonly type: 'rowsFailed'; readonly run: number; readonly start: number; readonly message: string }
  | { readonly type: 'plot'; readonly run: number; readonly plot: PlotInfo }
  | { readonly type: 'plotFailed'; readonly run: number; readonly message: string }
  | { readonly type: 'copied'; readonly rows: number };

export type FromGridPage =
  | { readonly type: 'ready' }
  | { readonly type: 'cancel' }
  | { readonly type: 'rows'; readonly run: number; readonly start: number; readonly count: number }
  | { readonly type: 'plot'; readonly run: number }
  | { readonly type: 'copy'; readonly run: number; readonly range: CellRange };
