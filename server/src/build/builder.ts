import { availableParallelism } from 'node:os';
import { queryLimits } from '../duckdb/limits.ts';
import { type Builder } from '../sandbox/build.ts';
import { type BuildLimits } from '../sandbox/buildLimits.ts';
import { RestartingWorker } from '../sandbox/workerClient.ts';

export interface BuilderOptions {
  /** The worker's module; by default the one built next to this module. */
  readonly workerPath?: string;
  /** Bytes that builds may hold in memory before they spill; by default that of queryLimits. */
  readonly memoryLimitBytes?: number;
  /** Limits on user SQL for one file; the defaults are in buildLimits.ts. */
  readonly limits?: BuildLimits;
}

/**
 * Returns a builder. Its process starts with the first call. When it dies, its current calls fail `engine-unavailable`,
 * and the next call starts a new process.
 */
export function createBuilder({ memoryLimitBytes, limits, workerPath }: BuilderOptions = {}): Builder {
  const worker = new RestartingWorker({
    memoryLimitBytes: memoryLimitBytes ?? queryLimits({}).memoryBytesMax,
    threads: availableParallelism(),
    ...(workerPath !== undefined && { workerPath }),
    ...(limits !== undefined && { buildLimits: limits }),
  });
  return Object.freeze<Builder>({
    fromUserSql: async (build, signal) => {
      await worker.live().request('buildUser', { build }, signal);
    },
    run: async (sql, signal) => worker.live().request('statements', { sql }, signal),
    inspect: async (hostPaths, signal) => worker.live().request('inspect', { hostPaths }, signal),
    close: () => worker.close(),
  });
}
