import { isPondError, PondError } from '../base/error.ts';
import { findTimeColumn } from '../resources/series/findTime.ts';
import { type RowDiff } from '../sql/diff/rowDiff.ts';

/** Columns that are tried as a key, alone or together with the time. */
const triedMax = 6;

/** The columns by which the rows of two tables are matched, none for whole rows, and the numbers of rows. */
export interface RowKey {
  readonly key: readonly string[];
  readonly rowsBefore: number;
  readonly rowsAfter: number;
}

/**
 * Returns the named key, or the one that is found. Fails `invalid-content` for tables without a common column, for a
 * column that is not in both, and for a key that rows share.
 */
export async function rowKey(
  rowDiff: RowDiff,
  { named, path }: { readonly named: readonly string[] | undefined; readonly path: string },
): Promise<RowKey> {
  if (rowDiff.columns.shared.length === 0) {
    const message = `${path} has no column in common with what it is compared with`;
    throw new PondError('invalid-content', message, { path });
  }
  return named === undefined ? await foundKey(rowDiff) : await statedKey(rowDiff, named, path);
}

async function statedKey(rowDiff: RowDiff, named: readonly string[], path: string): Promise<RowKey> {
  const { shared } = rowDiff.columns;
  const key = named.map((name) => {
    const found = shared.find((column) => column.name.toLowerCase() === name.toLowerCase());
    if (found !== undefined) return found.name;
    const known = shared.map((column) => column.name).join(', ');
    throw new PondError('invalid-content', `${path} has no column ${name} on both sides; it has ${known}`, { path });
  });
  const { duplicates, ...rows } = await rowDiff.count(key);
  if (duplicates === 0) return { key, ...rows };
  const repeated = duplicates === 1 ? '1 row repeats' : `${duplicates} rows repeat`;
  throw new PondError('invalid-content', `${key.join(', ')} is not a key of ${path}: ${repeated} that of another`, {
    path,
    hint: 'Name more columns, which together differ for every row, or none to compare whole rows.',
  });
}

/**
 * Finds a key: the time column, else another column, else the time with another column; none without one. Columns of
 * measured values are no keys.
 */
async function foundKey(rowDiff: RowDiff): Promise<RowKey> {
  const types = rowDiff.columns.shared.map(({ name, after }) => ({ name, type: after }));
  const time = timeIn(types);
  const others = types.filter(
    ({ name, type }) => name !== time && !/^(FLOAT|DOUBLE|DECIMAL|BOOLEAN|STRUCT|MAP)|\]$/.test(type),
  );
  const alone = others.map(({ name }) => [name]).slice(0, triedMax);
  const together = time === undefined ? [] : others.map(({ name }) => [time, name]).slice(0, triedMax);
  let rows: Omit<RowKey, 'key'> | undefined;
  for (const key of [...(time === undefined ? [] : [[time]]), ...alone, ...together]) {
    const { duplicates, ...counted } = await rowDiff.count(key);
    if (duplicates === 0) return { key, ...counted };
    rows = counted;
  }
  const { rowsBefore, rowsAfter } = rows ?? (await rowDiff.count([]));
  return { key: [], rowsBefore, rowsAfter };
}

function timeIn(columns: readonly { readonly name: string; readonly type: string }[]): string | undefined {
  try {
    return findTimeColumn(columns, undefined, '').name;
  } catch (error) {
    if (isPondError(error, 'invalid-content')) return undefined;
    throw error;
  }
}
