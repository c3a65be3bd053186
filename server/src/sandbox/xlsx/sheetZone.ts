import { type Connection } from '../../duckdb/connection.ts';
import { identifier, joinSql, sql, type SqlText } from '../../duckdb/sql.ts';
import { type TimePasses } from '../textTables/passDecision.ts';
import { numberedRows, passesIn, withPasses } from '../textTables/timePasses.ts';
import { unreadError } from '../textTables/unreadTime.ts';
import { inZone, isNamedZone } from '../textTables/zoneSql.ts';
import { type StatedSheet } from './sheetLayout.ts';
import { type SheetTable } from './sheetTable.ts';

/** The rows of a sheet, and the number that Excel shows for the one at an index from 0. */
interface LocalSheet extends Pick<SheetTable, 'columns'> {
  readonly rows: SqlText;
  readonly rowNumber: (index: number) => Promise<number>;
}

/**
 * The SELECT of the rows of a sheet, whose times are in UTC instead of the stated zone. Fails `ambiguous-dates` and
 * `invalid-content` for times that the clocks of the zone showed twice or never, as in a text.
 */
export async function utcRows(
  connection: Connection,
  { columns, rows, rowNumber }: LocalSheet,
  { format: { zone, repeated }, pondPath }: StatedSheet,
): Promise<SqlText> {
  if (zone === undefined) return sql`SELECT * FROM ${rows}`;
  const passes: TimePasses[] = [];
  for (const { name, type } of columns) {
    if (type !== 'TIMESTAMP' || !isNamedZone(zone)) continue;
    const column = { name, zone, time: identifier(name) };
    const decided = await passesIn(connection, { column, rows, stated: repeated });
    if (decided === undefined) continue;
    if ('change' in decided) {
      const place = `row ${await rowNumber(decided.row - 1)}, column "${name}",`;
      throw unreadError(pondPath, { place, zone, change: decided.change });
    }
    passes.push(decided);
  }
  const list = columns.map(({ name, type }) => {
    const value = type === 'TIMESTAMP' ? inZone(identifier(name), zone) : identifier(name);
    const read = withPasses({ name, type, readAs: type, value }, passes);
    return sql`${read.value ?? value} AS ${identifier(name)}`;
  });
  return sql`SELECT ${joinSql(list)} FROM ${numberedRows(rows, passes)}`;
}
