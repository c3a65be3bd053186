import { assert } from '../base/assert.ts';
import { type OpenedDifferences, RowDiff } from '../sql/diff/rowDiff.ts';
import { rowKey } from './rowKey.ts';
import { onTable } from './tables.ts';
import { type Command } from './verb.ts';

/** Opens the differences of two tables: see the protocol. */
export const openTableDiff: Command<'openTableDiff'> = async (pond, { before, after, key: named, all }, context) => {
  const started = performance.now();
  const engine = await context.queries();
  const rowDiff = await RowDiff.open(engine, { pond, before, after }, context.signal);
  const path = 'path' in before ? before.path : 'path' in after ? after.path : 'the query';
  const { key, rowsBefore, rowsAfter } = await rowKey(rowDiff, { named, path });
  const isAll = all === true;
  const found = await rowDiff.open(key, isAll);
  const { resultId, rowCount } = found.opened;
  const names = await engine.onResult(resultId, ({ worker, result }) =>
    worker.request('tableColumns', { table: { result } }, context.signal),
  );
  assert(names !== null, () => 'a result has columns');
  const source = { resultId };
  const counts = { rowCount: rowCount ?? null, rowsBefore, rowsAfter };
  const elapsedMs = performance.now() - started;
  return { source, key, all: isAll, ...counts, ...columnsOf(found, names), sql: found.statement, elapsedMs };
};

type Named = readonly { readonly name: string; readonly type: string }[];

/** The columns of a table of differences, by their names in the result, which differ. */
function columnsOf({ columns }: OpenedDifferences, named: Named) {
  const at = (index: number): Named[number] => {
    const column = named[index];
    assert(column !== undefined, () => `the result has ${index + 1} columns`);
    return column;
  };
  let next = columns.length + 2;
  const diffColumns = columns.map(({ before, after }, index) => {
    const isShared = before !== null && after !== null;
    return { name: at(index).name, before, after, old: isShared ? at(next++).name : null };
  });
  return {
    columns: [at(columns.length), ...columns.map((_, index) => at(index))],
    diffColumns,
    changeColumn: at(columns.length).name,
    cellsColumn: at(columns.length + 1).name,
  };
}

/** Numbers of differences of an opened table of them. */
export const diffCounts: Command<'diffCounts'> = (pond, { pond: _, source, ...scope }, context) =>
  onTable(pond, source, context, (worker, table) => worker.request('diffCounts', { table, scope }, context.signal));
