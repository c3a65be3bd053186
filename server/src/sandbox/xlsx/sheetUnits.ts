/** Units of the columns of a sheet, in the metadata of the Parquet file to which it was converted. */
import { itemsOf, fieldsOf, parseJsonText } from '../../base/json.ts';
import { type Connection } from '../../duckdb/connection.ts';
import { literal, literalList, sql, type SqlText } from '../../duckdb/sql.ts';

/** A column with the text of its unit. */
export interface ColumnUnit {
  readonly name: string;
  readonly unit: string;
}

const key = 'duckpond.units';

/** The option of COPY that keeps units, after a comma; empty for columns without any. */
export function unitsOption(columns: readonly ColumnUnit[]): SqlText {
  const units = columns.filter(({ unit }) => unit !== '').map(({ name, unit }) => ({ name, unit }));
  return units.length === 0 ? sql`` : sql`, KV_METADATA {${literal(key)}: ${literal(JSON.stringify(units))}}`;
}

/** Returns the units of converted sheets, by host path; those without a unit are left out. */
export async function sheetUnits(
  connection: Connection,
  hostPaths: readonly string[],
): Promise<ReadonlyMap<string, readonly ColumnUnit[]>> {
  if (hostPaths.length === 0) return new Map();
  const rows = await connection.rows(
    sql`SELECT file_name, decode(value) FROM parquet_kv_metadata(${literalList(hostPaths)}) WHERE decode(key) = ${literal(key)}`,
  );
  return new Map(rows.map(([path, text]) => [String(path), itemsOf(parseJsonText(String(text))).flatMap(unitOf)]));
}

function unitOf(item: unknown): readonly ColumnUnit[] {
  const { name, unit } = fieldsOf(item);
  return typeof name === 'string' && typeof unit === 'string' ? [{ name, unit }] : [];
}
