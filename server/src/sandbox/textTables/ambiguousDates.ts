import { PondError } from '../../base/error.ts';
import { type CsvTable } from './csvTable.ts';
import { type DateOrder, type DateOrders, hasOrder, inOrder } from './dateOrder.ts';

const orderNames: Readonly<Record<DateOrder, string>> = { dmy: 'day first', mdy: 'month first', ymd: 'year first' };

/** Maximum number of files that an error names. */
const namedMax = 3;

/**
 * The error of a file whose dates can be read in two orders. `paths` are all files consulted for the order without
 * success, including the file itself.
 */
export function ambiguousError(
  { pondPath, table, orders }: { readonly pondPath: string; readonly table: CsvTable; readonly orders: DateOrders },
  paths: readonly string[],
): PondError {
  const { column = '', text = '' } = orders.example ?? {};
  const named = [...new Set(paths)];
  const more = named.length > namedMax ? ` and ${named.length - namedMax} more` : '';
  const readings = orders.possible.map((order) => orderNames[order]).join(' or ');
  const isDate = hasOrder(table.dateFormat);
  const [option, format = ''] = isDate ? ['dateformat', table.dateFormat] : ['timestampformat', table.timestampFormat];
  const calls = orders.possible.map(
    (order) => `read_csv('$1', ${option} = '${inOrder(format, order)}') for ${orderNames[order]}`,
  );
  return new PondError(
    'ambiguous-dates',
    `${pondPath} cannot be read: "${text}" in column "${column}" can be read ${readings}, and no date decides which in ${named.slice(0, namedMax).join(', ')}${more}`,
    {
      path: pondPath,
      hint: `The query of a Derive resource can state the order: ${calls.join(', ')}.`,
    },
  );
}
