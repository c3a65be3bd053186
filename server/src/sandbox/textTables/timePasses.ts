import { LruCache } from '../../base/lruCache.ts';
import { type Connection } from '../../duckdb/connection.ts';
import { identifier, joinSql, sql, type SqlText } from '../../duckdb/sql.ts';
import { savedOr } from '../savedTexts.ts';
import { clockChanges } from './clockChanges.ts';
import { type TextScope } from './decoded.ts';
import { decidePasses, nearUs, type NearRows, type TimePasses, type UnreadTime } from './passDecision.ts';
import { type TextTable } from './tables.ts';
import { unreadTime } from './unreadTime.ts';
import { type LocalColumn, type ReadColumn } from './valueSql.ts';

/** Maximum number of files whose passes are cached. */
const filesMax = 20_000;

const known = new LruCache<string, readonly TimePasses[]>({ max: filesMax });

/** Number of a row in its file, from 1: a name that no file is likely to have. */
const rowNumber = identifier('number of the row in the file');

/**
 * Finds the passes of the times that the clocks of a stated zone repeated, in the rows of a file; none for a column without
 * such times. Fails `ambiguous-dates` for times whose pass neither the order of the rows nor a statement shows, and
 * `invalid-content` for times that the clocks skipped; both with the line.
 */
export async function timePasses(scope: TextScope, table: TextTable, rows: SqlText): Promise<readonly TimePasses[]> {
  const { file, columns } = table;
  const local = columns.flatMap((column) => column.local ?? []);
  if (local.length === 0) return [];
  const find = async (): Promise<readonly TimePasses[]> => {
    const found: TimePasses[] = [];
    for (const column of local) {
      const decided = await passesIn(await scope.connect(), { column, rows, stated: file.format?.repeated });
      if (decided === undefined) continue;
      if ('change' in decided) throw await unreadTime(scope, table, { column, ...decided });
      found.push(decided);
    }
    return found;
  };
  const { key, reading, format, sizeBytes } = file;
  if (key === undefined) return await find();
  const name = JSON.stringify([key, reading, format ?? null, local]);
  const cached = known.get(name);
  if (cached !== undefined) return cached;
  const text = {
    write: (passes: readonly TimePasses[]) => JSON.stringify(passes),
    read: (saved: string) => JSON.parse(saved) as readonly TimePasses[],
  };
  return known.set(name, await savedOr({ name: `passes ${name}`, sizeBytes, openDisk: scope.openDisk }, text, find));
}

/** The rows with the times of a column, in their order, and the pass that is stated. */
interface LocalRows {
  readonly column: LocalColumn;
  readonly rows: SqlText;
  readonly stated: 'first' | 'second' | undefined;
}

/**
 * Finds the passes of the repeated times of a column, or the first time that cannot be read; undefined without such
 * times.
 */
export async function passesIn(
  connection: Connection,
  { column, rows, stated }: LocalRows,
): Promise<TimePasses | UnreadTime | undefined> {
  const times = sql`SELECT row, time, row_number() OVER () AS place FROM (SELECT ${column.time} AS time, row_number() OVER () AS row FROM ${rows}) WHERE time IS NOT NULL`;
  const bounds = sql`SELECT min(epoch_us(time)), max(epoch_us(time)), max(place) FROM (${times})`;
  const [minUs = 0, maxUs = 0, placeMax = 0] = ((await connection.rows(bounds))[0] ?? []).map(Number);
  const changes = placeMax === 0 ? [] : await clockChanges(connection, column.zone, { minUs, maxUs });
  if (changes.length === 0) return undefined;
  const isNear = changes.map(({ kind, fromUs, toUs }) => {
    const margin = kind === 'repeated' ? nearUs : 0;
    return sql`time >= make_timestamp(${fromUs - margin}) AND time < make_timestamp(${toUs + margin})`;
  });
  const found = await connection.rows(
    sql`SELECT row, place, epoch_us(time) FROM (${times}) WHERE (${joinSql(isNear, sql`) OR (`)})`,
  );
  const near: NearRows = {
    rows: found.map((row) => {
      const [number = 0, place = 0, us = 0] = row.map(Number);
      return { row: number, place, us };
    }),
    placeMax,
  };
  const decided = decidePasses(column.name, near, { changes, stated });
  if ('change' in decided) return decided;
  return decided.counts.first + decided.counts.second === 0 ? undefined : decided;
}

/** The rows of a file, from `rows`, with their numbers where a column needs them. */
export function numberedRows(rows: SqlText, passes: readonly TimePasses[]): SqlText {
  if (passes.every(({ first }) => first.length === 0)) return rows;
  return sql`(SELECT *, row_number() OVER () AS ${rowNumber} FROM ${rows})`;
}

/** The column with the times of first passes an hour earlier; read from `numberedRows`. */
export function withPasses(column: ReadColumn, passes: readonly TimePasses[]): ReadColumn {
  const { first = [] } = passes.find(({ column: name }) => name === column.name) ?? {};
  const { value, type } = column;
  if (first.length === 0 || value === undefined) return column;
  const cases = [...new Set(first.map(({ us }) => us))].map((us) => {
    const ranges = first.filter((range) => range.us === us).map(({ from, to }) => sql`(${from}, ${to})`);
    const rows = sql`SELECT unnest(range(f, t)) FROM (VALUES ${joinSql(ranges)}) AS ranges(f, t)`;
    const isNano = type === 'TIMESTAMP_NS';
    const earlier = isNano
      ? sql`make_timestamp_ns(epoch_ns(${value}) - ${us * 1000})`
      : sql`(${value} - to_microseconds(${us}))`;
    return sql`WHEN ${rowNumber} IN (${rows}) THEN ${earlier}`;
  });
  return { ...column, value: sql`CASE ${joinSql(cases, sql` `)} ELSE ${value} END` };
}
