import { basename, dirname } from 'node:path';
import { PondError } from '../base/error.ts';
import { limitHint } from '../duckdb/limits.ts';
import { type OpenDisk } from '../storage/disk.ts';

/** Limits on user SQL for one output file. Memory is limited for the whole process. */
export interface BuildLimits {
  /** Size of the Parquet file, bytes. */
  readonly resultBytesMax: number;
  /** Disk space for data that does not fit in memory, bytes. */
  readonly spillBytesMax: number;
  /** Milliseconds. */
  readonly timeMaxMs: number;
}

const gibibyte = 1024 ** 3;

/**
 * Far above the needs of files with millions of rows, and low enough to stop an endless query before it fills a disk or
 * a cache. The time limit is for unattended runs: nothing else stops a query that returns no rows.
 */
export const defaultLimits: BuildLimits = {
  resultBytesMax: 16 * gibibyte,
  spillBytesMax: 16 * gibibyte,
  timeMaxMs: 60 * 60_000,
};

/** Interval between checks of a growing result, milliseconds. */
const lookMs = 200;

/** The limited output of the work: host path of the result, and host directory of spilled data. */
interface LimitedOutput {
  readonly openDisk: OpenDisk;
  readonly result: string;
  readonly spillDirectory: string;
}

/**
 * Does work that writes a host file, and calls `stop` when the file, the spilled data or the time exceeds its limit.
 * Then fails `query-failed`, regardless of how the work ends.
 */
export async function withinLimits(
  limits: BuildLimits,
  output: LimitedOutput,
  { work, stop }: { readonly work: () => Promise<void>; readonly stop: () => void },
): Promise<void> {
  const started = performance.now();
  let failure: PondError | undefined;
  const look = (): void => {
    failure ??= passed(limits, output, performance.now() - started);
    if (failure !== undefined) stop();
  };
  const timer = setInterval(look, Math.min(lookMs, limits.timeMaxMs));
  try {
    await work();
    // It may have grown since the last check.
    failure ??= resultPassed(limits, output);
  } catch (error) {
    throw failure ?? error;
  } finally {
    clearInterval(timer);
  }
  if (failure !== undefined) throw failure;
}

function passed(limits: BuildLimits, output: LimitedOutput, ms: number): PondError | undefined {
  const { spillBytesMax, timeMaxMs } = limits;
  const failed = (what: string, hint: string): PondError =>
    new PondError('query-failed', `the query ${what}, which is the most that one file may take`, { hint });
  if (ms > timeMaxMs)
    return failed(`took longer than ${timeText(timeMaxMs)}`, 'Let the query join, order or group less.');
  if (bytesIn(output) > spillBytesMax) {
    const what = `needs more than ${sizeText(spillBytesMax)} on disk for what does not fit in memory`;
    return failed(what, limitHint('spillBytesMax'));
  }
  return resultPassed(limits, output);
}

function resultPassed({ resultBytesMax }: BuildLimits, { result, openDisk }: LimitedOutput): PondError | undefined {
  const bytes = openDisk(dirname(result)).stat(basename(result))?.sizeBytes ?? 0;
  if (bytes <= resultBytesMax) return undefined;
  const message = `the result is larger than ${sizeText(resultBytesMax)}, which is the most that one file may have`;
  return new PondError('query-failed', message, { hint: limitHint('resultBytesMax') });
}

function bytesIn({ spillDirectory, openDisk }: LimitedOutput): number {
  const disk = openDisk(spillDirectory);
  return disk.list('').reduce((sum, name) => sum + (disk.stat(name)?.sizeBytes ?? 0), 0);
}

function sizeText(bytes: number): string {
  return bytes >= gibibyte ? `${bytes / gibibyte} GiB` : `${Math.round(bytes / 1024)} KiB`;
}

function timeText(ms: number): string {
  return ms >= 60_000 ? `${ms / 60_000} minutes` : `${ms / 1000} s`;
}
