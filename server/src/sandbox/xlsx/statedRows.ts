import { type Connection } from '../../duckdb/connection.ts';
import { identifier, joinSql, sql, type SqlText } from '../../duckdb/sql.ts';
import { type TimePasses } from '../textTables/passDecision.ts';
import { numberedRows, passesIn, withPasses } from '../textTables/timePasses.ts';
import { unreadError } from '../textTables/unreadTime.ts';
import { type ReadColumn } from '../textTables/valueSql.ts';
import { inZone, isNamedZone } from '../textTables/zoneSql.ts';
import { type StatedSheet } from './sheetLayout.ts';
import { type SheetTable } from './sheetTable.ts';

/** The rows of a sheet, and the number that Excel shows for the one at an index from 0. */
interface LocalSheet extends Pick<SheetTable, 'columns'> {
  /** Readings of texts, by the name of the column. */
  readonly readings: ReadonlyMap<string, ReadColumn>;
  readonly rows: SqlText;
  readonly rowNumber: (index: number) => Promise<number>;
}

/**
 * The SELECT of the rows of a sheet, with the texts of a stated type as its values, and times in UTC instead of the
 * stated zone. Fails `ambiguous-dates` and `invalid-content` for times that the clocks of the zone showed twice or never,
 * as in a text.
 */
export async function statedRows(
  connection: Connection,
  { columns, readings, rows, rowNumber }: LocalSheet,
  { format: { zone, repeated }, pondPath }: StatedSheet,
): Promise<SqlText> {
  const passes: TimePasses[] = [];
  for (const { name, type } of columns) {
    const isLocal = type === 'TIMESTAMP' && zone !== undefined && isNamedZone(zone);
    const column = isLocal ? { name, zone, time: identifier(name) } : readings.get(name)?.local;
    if (column === undefined) continue;
    const decided = await passesIn(connection, { column, rows, stated: repeated });
    if (decided === undefined) continue;
    if ('change' in decided) {
      const place = `row ${await rowNumber(decided.row - 1)}, column "${name}",`;
      throw unreadError(pondPath, { place, zone: column.zone, change: decided.change });
    }
    passes.push(decided);
  }
  const list = columns.map(({ name, type }) => {
    const value = type === 'TIMESTAMP' ? inZone(identifier(name), zone) : identifier(name);
    const read = withPasses(readings.get(name) ?? { name, type, readAs: type, value }, passes);
    return sql`${read.value ?? identifier(name)} AS ${identifier(name)}`;
  });
  return sql`SELECT ${joinSql(list)} FROM ${numberedRows(rows, passes)}`;
}
