import { availableParallelism } from 'node:os';
import { queryLimits } from '../duckdb/limits.ts';
import { isPondError } from '../base/error.ts';
import { createMutex } from '../base/mutex.ts';
import { type Builder } from '../sandbox/build.ts';
import { type BuildLimits } from '../sandbox/buildLimits.ts';
import { type OperationName, type OperationParams, type OperationResult } from '../sandbox/messages.ts';
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
 * Returns a builder. Its process starts with the first call. When the process dies, each call in progress is made once
 * more, in a process of its own: the file of one cannot fail the others. A call whose process dies again fails
 * `engine-unavailable`. The next call starts a new process, unless the builder is closed.
 */
export function createBuilder({ memoryLimitBytes, limits, workerPath }: BuilderOptions = {}): Builder {
  const options = {
    memoryLimitBytes: memoryLimitBytes ?? queryLimits({}).memoryBytesMax,
    threads: availableParallelism(),
    ...(workerPath !== undefined && { workerPath }),
    ...(limits !== undefined && { buildLimits: limits }),
  };
  const shared = new RestartingWorker(options);
  const own = new RestartingWorker(options);
  const alone = createMutex();

  async function request<N extends OperationName>(
    name: N,
    params: OperationParams<N>,
    signal: AbortSignal | undefined,
  ): Promise<OperationResult<N>> {
    try {
      return await shared.live().request(name, params, signal);
    } catch (error) {
      if (!isPondError(error, 'engine-unavailable')) throw error;
    }
    return await alone.run(async () => {
      try {
        return await own.live().request(name, params, signal);
      } finally {
        await own.stop();
      }
    });
  }

  return Object.freeze<Builder>({
    fromUserSql: async (build, signal) => {
      await request('buildUser', { build }, signal);
    },
    run: async (sql, signal) => request('statements', { sql }, signal),
    notations: async (files, signal) => {
      return (await request('notations', { files }, signal)).map((found) => found ?? undefined);
    },
    tableRuns: async (files, notation, signal) =>
      request('tableRuns', { files, ...(notation && { notation }) }, signal),
    inspect: async (hostPaths, signal) => request('inspect', { hostPaths }, signal),
    close: async () => {
      await Promise.all([shared.close(), own.close()]);
    },
  });
}
