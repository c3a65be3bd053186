import { PondError } from '../../base/error.ts';
import { isNumber, isPointInTime } from '../../base/typeClass.ts';
import { defaultTimeColumn } from '../../pond/versionFacts.ts';
import { type Column } from '../../protocol/results.ts';

/** Names of time columns, in any case; the earlier ones take precedence. */
const usualNames = [defaultTimeColumn.toLowerCase(), 'time', 'datetime', 'date_time', 'date', 'ts', 'epoch'];

/** Names of columns that count the seconds since 1970 UTC. A number in a column `date` may be anything. */
const numericNames: ReadonlySet<string> = new Set([defaultTimeColumn.toLowerCase(), 'time', 'ts', 'epoch']);

/**
 * Returns the column with the times of rows: the one of the name `given`, in any case; else the first with one of the
 * usual names and a suitable type; else the only one of type TIMESTAMP or DATE. Fails `invalid-content` without one, with
 * several, and for a column that cannot hold times. `where` names the rows for people.
 */
export function findTimeColumn<T extends Column>(columns: readonly T[], given: string | undefined, where: string): T {
  if (given !== undefined) return namedColumn(columns, given, where);
  for (const usual of usualNames) {
    const found = columns.find(({ name }) => name.toLowerCase() === usual);
    if (found !== undefined && (isPointInTime(found.type) || (numericNames.has(usual) && isNumber(found.type)))) {
      return found;
    }
  }
  const candidates = columns.filter(({ type }) => isPointInTime(type));
  const [only] = candidates;
  if (only !== undefined && candidates.length === 1) return only;
  const names = (only === undefined ? columns : candidates).map(({ name, type }) => `${name} (${type})`).join(', ');
  const what = only === undefined ? 'no column that is a time' : 'several columns of times';
  throw new PondError('invalid-content', `${where} has ${what}: ${names}`, {
    path: where,
    hint: "Name the time column: 'pond append --time COLUMN'.",
  });
}

function namedColumn<T extends Column>(columns: readonly T[], given: string, where: string): T {
  const found = columns.find(({ name }) => name.toLowerCase() === given.toLowerCase());
  if (found === undefined) {
    const names = columns.map(({ name }) => name).join(', ');
    throw new PondError('invalid-content', `${where} has no column ${given}; it has ${names}`, { path: where });
  }
  if (isPointInTime(found.type) || isNumber(found.type)) return found;
  throw new PondError('invalid-content', `the time column ${found.name} of ${where} is ${found.type}`, {
    path: where,
    hint: 'A time is a TIMESTAMP, a DATE, or a number of seconds since 1970 UTC.',
  });
}
