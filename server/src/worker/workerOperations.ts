import { randomUUID } from 'node:crypto';
import { PondError } from '../base/error.ts';
import { lazyAsync } from '../base/lazy.ts';
import { analyze } from '../sandbox/analysis.ts';
import {
  type OperationParams,
  type OperationResult,
  type WorkerOperations,
  type WorkerSettings,
} from '../sandbox/messages.ts';
import { renamePlan } from '../sql/planText.ts';
import { ResultStore } from '../sql/resultStore.ts';
import { Sandbox, sandboxKey } from '../sandbox/sandbox.ts';
import { type SandboxSpec } from '../sandbox/sources.ts';

/** Share of the memory limit that kept results get before they spill; a running query gets the rest. */
const resultsShare = 0.25;

/** Operations of a worker. The client sends one open, append or run at a time. */
export async function createOperations(settings: WorkerSettings): Promise<WorkerOperations> {
  const { memoryLimitBytes, threads, spillDirectory } = settings;
  const results = await ResultStore.open({
    memoryLimitBytes: memoryLimitBytes * resultsShare,
    threads,
    spillDirectory: `${spillDirectory}/results`,
  });
  const parser = await results.database.connect();
  const sandboxSettings = {
    memoryLimitBytes: memoryLimitBytes * (1 - resultsShare),
    threads,
    spillDirectory: `${spillDirectory}/query`,
  };
  // A worker serves either an engine or a builder, and does not load the other's modules.
  const builds = lazyAsync(async () => new (await import('./buildOperations.ts')).BuildOperations(settings));
  let sandbox: Sandbox | undefined;

  /** The sandbox of the last query when it matches, otherwise a new one. */
  async function sandboxFor(spec: SandboxSpec): Promise<Sandbox> {
    if (sandbox?.key === sandboxKey(spec)) return sandbox;
    closeSandbox();
    sandbox = await Sandbox.open(spec, sandboxSettings);
    return sandbox;
  }

  function closeSandbox(): void {
    sandbox?.close();
    sandbox = undefined;
  }

  async function run(
    { spec, statement }: OperationParams<'run'>,
    signal: AbortSignal,
  ): Promise<OperationResult<'run'>> {
    const current = await sandboxFor(spec);
    const interrupt = () => current.interrupt();
    signal.addEventListener('abort', interrupt);
    try {
      // A listener is not called for a signal that was aborted while the database was opened.
      if (signal.aborted) throw new PondError('cancelled', 'the query was cancelled');
      const kept = await results.keep(await current.query(statement), signal);
      // Columns of an EXPLAIN result.
      if (kept.columns.map(({ name }) => name).join() === 'explain_key,explain_value')
        await results.replaceTexts(kept.result, 1, (text) => renamePlan(text, spec.files));
      return kept;
    } catch (error) {
      // The state of a database after a failed query is not worth checking.
      closeSandbox();
      throw error;
    } finally {
      signal.removeEventListener('abort', interrupt);
    }
  }

  return Object.freeze<WorkerOperations>({
    analyze: ({ sql }) => analyze(parser, sql),
    open: async ({ spec }) => {
      await sandboxFor(spec);
      return null;
    },
    append: async ({ table, columns }) => {
      if (sandbox === undefined) throw new PondError('query-failed', 'the query was given up');
      await sandbox.append(table, columns);
      return null;
    },
    run,
    rows: ({ result, start, count }) => results.rows(result, start, count),
    release: async ({ result }) => {
      await results.release(result);
      return null;
    },
    copy: async ({ result, format, file }, signal) => {
      await results.copy(result, format, file, signal);
      return null;
    },
    convertArrow: async (conversion, signal) => {
      const { convertArrow } = await import('../sandbox/arrow.ts');
      // Databases that spill into the same directory would take each other's files for their own.
      const own = { ...sandboxSettings, spillDirectory: `${spillDirectory}/${randomUUID()}` };
      await convertArrow(own, conversion, signal);
      return null;
    },
    buildUser: async (params, signal) => (await builds()).buildUser(params, signal),
    statements: async (params, signal) => (await builds()).statements(params, signal),
    inspect: async (params, signal) => (await builds()).inspect(params, signal),
  });
}
