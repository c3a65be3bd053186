import { availableParallelism, totalmem } from 'node:os';
import { type Builder } from '../sandbox/build.ts';
import { type BuildLimits } from '../sandbox/buildLimits.ts';
import { WorkerProcess } from '../sandbox/workerClient.ts';

export interface BuilderOptions {
  /** The worker's module; by default the one built beside this one. */
  readonly workerPath?: string;
  /** Bytes that builds may hold in memory before they spill; default a quarter of the machine's. */
  readonly memoryLimitBytes?: number;
  /** What the SQL of a person may take for one file; the defaults are in buildLimits.ts. */
  readonly limits?: BuildLimits;
}

/**
 * Returns a builder. Its process starts with the first call; one that dies fails the calls that it was busy with by
 * `engine-unavailable`, and the next call starts a new one.
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
