import { isPondError, PondError } from '../base/error.ts';
import { treeAt } from '../pond/treeAt.ts';
import { type OpenedTableInfo, type Params, type TableSource } from '../protocol/commands.ts';
import { type ResourcePond } from '../resources/tree/resourcePond.ts';
import { type SourceFile } from '../sandbox/sources.ts';
import { type WorkerTable } from '../sandbox/tableTypes.ts';
import { type WorkerProcess } from '../sandbox/workerClient.ts';
import { formatOfOther, isTable } from '../sql/describe.ts';
import { type QueryEngine } from '../sql/engine.ts';
import { shownSql } from '../sql/tables/shownSql.ts';
import { editingOf } from './tableEditing.ts';
import { existing } from './tree.ts';
import { type Command, type CommandContext } from './verb.ts';

/**
 * Opens a table: files that are all Parquet are read in place, the rows of others are kept. Fails as a query; the error
 * of a file that is not a table as it is names the format that makes one of it.
 */
export const openTable: Command<'openTable'> = async (pond, params, context) => {
  try {
    return await open(pond, params, context);
  } catch (error) {
    throw (await offeringFormat(error, pond, params, context)) ?? error;
  }
};

/** The error with the format that makes a table of its file; undefined for any other error, and without such a format. */
async function offeringFormat(
  error: unknown,
  pond: ResourcePond,
  { table, at: version }: Params<'openTable'>,
  context: CommandContext,
): Promise<PondError | undefined> {
  if (!('path' in table) || !isPondError(error, 'query-invalid')) return undefined;
  const root = await (await treeAt(pond, version)).root();
  const at = (await root.exists(table.path)) ? await existing(root, table.path) : undefined;
  if (at === undefined || isTable(at)) return undefined;
  const queries = await context.queries();
  const format = await formatOfOther(queries, { pond, at, version, sheet: undefined }, context.signal);
  const hint = 'It is read as CSV once a format is stated for it.';
  return format && error.with({ path: at.path, formats: [format], hint });
}

const open: Command<'openTable'> = async (pond, { table, at }, context) => {
  const started = performance.now();
  const engine = await context.queries();
  const version = at === undefined ? {} : { at };
  const source = 'path' in table ? { ...table, ...version } : undefined;
  // Before the rows are read: a save of edits fails when the file changed since.
  const editing = source && { editing: await editingOf(pond, source) };
  const columns = source && (await columnsInPlace(engine, pond, source, context));
  if (source !== undefined && columns !== undefined)
    return { source, columns, rowCount: null, elapsedMs: performance.now() - started, ...editing };
  const sql = 'path' in table ? shownSql({ from: table }) : table.sql;
  return { ...(await keptTable(engine, await engine.begin(pond, { sql, ...version }, context.signal))), ...editing };
};

/** The columns of files that can be read in place; undefined for others. */
async function columnsInPlace(
  engine: QueryEngine,
  pond: ResourcePond,
  source: { readonly path: string; readonly at?: string },
  { signal }: CommandContext,
): Promise<OpenedTableInfo['columns'] | undefined> {
  const columns = await engine.onFiles(
    pond,
    source,
    async (worker, all) => {
      const files = inPlace(all);
      return files && (await worker.request('tableColumns', { table: { files } }, signal));
    },
    signal,
  );
  return columns ?? undefined;
}

/** The files of a table when all are Parquet, which is read in place; else undefined. */
function inPlace(files: readonly SourceFile[] | undefined): readonly SourceFile[] | undefined {
  return files?.every(({ reading }) => reading.reader === 'read_parquet') === true ? files : undefined;
}

async function keptTable(
  engine: QueryEngine,
  { resultId, rowCount, elapsedMs }: Awaited<ReturnType<QueryEngine['begin']>>,
): Promise<OpenedTableInfo> {
  const columns = await engine.onResult(resultId, ({ worker, result }) =>
    worker.request('tableColumns', { table: { result } }),
  );
  return { source: { resultId }, columns: columns ?? [], rowCount: rowCount ?? null, elapsedMs };
}

/** Rows of a view. Fails as in the protocol. */
export const tableRows: Command<'tableRows'> = (pond, { source, view, ...window }, context) =>
  onTable(pond, source, context, (worker, table) =>
    worker.request('tableRows', { table, view, window }, context.signal),
  );

/** Number of rows of a view. */
export const tableCount: Command<'tableCount'> = async (pond, { source, view }, context) => {
  const rowCount = await onTable(pond, source, context, (worker, table) =>
    worker.request('tableCount', { table, view }, context.signal),
  );
  return { rowCount };
};

/** Facts about a column of a view. */
export const tableSummary: Command<'tableSummary'> = (pond, { source, view, column, topMax }, context) =>
  onTable(pond, source, context, (worker, table) =>
    worker.request('tableSummary', { table, view, column, topMax }, context.signal),
  );

/** Facts about cells of a view. */
export const cellFacts: Command<'cellFacts'> = (pond, { source, view, ...range }, context) =>
  onTable(pond, source, context, (worker, table) =>
    worker.request('cellFacts', { table, view, range }, context.signal),
  );

/** Content of a plot of a view. */
export const tablePlot: Command<'tablePlot'> = (pond, { source, view, plot }, context) =>
  onTable(pond, source, context, (worker, table) => worker.request('tablePlot', { table, view, plot }, context.signal));

/** The next matching cell of a view; null without one. */
export const findInTable: Command<'findInTable'> = (pond, { source, view, match, start }, context) =>
  onTable(pond, source, context, (worker, table) =>
    worker.request('findInTable', { table, view, match, start }, context.signal),
  );

/** Numbers of the matching cells of a view. */
export const countMatches: Command<'countMatches'> = (pond, { source, view, match, at }, context) =>
  onTable(pond, source, context, (worker, table) =>
    worker.request('countMatches', { table, view, match, at }, context.signal),
  );

/** The query that returns the rows of a view. */
export const tableSql: Command<'tableSql'> = async (pond, { source, view, columns, sql }, context) => {
  const all = await onTable(pond, source, context, (worker, table) =>
    worker.request('tableColumns', { table }, context.signal),
  );
  const from = sql === undefined ? source : { sql };
  if ('resultId' in from) throw new PondError('usage', 'expected the query of the result, got none');
  return { sql: shownSql({ from, all: all ?? [], view, ...(columns && { columns }) }) };
};

/** Runs work on a table. Fails `query-failed` for a released result, and for files that are no longer read in place. */
export async function onTable<T>(
  pond: ResourcePond,
  source: TableSource,
  context: CommandContext,
  work: (worker: WorkerProcess, table: WorkerTable) => Promise<T>,
): Promise<T> {
  const engine = await context.queries();
  if ('resultId' in source)
    return await engine.onResult(source.resultId, ({ worker, result }) => work(worker, { result }));
  const onFiles = (worker: WorkerProcess, all: readonly SourceFile[] | undefined) => {
    const files = inPlace(all);
    if (files !== undefined) return work(worker, { files });
    const hint = 'Open the table again.';
    throw new PondError('query-failed', `expected Parquet files at ${source.path}`, { path: source.path, hint });
  };
  return await engine.onFiles(pond, source, onFiles, context.signal);
}
