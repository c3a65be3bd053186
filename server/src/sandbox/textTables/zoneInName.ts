/** Time zones in the names of columns, such as `Date Time, GMT-08:00`, which are those of times once they are stated. */
import { isTimestamp } from '../../base/typeClass.ts';
import { type TextFormat } from '../textFormat.ts';
import { type ColumnFacts } from './columnFacts.ts';
import { type FormatOffer } from './description.ts';

/** Not the POSIX names of the zone database, such as Etc/GMT+5, whose sign has the other meaning. */
const offset = /(?<!Etc\/)\b(?:GMT|UTC)\s?([+\-−])(\d{1,2})(?::?([0-5]\d))?(?!\d)/i;

/** No zone is further from UTC. */
const hoursMax = 15;

/** A column with its type. */
interface TypedColumn {
  readonly name: string;
  readonly type: string;
  readonly facts: ColumnFacts;
}

/**
 * The option to read times without a zone as those of the zone in the name of their column. Undefined where a zone is stated,
 * and where not all columns with such times name the same one, as the option holds for all of them.
 */
export function offerOfZone(columns: readonly TypedColumn[], format: TextFormat): FormatOffer | undefined {
  if (format.zone !== undefined) return undefined;
  const names = columns.filter((column) => hasLocalTimes(column, format)).map(({ name }) => name);
  const [first = ''] = names;
  const zone = zoneIn(first);
  if (zone === undefined || names.some((name) => zoneIn(name) !== zone)) return undefined;
  return { reason: `its times are read as those of UTC, where "${first}" names another zone`, format: { zone } };
}

function hasLocalTimes({ type, facts }: TypedColumn, { dates }: TextFormat): boolean {
  if (!isTimestamp(type)) return false;
  const isFormatted = facts.formattedValues > 0 && dates?.includes('%z') === false;
  return isFormatted || [...facts.shapes.values()].some(({ hasZone }) => !hasZone);
}

/** The offset in a name, such as `-08:00`; undefined without one, and for that of UTC. */
function zoneIn(name: string): string | undefined {
  const [, sign, hours = '', minutes = '00'] = offset.exec(name) ?? [];
  if (sign === undefined || Number(hours) > hoursMax || Number(hours) + Number(minutes) === 0) return undefined;
  return `${sign === '+' ? '+' : '-'}${hours.padStart(2, '0')}:${minutes}`;
}
