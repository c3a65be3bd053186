import { isPondError, PondError } from '../base/error.ts';
import { type Column, type ComparedTable } from '../protocol/commands.ts';
import { findTimeColumn } from '../resources/series/findTime.ts';
import { mayIdentify } from '../sql/diff/comparedColumns.ts';
import { type KeyProfile } from '../sql/diff/keyProfile.ts';
import { type RowDiff } from '../sql/diff/rowDiff.ts';

/** Two tables to compare. */
export interface ComparedPair {
  readonly before: ComparedTable;
  readonly after: ComparedTable;
}

/** Name of two tables that are compared, for errors: the path of one, if one has a path. */
export function comparedName({ before, after }: ComparedPair): string {
  if ('path' in before) return before.path;
  return 'path' in after ? after.path : 'the query';
}

/** Columns that are tried as a key, alone or together with the time. */
const triedMax = 6;

/**
 * Compares rows by the named key, or by the first that does; `compare` returns undefined for a key that does not
 * identify rows, and never for whole rows. Fails `invalid-content` for tables without a common column, for a column that is
 * not in both, and for a named key that rows share.
 */
export async function compareByKey<T>(
  rowDiff: RowDiff,
  { named, path }: { readonly named: readonly string[] | undefined; readonly path: string },
  compare: (by: KeyProfile) => Promise<T | undefined>,
): Promise<T> {
  if (rowDiff.columns.shared.length === 0) {
    const message = `${path} has no column in common with what it is compared with`;
    throw new PondError('invalid-content', message, { path });
  }
  if (named !== undefined && named.length > 0) {
    const key = statedKey(rowDiff, named, path);
    const profile = await rowDiff.profile(key);
    // A join by a key that many rows share would have more rows than can be counted.
    const isRefused = !profile.mayBeKey && (await rowDiff.duplicates(key)) > 0;
    const found = isRefused ? undefined : await compare(profile);
    if (found === undefined) throw await notAKey(rowDiff, key, path);
    return found;
  }
  for (const tried of named === undefined ? keysIn(rowDiff) : []) {
    const differ = await rowDiff.differAtFirst(tried);
    for (const key of tried.filter((_, index) => differ[index])) {
      const profile = await rowDiff.profile(key);
      const found = profile.mayBeKey ? await compare(profile) : undefined;
      if (found !== undefined) return found;
    }
  }
  const found = await compare(await rowDiff.profile([]));
  if (found === undefined) throw new PondError('query-failed', `the rows of ${path} could not be compared`, { path });
  return found;
}

function statedKey(rowDiff: RowDiff, named: readonly string[], path: string): readonly string[] {
  const { shared } = rowDiff.columns;
  return named.map((name) => {
    const found = shared.find((column) => column.name.toLowerCase() === name.toLowerCase());
    if (found !== undefined) return found.name;
    const known = shared.map((column) => column.name).join(', ');
    throw new PondError('invalid-content', `${path} has no column ${name} on both sides; it has ${known}`, { path });
  });
}

async function notAKey(rowDiff: RowDiff, key: readonly string[], path: string): Promise<PondError> {
  const duplicates = await rowDiff.duplicates(key);
  const repeated = duplicates === 1 ? '1 row repeats' : `${duplicates} rows repeat`;
  return new PondError('invalid-content', `${key.join(', ')} is not a key of ${path}: ${repeated} that of another`, {
    path,
    hint: 'Name more columns, which together differ for every row, or none to compare whole rows.',
  });
}

/** Keys to try: the time column and other columns, then the time with each. Columns of measured values are not keys. */
function keysIn(rowDiff: RowDiff): readonly (readonly (readonly string[])[])[] {
  const { shared } = rowDiff.columns;
  const time = timeIn(shared.map(({ name, after }) => ({ name, type: after })));
  const others = shared
    .filter((column) => column.name !== time && mayIdentify(column))
    .map(({ name }) => name)
    .slice(0, triedMax);
  const alone = others.map((name) => [name]);
  if (time === undefined) return alone.length === 0 ? [] : [alone];
  return [[[time], ...alone], others.map((name) => [time, name])];
}

function timeIn(columns: readonly Column[]): string | undefined {
  try {
    return findTimeColumn(columns, undefined, '').name;
  } catch (error) {
    if (isPondError(error, 'invalid-content')) return undefined;
    throw error;
  }
}
