/**
 * The requests that copy between a pond and the host, or the origin of a thin clone. See commands.ts for the rules
 * common to all requests.
 */
import { type AbsentInfo, type SkippedInfo, type TemporalExport } from './info.ts';
import { type AppendInfo } from './series.ts';
import { type At, type InPond } from './params.ts';

/** The requests that copy between a pond and the host, or the origin of a thin clone, by name. */
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
  /**
   * Fetches the contents of the current files at paths (or globs) and below, all versions of a series; `/` without paths.
   * `newerMs` leaves out versions that are older than that, milliseconds. Reports progress in bytes. Fails `not-found`
   * for a pond without an origin.
   */
  fetch: {
    params: InPond & { readonly paths?: readonly string[]; readonly newerMs?: number };
    result: { readonly fetched: AbsentInfo };
  };
  /**
   * Removes contents from this disk that the origin has; with `olderMs` those that are here for at least that long. Those
   * that staged changes use, or that the origin does not have, stay. Fails `not-found` for a pond without an origin, and
   * `remote-unsafe` where the origin is this pond.
   */
  evict: {
    params: InPond & { readonly olderMs?: number };
    result: { readonly evicted: AbsentInfo; readonly staged: AbsentInfo; readonly missingAtOrigin: AbsentInfo };
  };
}
