import { LruCache } from '../../base/lruCache.ts';
import { type Connection } from '../../duckdb/connection.ts';
import { joinSql, literal, sql, type SqlText } from '../../duckdb/sql.ts';

/** A change of a zone's clocks, in the times that they show: microseconds as if they were UTC. */
export interface ClockChange {
  /** Repeated times are shown twice, skipped ones never. */
  readonly kind: 'repeated' | 'skipped';
  /** The first of these times. */
  readonly fromUs: number;
  /** The end of these times, exclusive. */
  readonly toUs: number;
  /** The offset of standard time from UTC, such as `+01:00`. */
  readonly offset: string;
}

const daySeconds = 86_400;

/** Maximum number of cached zones, each with a range of years. */
const zonesMax = 1000;

const known = new LruCache<string, readonly ClockChange[]>({ max: zonesMax });

/** Offsets from UTC are less than this many seconds. */
const offsetMax = daySeconds;

/** A day on which the offset from UTC changes, or a part of it: both ends, in seconds since 1970, with their offsets. */
interface Range {
  readonly from: number;
  readonly to: number;
  readonly before: number;
  readonly after: number;
}

/**
 * The changes of a zone's clocks between two times that they show, in their order. The engine's own table of zones
 * decides.
 */
export async function clockChanges(
  connection: Connection,
  zone: string,
  { minUs, maxUs }: { readonly minUs: number; readonly maxUs: number },
): Promise<readonly ClockChange[]> {
  const [first, last] = [minUs, maxUs].map((us) => new Date(us / 1000).getUTCFullYear());
  const name = `${first} ${last} ${zone}`;
  const changes =
    known.get(name) ?? known.set(name, await changesIn(connection, zone, { first: first ?? 0, last: last ?? 0 }));
  return changes.filter(({ fromUs, toUs }) => toUs > minUs && fromUs <= maxUs);
}

/** The changes in calendar years, and a little before and after. */
async function changesIn(
  connection: Connection,
  zone: string,
  years: { readonly first: number; readonly last: number },
): Promise<readonly ClockChange[]> {
  const first = Date.UTC(years.first, 0, 1) / 1000 - offsetMax;
  const last = Date.UTC(years.last + 1, 0, 1) / 1000 + offsetMax + daySeconds;
  let ranges = await changedDays(connection, zone, { first, last });
  while (ranges.some(({ from, to }) => to - from > 1)) ranges = await halved(connection, zone, ranges);
  return ranges.map(changeOf);
}

/** The offset from UTC, in seconds, at a time in seconds since 1970. */
const offsetSql = (zone: string, seconds: SqlText): SqlText =>
  sql`CAST(epoch(timezone(${literal(zone)}, to_timestamp(${seconds}))) - ${seconds} AS BIGINT)`;

async function changedDays(
  connection: Connection,
  zone: string,
  { first, last }: { readonly first: number; readonly last: number },
): Promise<readonly Range[]> {
  const days = sql`SELECT unnest(range(${first}, ${last}, ${daySeconds})) AS s`;
  const offsets = sql`SELECT s, ${offsetSql(zone, sql`s`)} AS o FROM (${days})`;
  const pairs = sql`SELECT s, o, lag(o) OVER (ORDER BY s) AS p FROM (${offsets})`;
  const rows = await connection.rows(sql`SELECT s, p, o FROM (${pairs}) WHERE o <> p ORDER BY s`);
  return rows.map((row) => {
    const [to = 0, before = 0, after = 0] = row.map(Number);
    return { from: to - daySeconds, to, before, after };
  });
}

async function halved(connection: Connection, zone: string, ranges: readonly Range[]): Promise<readonly Range[]> {
  const middles = ranges.map(({ from, to }) => Math.floor((from + to) / 2));
  const rows = await connection.rows(
    sql`SELECT ${offsetSql(zone, sql`s`)} FROM (SELECT unnest([${joinSql(middles)}]::BIGINT[]) AS s)`,
  );
  return ranges.map((range, index) => {
    const middle = middles[index]!;
    return Number(rows[index]?.[0]) === range.before ? { ...range, from: middle } : { ...range, to: middle };
  });
}

function changeOf({ to, before, after }: Range): ClockChange {
  const [least, most] = [Math.min(before, after), Math.max(before, after)];
  return {
    kind: after < before ? 'repeated' : 'skipped',
    fromUs: (to + least) * 1e6,
    toUs: (to + most) * 1e6,
    offset: offsetText(least),
  };
}

function offsetText(seconds: number): string {
  const minutes = Math.round(Math.abs(seconds) / 60);
  const digits = [Math.floor(minutes / 60), minutes % 60].map((each) => String(each).padStart(2, '0'));
  return `${seconds < 0 ? '-' : '+'}${digits.join(':')}`;
}
