/** Answers about series. */

/** Rows and times of a stored series, known without reading its content. */
export interface SeriesInfo {
  /** Rows of the versions that state their number. */
  readonly rows: number;
  /** First and last time, ISO 8601, UTC; null when no version states them. */
  readonly minTime: string | null;
  readonly maxTime: string | null;
  /** Versions that do not state their times, such as those of DuckPond before 0.3. */
  readonly versionsWithoutTimes: number;
}

/** Rows that were added to a series. */
export interface AppendInfo {
  readonly path: string;
  /** Latest version of the series; 0 for a series without versions. */
  readonly version: number;
  /** Number of files that became versions. */
  readonly batches: number;
  readonly rows: number;
  /** Of the rows, those whose time is missing. */
  readonly rowsWithoutTime: number;
  /** Names of columns that the series did not have before. */
  readonly addedColumns: readonly string[];
  /** Host paths of files that were appended before, and of files without rows: they added nothing. */
  readonly known: readonly string[];
  readonly empty: readonly string[];
}
