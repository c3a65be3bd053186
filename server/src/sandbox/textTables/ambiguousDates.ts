import { PondError } from '../../base/error.ts';
import { type DateOrder } from './dateShape.ts';

const readings: Readonly<Record<DateOrder, string>> = {
  'day-first': 'day first',
  'month-first': 'month first',
  'year-first': 'year first',
};

/** Maximum number of files that an error names. */
const namedMax = 3;

/** A column whose dates can be read in several orders. */
interface AmbiguousColumn {
  readonly pondPath: string;
  readonly column: string;
  /** A date that differs between the orders. */
  readonly text: string;
  readonly orders: readonly DateOrder[];
}

/** The error of an ambiguous column. `paths` are all files consulted for the order without success. */
export function ambiguousError(
  { pondPath, column, text, orders }: AmbiguousColumn,
  paths: readonly string[],
): PondError {
  const named = [...new Set(paths)];
  const more = named.length > namedMax ? ` and ${named.length - namedMax} more` : '';
  const readable = orders.map((order) => readings[order]).join(' or ');
  return new PondError(
    'ambiguous-dates',
    `${pondPath} cannot be read: "${text}" in column "${column}" can be read ${readable}, and no date decides which in ${named.slice(0, namedMax).join(', ')}${more}`,
    {
      path: pondPath,
      formats: orders.map((order) => ({ dates: order })),
      hint: `State the order of the dates: ${orders.map((order) => `\`dates: ${order}\``).join(' or ')}.`,
    },
  );
}
