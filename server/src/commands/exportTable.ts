import { type Params } from '../protocol/commands.ts';
import { type ReportRows } from '../sandbox/messages.ts';
import { type ResourcePond } from '../resources/tree/resourcePond.ts';
import { namedFile } from '../storage/namedFile.ts';
import { requireOutside } from './hostPaths.ts';
import { onTable } from './tables.ts';
import { type Command, type CommandContext } from './verb.ts';
import { createYield, yielding } from '../base/yieldToEventLoop.ts';

/** Writes a view to a host file, as queryToFile does. */
export const exportTable: Command<'exportTable'> = async (pond, params, context) => {
  const { file, format } = params;
  requireOutside(params.pond, namedFile(file).path);
  const engine = await context.queries();
  return await withView(pond, params, context, (resultId, report) =>
    engine.copy(resultId, { file, format }, context.signal, report),
  );
};

/** Stages a view as a file of the pond. Fails `already-exists` without `overwrite`. */
export const saveTable: Command<'saveTable'> = async (pond, params, context) => {
  const { path, format, overwrite } = params;
  const root = await pond.fs.root();
  const engine = await context.queries();
  return await withView(pond, params, context, async (resultId, report) => {
    const content = yielding(engine.content(resultId, format, context.signal, report), createYield(context.signal));
    await root.writeFile(path, content, { create: true, overwrite });
  });
};

/** Keeps the rows of a view as a result while `work` writes them; both report their rows. */
async function withView(
  pond: ResourcePond,
  { source, view, columns }: Pick<Params<'exportTable'>, 'source' | 'view' | 'columns'>,
  context: CommandContext,
  work: (resultId: string, report: ReportRows) => Promise<void>,
): Promise<{ readonly rowCount: number }> {
  const engine = await context.queries();
  context.progress('selecting rows', 0);
  const selected: ReportRows = (done) => context.progress(`${counted(done)} rows selected`, 0);
  const kept = await onTable(pond, source, context, async (worker, table) => {
    const request = { table, view, ...(columns && { columns }) };
    const { result, rowCount } = await worker.request('keepTable', request, context.signal, { report: selected });
    return { resultId: engine.keep(worker, result), rowCount };
  });
  try {
    const { resultId, rowCount } = kept;
    const written: ReportRows = (done) => context.progress(writingText(done, rowCount), done, rowCount);
    context.progress(`writing ${counted(rowCount)} rows`, 0, rowCount);
    await work(resultId, written);
    return { rowCount: kept.rowCount };
  } finally {
    await engine.release(kept.resultId);
  }
}

function writingText(done: number, total: number): string {
  const share = total === 0 ? 0 : Math.floor((100 * done) / total);
  return `${counted(done)} of ${counted(total)} rows written, ${share} %`;
}

const counted = (count: number): string => count.toLocaleString('en-US');
