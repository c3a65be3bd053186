import { PondError } from '../base/error.ts';
import { type Analysis } from '../sandbox/analysis.ts';
import { type OperationResult } from '../sandbox/messages.ts';
import { type SourceFile } from '../sandbox/sources.ts';
import { type QueryParameter } from '../sandbox/types.ts';
import { type WorkerProcess } from '../sandbox/workerClient.ts';
import { type PreparedQuery } from './prepare.ts';

/** A query whose inputs are ready. */
export interface ReadyQuery {
  readonly worker: WorkerProcess;
  readonly prepared: PreparedQuery;
  readonly statement: Analysis['statement'];
  readonly parameters: readonly QueryParameter[];
  readonly following: readonly string[];
}

/** Runs a prepared query to its end, or to its first rows. */
export async function runPrepared<N extends 'run' | 'begin'>(
  { worker, prepared: { spec, tables }, statement, parameters, following }: ReadyQuery,
  name: N,
  signal: AbortSignal | undefined,
): Promise<OperationResult<N>> {
  if (tables.length > 0) await worker.request('open', { spec }, signal);
  for (const table of tables) {
    for await (const columns of table.batches()) {
      // Each batch is answered before the next is read, so at most one is in flight.
      await worker.request('append', { table: table.spec, columns }, signal);
    }
  }
  return worker.request(name, { spec, statement, parameters, following }, signal);
}

/** The files of a query over one table of files; undefined for any other. */
export function tableFiles({ prepared: { spec } }: ReadyQuery): readonly SourceFile[] | undefined {
  const [view, ...others] = spec.views;
  if (view === undefined || others.length > 0 || !('source' in view)) return undefined;
  return view.source.files;
}

/** Absolute paths of the files of the pond that a query reads, each once. */
export function inputPaths({ spec: { files, views } }: PreparedQuery): readonly string[] {
  const read = [...views.flatMap((view) => ('source' in view ? view.source.files : [])), ...files];
  return [...new Set(read.map(({ pondPath }) => pondPath))].filter((path) => path.startsWith('/'));
}

/** The error of a stream of another process, which the caller has not named. */
export function foreignStream(file: string): PondError {
  return new PondError('invalid-path', `expected a file at ${file}, got an open file of the calling process`, {
    path: file,
    hint: 'Write to another file and copy it there.',
  });
}
