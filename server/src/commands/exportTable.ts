import { type Params } from '../protocol/commands.ts';
import { type ResourcePond } from '../resources/tree/resourcePond.ts';
import { namedFile } from '../storage/namedFile.ts';
import { requireOutside } from './hostPaths.ts';
import { onTable } from './tables.ts';
import { type Command, type CommandContext } from './verb.ts';
import { createYield, yielding } from './yieldToEventLoop.ts';

/** Writes a view to a host file, as queryToFile does. */
export const exportTable: Command<'exportTable'> = async (pond, params, context) => {
  const { file, format } = params;
  requireOutside(params.pond, namedFile(file).path);
  const engine = await context.queries();
  return await withView(pond, params, context, (resultId) => engine.copy(resultId, { file, format }, context.signal));
};

/** Stages a view as a file of the pond. Fails `already-exists` without `overwrite`. */
export const saveTable: Command<'saveTable'> = async (pond, params, context) => {
  const { path, format, overwrite } = params;
  const root = await pond.fs.root();
  const engine = await context.queries();
  return await withView(pond, params, context, async (resultId) => {
    const content = yielding(engine.content(resultId, format, context.signal), createYield(context.signal));
    await root.writeFile(path, content, { create: true, overwrite });
  });
};

/** Keeps the rows of a view as a result while `work` writes them. */
async function withView(
  pond: ResourcePond,
  { source, view, columns }: Pick<Params<'exportTable'>, 'source' | 'view' | 'columns'>,
  context: CommandContext,
  work: (resultId: string) => Promise<void>,
): Promise<{ readonly rowCount: number }> {
  const engine = await context.queries();
  context.progress('selecting rows', 0);
  const kept = await onTable(pond, source, context, async (worker, table) => {
    const request = { table, view, ...(columns && { columns }) };
    const { result, rowCount } = await worker.request('keepTable', request, context.signal);
    return { resultId: engine.keep(worker, result), rowCount };
  });
  try {
    context.progress(`writing ${kept.rowCount.toLocaleString('en-US')} rows`, kept.rowCount);
    await work(kept.resultId);
    return { rowCount: kept.rowCount };
  } finally {
    await engine.release(kept.resultId);
  }
}
