import { isPondError, PondError } from '../base/error.ts';
import { type Params } from '../protocol/commands.ts';
import { type Pond } from '../pond/types.ts';
import { findTimeColumn } from '../resources/series/findTime.ts';
import { type ComparedColumns, type ComparedTables, RowDiff } from '../sql/rowDiff.ts';
import { type Command } from './verb.ts';

/** Columns that are tried as a key, alone or together with the time. */
const triedMax = 6;

/** Differences between the rows of two tables: see the protocol. */
export const diffRows: Command<'diffRows'> = async (pond, params, context) => {
  const rowDiff = new RowDiff(await context.queries(), await tablesOf(pond, params), context.signal);
  const columns = await rowDiff.columns();
  const { shared, added, removed } = columns;
  if (shared.length === 0) {
    throw new PondError('invalid-content', `${params.path} has no column in common with what it is compared with`, {
      path: params.path,
    });
  }
  const key = params.key === undefined ? await foundKey(rowDiff, columns) : await statedKey(rowDiff, columns, params);
  const found = key.length === 0 ? rowDiff.byRow(columns, params.limit) : rowDiff.byKey(columns, key, params.limit);
  const { rows, ...counts } = await found;
  return {
    key,
    columns: shared.map(({ name }) => name),
    addedColumns: added,
    removedColumns: removed,
    changedTypes: shared.flatMap(({ name, before, after }) =>
      before === after ? [] : [{ column: name, before, after }],
    ),
    ...counts,
    rows: rows.map(({ kind, before, after }) => ({
      kind,
      before: kind === 'added' ? null : before,
      after: kind === 'removed' ? null : after,
    })),
  };
};

/** One side is at the version of the query, so that it can be the working tree; the other one names its version. */
async function tablesOf(
  pond: Pond,
  { path, other = path, from = 'HEAD', to }: Params<'diffRows'>,
): Promise<ComparedTables> {
  const { number } = await pond.resolve(from);
  const [, file = path, sheet = ''] = /^(.*?\.xlsx)(#[^/]+)$/is.exec(path) ?? [];
  return { pond, before: `${file}@${number}${sheet}`, after: other, at: to };
}

/** Returns a key that was named. Fails `invalid-content` for a column that is not in both tables, and for no key. */
async function statedKey(
  rowDiff: RowDiff,
  { shared }: ComparedColumns,
  { path, key = [] }: Params<'diffRows'>,
): Promise<readonly string[]> {
  const names = key.map((name) => {
    const found = shared.find((column) => column.name.toLowerCase() === name.toLowerCase());
    if (found !== undefined) return found.name;
    const known = shared.map((column) => column.name).join(', ');
    throw new PondError('invalid-content', `${path} has no column ${name} on both sides; it has ${known}`, { path });
  });
  const duplicates = await rowDiff.duplicates(names);
  if (duplicates === 0) return names;
  const rows = duplicates === 1 ? '1 row repeats' : `${duplicates} rows repeat`;
  throw new PondError('invalid-content', `${names.join(', ')} is not a key of ${path}: ${rows} that of another`, {
    path,
    hint: 'Name more columns, which together differ for every row, or none to compare whole rows.',
  });
}

/**
 * Finds a key: the time column, else another column, else the time with another column; [] without one. Columns of
 * measured values are no keys.
 */
async function foundKey(rowDiff: RowDiff, { shared }: ComparedColumns): Promise<readonly string[]> {
  const types = shared.map(({ name, after }) => ({ name, type: after }));
  const time = timeIn(types);
  const others = types.filter(
    ({ name, type }) => name !== time && !/^(FLOAT|DOUBLE|DECIMAL|BOOLEAN|STRUCT|MAP)|\]$/.test(type),
  );
  const alone = others.map(({ name }) => [name]).slice(0, triedMax);
  const together = time === undefined ? [] : others.map(({ name }) => [time, name]).slice(0, triedMax);
  for (const key of [...(time === undefined ? [] : [[time]]), ...alone, ...together]) {
    if ((await rowDiff.duplicates(key)) === 0) return key;
  }
  return [];
}

function timeIn(columns: readonly { readonly name: string; readonly type: string }[]): string | undefined {
  try {
    return findTimeColumn(columns, undefined, '').name;
  } catch (error) {
    if (isPondError(error, 'invalid-content')) return undefined;
    throw error;
  }
}
