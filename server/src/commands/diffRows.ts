import { PondError } from '../base/error.ts';
import { RowDiff } from '../sql/diff/rowDiff.ts';
import { type Params } from '../protocol/commands.ts';
import { comparedName, compareByKey, type ComparedPair } from './rowKey.ts';
import { type Command } from './verb.ts';

/** Differences between the rows of two tables: see the protocol. */
export const diffRows: Command<'diffRows'> = async (pond, params, context) => {
  const { limit } = params;
  const sides = sidesOf(params);
  const rowDiff = await RowDiff.open(await context.queries(), { pond, ...sides }, context.signal);
  const by = { named: params.key, path: comparedName(sides) };
  const found = await compareByKey(rowDiff, by, async (profile) => {
    const differences = await rowDiff.differences(profile, limit);
    return differences && { key: profile.key, ...differences };
  });
  const { shared, added, removed } = rowDiff.columns;
  return {
    ...found,
    columns: shared.map(({ name }) => name),
    addedColumns: added,
    removedColumns: removed,
    changedTypes: shared.flatMap(({ name, before, after: now }) =>
      before === now ? [] : [{ column: name, before, after: now }],
    ),
  };
};

function sidesOf({ path, other, from = 'HEAD', to, ...sides }: Params<'diffRows'>): ComparedPair {
  const { before, after } = sides;
  if (before !== undefined && after !== undefined) return { before, after };
  if (path === undefined) throw new PondError('usage', 'expected a table, or two tables, to compare');
  return { before: { path, at: from }, after: { path: other ?? path, ...(to !== undefined && { at: to }) } };
}
