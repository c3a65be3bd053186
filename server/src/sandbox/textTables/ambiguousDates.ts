import { PondError } from '../../base/error.ts';
import { type FileColumn } from './sourceColumn.ts';
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

/**
 * Fails `ambiguous-dates`, with the line, for a year of two digits that may be of either century. `order` is that of the
 * dates whose form leaves it open.
 */
export function requireCentury({ pondPath, name, facts }: FileColumn, order: DateOrder | undefined): void {
  for (const shape of facts.shapes.values()) {
    const own = shape.hasOrder ? order : shape.possible[0];
    const value = own && shape.openCenturies.get(own);
    if (own === undefined || value === undefined) continue;
    // A stated format has the space before the name of a zone, which is left out where the form is found.
    const format = shape.formatIn(own).replace('%z', / [A-Z]+$/i.test(shape.example) ? ' %z' : '%z');
    throw new PondError(
      'ambiguous-dates',
      `${pondPath} cannot be read: expected a year of four digits, or one after 68 or before 40, in line ${value.line}, column "${name}", got "${value.text}", which may be of the 1900s or of the 2000s`,
      {
        path: pondPath,
        formats: [{ dates: format }, { types: { [name]: 'text' } }],
        hint: `\`dates: "${format}"\` reads 00 to 68 as 2000 to 2068, and 69 to 99 as 1969 to 1999. For dates before 1969, \`types: {${JSON.stringify(name)}: text}\` reads the column as text, of which a query makes dates.`,
      },
    );
  }
}
