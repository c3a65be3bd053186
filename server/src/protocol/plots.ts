/** The request of what a plot of a table draws. See commands.ts for the rules common to all requests. */
import { type CommitInfo } from './info.ts';
import { type TableSource } from './tables.ts';
import { type TableView } from './tableViews.ts';

/** An interval of the x axis: milliseconds since 1970 UTC of a column of times, else numbers. */
export interface PlotRange {
  readonly low: number;
  readonly high: number;
}

/** Series by the values of a column, as texts; null is NULL. */
export interface PlotGroups {
  readonly column: string;
  readonly values: readonly (string | null)[];
}

/** Part of a view to draw. Without a range, all of it. */
export type PlotRequest =
  /** Lines of columns over x, for a picture of a number of pixel columns. */
  | {
      readonly kind: 'lines';
      readonly x: string;
      readonly ys: readonly string[];
      readonly by?: PlotGroups;
      readonly range?: PlotRange;
      readonly pixels: number;
    }
  /** Points of columns over x, on a grid of cells. */
  | {
      readonly kind: 'points';
      readonly x: string;
      readonly ys: readonly string[];
      readonly by?: PlotGroups;
      readonly range?: PlotRange;
      readonly cells: { readonly across: number; readonly down: number };
    }
  /** Numbers of values of a column in bins of equal width. */
  | { readonly kind: 'histogram'; readonly x: string; readonly range?: PlotRange; readonly bins: number }
  /** A bar for each calendar unit of times, or for the values of x with the most rows or the largest measure. */
  | {
      readonly kind: 'bars';
      readonly x: string;
      /** The column that is measured; not needed for `rows`. */
      readonly y?: string;
      readonly measure: BarMeasure;
      readonly most: number;
    }
  /** Rows by direction, in degrees from north, clockwise, and by speed. */
  | { readonly kind: 'rose'; readonly direction: string; readonly speed: string; readonly sectors: number };

type BarMeasure = 'rows' | 'sum' | 'mean' | 'min' | 'max';

/** The rows of a request: those in the range, and those of the view that have no finite x and are not drawn. */
interface PlottedRows {
  readonly rows: number;
  readonly skipped: number;
}

/** The answer to a request of its kind. */
export type PlotResult =
  | (PlottedRows & {
      readonly kind: 'lines';
      /** The range of the request, or of all rows; null without a row that has an x. */
      readonly range: PlotRange | null;
      readonly series: readonly LineBuckets[];
    })
  | (PlottedRows & {
      readonly kind: 'points';
      readonly range: PlotRange | null;
      readonly series: readonly PointCells[];
    })
  | (PlottedRows & {
      readonly kind: 'histogram';
      readonly range: PlotRange | null;
      /** Numbers of rows; `bins` of equal width over the range. */
      readonly counts: readonly number[];
    })
  | (PlottedRows & {
      readonly kind: 'bars';
      /** The calendar unit of each bar; null for bars of values. */
      readonly unit: CalendarUnit | null;
      /** `value` is a text, or milliseconds since 1970 UTC with a unit; `height` is null without a number. */
      readonly bars: readonly { readonly value: string | number | null; readonly height: number | null }[];
      /** Values, or units of time, that have no bar. */
      readonly others: number;
    })
  | (PlottedRows & {
      readonly kind: 'rose';
      /** Speeds above 0 at which a class ends; the last class has no end. */
      readonly edges: readonly number[];
      /** Numbers of rows by sector, from north clockwise, then by class. */
      readonly counts: readonly (readonly number[])[];
      /** Rows of speed 0, which have no direction. */
      readonly calms: number;
    });

export type CalendarUnit = 'minute' | 'hour' | 'day' | 'week' | 'month' | 'year';

/** Which series: a column, of the rows with a value of the column of groups. */
export interface PlottedSeries {
  readonly column: string;
  /** Undefined without groups. */
  readonly group?: string | null;
}

/**
 * A line by pixel columns: the arrays have an element for each column that has rows, in the order of x. Infinite values
 * and NaN count as missing. A row at the end of the range is in the column `pixels`; the rows left and right of the
 * range are in the columns `-1` and `pixels + 1`, within a tenth of its width, or
 * within its width when it has fewer rows than pixels.
 */
export interface LineBuckets extends PlottedSeries {
  readonly bucket: readonly number[];
  /** First and last x of the rows. */
  readonly start: readonly number[];
  readonly end: readonly number[];
  /** Values at the first and the last x, and the extremes; null for a missing value. */
  readonly first: readonly (number | null)[];
  readonly last: readonly (number | null)[];
  readonly low: readonly (number | null)[];
  readonly high: readonly (number | null)[];
  /** Rows, and those with a value. */
  readonly rows: readonly number[];
  readonly values: readonly number[];
}

/** Points by cells: the arrays have an element for each cell with points: the mean position, and the number of points. */
export interface PointCells extends PlottedSeries {
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly points: readonly number[];
}

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
   * Content of a plot of a view, computed over all its rows, and reduced to what a picture of the size can show. Fails
   * `query-invalid` for unknown columns and for columns of other types.
   */
  tablePlot: {
    params: {
      readonly pond: string;
      readonly source: TableSource;
      readonly view: TableView;
      readonly plot: PlotRequest;
    };
    result: PlotResult;
  };
}
