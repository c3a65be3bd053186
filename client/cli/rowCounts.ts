/** Numbers of rows by which changed tables differ, as the terminal shows them. */
import { plural } from '../../server/src/base/plural.ts';
import { isPondError } from '../../server/src/base/error.ts';
import {
  type ChangeInfo,
  type Params,
  type RowCountsInfo,
  type TableChangeInfo,
} from '../../server/src/protocol/commands.ts';
import { changeRow, counted, table } from './format.ts';
import { type Session } from './verb.ts';

/** Bytes of tables that are read to count rows, unless they are known: what takes about a second. */
const bytesMax = 32 * 1024 * 1024;

/** A table of changes, with the rows by which tables differ, and how many of them are not counted. */
export async function changesWithRows(
  session: Session,
  changes: readonly ChangeInfo[],
  sides: Omit<Params<'countRows'>, 'pond' | 'bytesMax'>,
): Promise<string> {
  const rows = changes.some(({ kind, type }) => kind !== 'added' && kind !== 'removed' && type !== 'directory')
    ? await rowsOf(session, sides)
    : [];
  const byPath = new Map(rows.map((one) => [one.path, one]));
  const lines = counted(changes).map((change) => {
    const found = byPath.get(change.path);
    return found !== undefined && 'rows' in found ? [...changeRow(change), rowCounts(found.rows)] : changeRow(change);
  });
  const large = rows.filter((one) => 'unknown' in one && one.unknown === 'large').length;
  const left = large === 0 ? '' : `the rows of ${plural(large, 'table')} are not counted: pond diff --rows PATH does\n`;
  return table(lines, new Set([2])) + left;
}

async function rowsOf(
  session: Session,
  sides: Omit<Params<'countRows'>, 'pond' | 'bytesMax'>,
): Promise<readonly TableChangeInfo[]> {
  try {
    return await session.call('countRows', { ...sides, bytesMax });
  } catch (error) {
    // The changes themselves are what was asked for: without the engine, or where nothing may run, they are shown alone.
    if (isPondError(error, 'engine-unavailable') || isPondError(error, 'untrusted')) return [];
    throw error;
  }
}

/** `+3 -1 ~2 rows`, `~1 row`; `same rows` when none differs. */
export function rowCounts({ added, removed, changed }: RowCountsInfo): string {
  const parts = [
    ['+', added],
    ['-', removed],
    ['~', changed],
  ] as const;
  const text = parts.flatMap(([sign, number]) => (number === 0 ? [] : [`${sign}${number}`])).join(' ');
  return text === '' ? 'same rows' : `${text} ${added + removed + changed === 1 ? 'row' : 'rows'}`;
}
