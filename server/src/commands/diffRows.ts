import { RowDiff } from '../sql/diff/rowDiff.ts';
import { compareByKey } from './rowKey.ts';
import { type Command } from './verb.ts';

/** Differences between the rows of two tables: see the protocol. */
export const diffRows: Command<'diffRows'> = async (pond, params, context) => {
  const { path, other = path, from = 'HEAD', to, limit } = params;
  const after = { path: other, ...(to !== undefined && { at: to }) };
  const tables = { pond, before: { path, at: from }, after };
  const rowDiff = await RowDiff.open(await context.queries(), tables, context.signal);
  const { key, rows, ...counts } = await compareByKey(rowDiff, { named: params.key, path }, async (by) => {
    const found = await (by.key.length === 0 ? rowDiff.byRow(limit) : rowDiff.byKey(by.key, by, limit));
    return found && { key: by.key, ...found };
  });
  const { shared, added, removed } = rowDiff.columns;
  return {
    key,
    columns: shared.map(({ name }) => name),
    addedColumns: added,
    removedColumns: removed,
    changedTypes: shared.flatMap(({ name, before, after: now }) =>
      before === now ? [] : [{ column: name, before, after: now }],
    ),
    ...counts,
    rows: rows.map(({ kind, before, after: now }) => ({
      kind,
      before: kind === 'added' ? null : before,
      after: kind === 'removed' ? null : now,
    })),
  };
};
