import { availableParallelism, totalmem } from 'node:os';
import { type Builder } from '../sandbox/build.ts';
import { type BuildLimits } from '../sandbox/buildLimits.ts';
import { WorkerProcess } from '../sandbox/workerClient.ts';

export interface BuilderOptions {
  /** The worker's module; by default the one built next to this module. */
  readonly workerPath?: string;
  /** Bytes that builds may hold in memory before they spill; by default a quarter of the machine's memory. */
  readonly memoryLimitBytes?: number;
  /** Limits on user SQL for one file; the defaults are in buildLimits.ts. */
  readonly limits?: BuildLimits;
}

/**
 * Returns a builder. Its process starts with the first call. When it dies, its current calls fail `engine-unavailable`,
 * and the next call starts a new process.
 */
export function createBuilder(options: BuilderOptions = {}): Builder {
  const memoryLimitBytes = options.memoryLimitBytes ?? Math.floor(totalmem() / 4);
  const { workerPath, limits: buildLimits } = options;
  let worker: WorkerProcess | undefined;

  function liveWorker(): WorkerProcess {
    if (worker?.isAlive !== true) {
      const threads = availableParallelism();
      const optional = { ...(workerPath && { workerPath }), ...(buildLimits && { buildLimits }) };
      worker = new WorkerProcess({ memoryLimitBytes, threads, ...optional });
    }
    return worker;
  }

  return Object.freeze<Builder>({
    fromUserSql: async (build, signal) => {
      await liveWorker().request('buildUser', { build }, signal);
    },
    run: async (sql, signal) => liveWorker().request('statements', { sql }, signal),
    inspect: async (hostPaths, signal) => liveWorker().request('inspect', { hostPaths }, signal),
    close: async () => {
      await worker?.close();
    },
  });
}
