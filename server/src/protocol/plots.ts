/** The request of what a plot of a table draws. See commands.ts for the rules common to all requests. */
import { type CommitInfo } from './info.ts';
import { type TableSource, type TableViewInfo } from './tables.ts';

/** An interval of the x axis: milliseconds since 1970 UTC of a column of times, else numbers. */
export interface PlotRangeInfo {
  readonly low: number;
  readonly high: number;
}

/** Series by the values of a column, as texts; null is NULL. */
export interface PlotGroupsInfo {
  readonly column: string;
  readonly values: readonly (string | null)[];
}

/** What to draw of a view. Without a range, all of it. */
export type PlotRequestInfo =
  | {
      readonly kind: 'lines';
      readonly x: string;
      readonly ys: readonly string[];
      readonly by?: PlotGroupsInfo;
      readonly range?: PlotRangeInfo;
      /** Pixel columns of the picture. */
      readonly pixels: number;
    }
  | {
      readonly kind: 'points';
      readonly x: string;
      readonly ys: readonly string[];
      readonly by?: PlotGroupsInfo;
      readonly range?: PlotRangeInfo;
      readonly cells: { readonly across: number; readonly down: number };
    }
  | { readonly kind: 'histogram'; readonly x: string; readonly range?: PlotRangeInfo; readonly bins: number }
  | {
      readonly kind: 'bars';
      readonly x: string;
      readonly y?: string;
      readonly measure: 'rows' | 'sum' | 'mean' | 'min' | 'max';
      readonly most: number;
    }
  | { readonly kind: 'rose'; readonly direction: string; readonly speed: string; readonly sectors: number };

/** The rows of a request: those in the range, and those of the view that cannot be drawn. */
interface PlottedRowsInfo {
  readonly rows: number;
  readonly skipped: number;
}

/** A column, of the rows with a value of the column of groups. */
export interface PlottedSeriesInfo {
  readonly column: string;
  readonly group?: string | null;
}

/**
 * A line by pixel columns: the arrays have an element for each column that has rows, in the order of x. Infinite values
 * and NaN count as missing. A row at the end of the range is in the column `pixels`; the rows left and right of the
 * range are in the columns `-1` and `pixels + 1`, within a tenth of its width, or
 * within its width when it has fewer rows than pixels.
 */
export interface LineBucketsInfo extends PlottedSeriesInfo {
  readonly bucket: readonly number[];
  readonly start: readonly number[];
  readonly end: readonly number[];
  /** Null for a missing value. */
  readonly first: readonly (number | null)[];
  readonly last: readonly (number | null)[];
  readonly low: readonly (number | null)[];
  readonly high: readonly (number | null)[];
  readonly rows: readonly number[];
  readonly values: readonly number[];
}

/** Points by cells of a grid: the mean position, and the number of points. */
export interface PointCellsInfo extends PlottedSeriesInfo {
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly points: readonly number[];
}

/** The answer to a request of its kind. `range` is null without a row that has an x. */
export type PlotResultInfo =
  | (PlottedRowsInfo & {
      readonly kind: 'lines';
      readonly range: PlotRangeInfo | null;
      readonly series: readonly LineBucketsInfo[];
    })
  | (PlottedRowsInfo & {
      readonly kind: 'points';
      readonly range: PlotRangeInfo | null;
      readonly series: readonly PointCellsInfo[];
    })
  | (PlottedRowsInfo & {
      readonly kind: 'histogram';
      readonly range: PlotRangeInfo | null;
      readonly counts: readonly number[];
    })
  | (PlottedRowsInfo & {
      readonly kind: 'bars';
      /** The calendar unit of each bar; null for bars of values. */
      readonly unit: 'minute' | 'hour' | 'day' | 'week' | 'month' | 'year' | null;
      /** A text, or milliseconds since 1970 UTC with a unit. */
      readonly bars: readonly { readonly value: string | number | null; readonly height: number | null }[];
      /** Number of values, or units, without a bar. */
      readonly others: number;
    })
  | (PlottedRowsInfo & {
      readonly kind: 'rose';
      /** Speeds at which a class ends; the last class has no end. */
      readonly edges: readonly number[];
      /** By sector, from north clockwise, then by class. */
      readonly counts: readonly (readonly number[])[];
      readonly calms: number;
    });

/** A file that a table is read from. */
export interface FileOriginInfo {
  readonly path: string;
  /** `path` by the name of its resource; omitted when it is the same. */
  readonly displayPath?: string;
  /** True for a file that is computed from others, so that no commit has it. */
  readonly isDerived: boolean;
  /** True for a file with changes that are not committed. */
  readonly isStaged: boolean;
  /** The latest commit that changed it, up to the version; that of a run has its resource as the operation. */
  readonly commit: CommitInfo | null;
  /** The resource in whose directory it is. */
  readonly resource: ResourceTitleInfo | null;
  /** The resources that read it, and those that read from them. */
  readonly readBy: readonly ResourceTitleInfo[];
}

interface ResourceTitleInfo {
  readonly id: string;
  /** `KIND/NAME`. */
  readonly title: string;
}

export interface PlotCommands {
  /**
   * The files that a table, or a query, is read from: at most twenty, and the number of the others. Fails as `openTable`.
   */
  tableOrigins: {
    params: {
      readonly pond: string;
      readonly at?: string;
      readonly table: { readonly path: string } | { readonly sql: string };
    };
    result: { readonly files: readonly FileOriginInfo[]; readonly others: number };
  };
  /**
   * What a plot of a view draws, computed over all its rows, and reduced to what a picture of the size can show. Fails
   * `query-invalid` for unknown columns and for columns of other types.
   */
  tablePlot: {
    params: {
      readonly pond: string;
      readonly source: TableSource;
      readonly view: TableViewInfo;
      readonly plot: PlotRequestInfo;
    };
    result: PlotResultInfo;
  };
}
