import { basename, dirname } from 'node:path';
import { PondError } from '../base/error.ts';
import { openHostDisk } from '../storage/hostDisk.ts';

/** What the SQL of a person may take for one file that it makes. Memory is limited for the whole process. */
export interface BuildLimits {
  /** Bytes of the Parquet file. */
  readonly resultBytesMax: number;
  /** Bytes on disk for what does not fit in memory. */
  readonly spillBytesMax: number;
  /** Milliseconds. */
  readonly timeMaxMs: number;
}

const gibibyte = 1024 ** 3;

/**
 * Far above what files of millions of rows take, and low enough that a query without end is stopped before it fills a
 * disk or a cache. The time is for runs that nobody watches: a query that gives no rows is stopped by nothing else.
 */
export const defaultLimits: BuildLimits = {
  resultBytesMax: 4 * gibibyte,
  spillBytesMax: 16 * gibibyte,
  timeMaxMs: 60 * 60_000,
};

/** How often a result is looked at while it grows, milliseconds. */
const lookMs = 200;

/** Where work leaves what is limited: the result's host path, and the host directory of what is spilled. */
export interface LimitedOutput {
  readonly result: string;
  readonly spillDirectory: string;
}

/**
 * Does work that writes a host file, and calls `stop` when that, what it spills or the time passes its limit. Then it
 * fails `query-failed`, whatever the work ends with.
 */
export async function withinLimits(
  limits: BuildLimits,
  places: LimitedOutput,
  { work, stop }: { readonly work: () => Promise<void>; readonly stop: () => void },
): Promise<void> {
  const started = performance.now();
  let failure: PondError | undefined;
  const look = (): void => {
    failure ??= passed(limits, places, performance.now() - started);
    if (failure !== undefined) stop();
  };
  const timer = setInterval(look, Math.min(lookMs, limits.timeMaxMs));
  try {
    await work();
    // It may have grown since it was looked at.
    failure ??= resultPassed(limits, places);
  } catch (error) {
    throw failure ?? error;
  } finally {
    clearInterval(timer);
  }
  if (failure !== undefined) throw failure;
}

function passed(limits: BuildLimits, places: LimitedOutput, ms: number): PondError | undefined {
  const { spillBytesMax, timeMaxMs } = limits;
  const failed = (what: string): PondError =>
    new PondError('query-failed', `the query ${what}, which is the most that one file may take`, {
      hint: 'Let the query join, order or group less.',
    });
  if (ms > timeMaxMs) return failed(`took longer than ${timeText(timeMaxMs)}`);
  if (bytesIn(places.spillDirectory) > spillBytesMax) {
    return failed(`needs more than ${sizeText(spillBytesMax)} on disk for what does not fit in memory`);
  }
  return resultPassed(limits, places);
}

function resultPassed({ resultBytesMax }: BuildLimits, { result }: LimitedOutput): PondError | undefined {
  const bytes = openHostDisk(dirname(result)).stat(basename(result))?.sizeBytes ?? 0;
  if (bytes <= resultBytesMax) return undefined;
  const message = `the result is larger than ${sizeText(resultBytesMax)}, which is the most that one file may have`;
  return new PondError('query-failed', message, { hint: 'Let the query return fewer rows.' });
}

function bytesIn(directory: string): number {
  const disk = openHostDisk(directory);
  return disk.list('').reduce((sum, name) => sum + (disk.stat(name)?.sizeBytes ?? 0), 0);
}

function sizeText(bytes: number): string {
  return bytes >= gibibyte ? `${bytes / gibibyte} GiB` : `${Math.round(bytes / 1024)} KiB`;
}

function timeText(ms: number): string {
  return ms >= 60_000 ? `${ms / 60_000} minutes` : `${ms / 1000} s`;
}
