import { type Column } from '../protocol/results.ts';
import { assert } from '../base/assert.ts';
import { type OpenedDifferences, RowDiff } from '../sql/diff/rowDiff.ts';
import { comparedName, compareByKey } from './rowKey.ts';
import { type Command } from './verb.ts';

/** Opens the differences of two tables: see the protocol. */
export const openTableDiff: Command<'openTableDiff'> = async (pond, { before, after, key: named, all }, context) => {
  const started = performance.now();
  const engine = await context.queries();
  const rowDiff = await RowDiff.open(engine, { pond, before, after }, context.signal);
  const path = comparedName({ before, after });
  const isAll = all === true;
  const { by, found } = await compareByKey(rowDiff, { named, path }, async (tried) => {
    const opened = await (tried.key.length === 0 ? rowDiff.openByRow(isAll) : rowDiff.openByKey(tried, isAll));
    return opened && { by: tried, found: opened };
  });
  const { resultId, rowCount } = found.opened;
  const names = await engine.onResult(resultId, ({ worker, result }) =>
    worker.request('tableColumns', { table: { result } }, context.signal),
  );
  assert(names !== null, () => 'a result has columns');
  const { key, rowsBefore, rowsAfter } = by;
  return {
    ...{ source: { resultId }, key, all: isAll, sql: found.statement },
    ...columnsOf(found, names, isAll),
    ...{ rowCount: rowCount ?? null, rowsBefore, rowsAfter, elapsedMs: performance.now() - started },
    counts: found.counts ?? null,
  };
};

/**
 * The columns of a table of differences, by their names in the result, which differ. Among all rows, columns that are known
 * to have no changed values are shown without those before.
 */
function columnsOf({ columns, counts }: OpenedDifferences, named: readonly Column[], isAll: boolean) {
  const at = (index: number): Column => {
    const column = named[index];
    assert(column !== undefined, () => `the result has ${index + 1} columns`);
    return column;
  };
  let next = columns.length + 2;
  const diffColumns = columns.map(({ before, after, hasOld }, index) => {
    const old = hasOld ? at(next++).name : null;
    const isChanged = !isAll || counts === undefined || counts.values[index] !== 0;
    return { name: at(index).name, before, after, old: isChanged ? old : null };
  });
  return {
    columns: [at(columns.length), ...columns.map((_, index) => at(index))],
    diffColumns,
    changeColumn: at(columns.length).name,
    cellsColumn: at(columns.length + 1).name,
  };
}

/** Numbers of differences of an opened table of them. */
export const diffCounts: Command<'diffCounts'> = async (_pond, { resultId, columns }, context) => {
  const engine = await context.queries();
  const { counts } = await engine.onResult(resultId, ({ worker, result }) =>
    worker.request('diffCounts', { result, columns }, context.signal),
  );
  return counts;
};
