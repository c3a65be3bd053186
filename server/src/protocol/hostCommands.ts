/** The requests that copy between a pond and the host. See commands.ts for the rules common to all requests. */
import { type AppendInfo, type SkippedInfo, type TemporalExport } from './info.ts';

type At = { readonly at?: string };
type InPond = { readonly pond: string };

/** The requests that copy between a pond and the host, by name. */
export interface HostCommands {
  /**
   * Adds rows of host files, or of the input stream, to a series, which is made when missing. `time` names its time
   * column, `format` that of files whose names do not say it. Reports progress.
   */
  append: {
    params: InPond & {
      readonly sources: readonly string[];
      readonly path: string;
      readonly time?: string;
      readonly format?: 'csv' | 'ndjson' | 'parquet';
    };
    result: AppendInfo;
  };
  /**
   * Copies host files and folders into a pond directory; streams; reports progress. With `as`, each file becomes a series
   * or table with the rows of the file; `time` names the time column of the series.
   */
  import: {
    params: InPond & {
      readonly sources: readonly string[];
      readonly path: string;
      readonly as?: 'series' | 'table';
      readonly time?: string;
    };
    result: {
      readonly files: number;
      readonly directories: number;
      readonly bytes: number;
      readonly unchanged: number;
    } & SkippedInfo;
  };
  /**
   * Copies pond paths (or globs) to a host folder; streams; reports progress. With `temporal` (year, month, …) each
   * series or table becomes one Parquet file per period, named by the captures of the wildcards.
   */
  export: {
    params: InPond &
      At & { readonly paths: readonly string[]; readonly directory: string; readonly temporal?: readonly string[] };
    result: {
      readonly files: number;
      /** Of the files, those already present with the same content. */
      readonly unchanged: number;
      readonly directories: number;
      readonly bytes: number;
      /** With `temporal` only. */
      readonly temporal?: TemporalExport;
    } & SkippedInfo;
  };
}
