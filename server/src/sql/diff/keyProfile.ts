/** SQL that measures what may be the key of two tables. */
import { identifier, joinSql, sql, type SqlText } from '../../duckdb/sql.ts';
import { type ComparedSides, hashSum } from './diffSql.ts';

/** A key, as a scan of both tables has measured it. */
export interface KeyProfile {
  readonly key: readonly string[];
  readonly rowsBefore: number;
  readonly rowsAfter: number;
  /** False when a sample of the keys has repeated ones, or too few: rows of a table share a key. True proves nothing. */
  readonly mayBeKey: boolean;
  /**
   * Sum of the hashes of the keys over the rows after, less that before; undefined when the rows of each table are in
   * the order of the key, which proves it.
   */
  readonly hashes: bigint | undefined;
}

type Sides = Pick<ComparedSides, 'before' | 'after'>;

/** Rows of each table that are read to rule out keys. */
const firstRows = 10_000;

/** One of this many different keys is in the sample, by its hash; a power of two. */
const sampledOneOf = 32;

/**
 * Standard deviations by which the number of keys in the sample may be too small. A value that most rows repeat is
 * rarely in the sample, but others are missing there, and a join by such a key would never end.
 */
const deviationsMax = 8;

/** A row with a boolean for each key: whether all of its values differ among the first rows of each table. */
export function differAtFirstSql({ before, after }: Sides, keys: readonly (readonly string[])[]): SqlText {
  const counts = joinSql(keys.map((key, index) => sql`count(*) - count(DISTINCT ${hashSql(key)}) AS r${index}`));
  const first = (table: SqlText): SqlText => sql`(SELECT ${counts} FROM (SELECT * FROM ${table} LIMIT ${firstRows}))`;
  const differ = keys.map((_, index) => sql`b.r${index} + a.r${index} = 0`);
  return sql`SELECT ${joinSql(differ)} FROM ${first(before)} AS b, ${first(after)} AS a`;
}

/** A row for `readProfile`, from one scan of each table; without columns, the rows are counted alone. */
export function profileSql({ before, after }: Sides, key: readonly string[]): SqlText {
  const isSampled = sql`FILTER (h & ${sampledOneOf - 1} = 0)`;
  const measured = sql`count(*), ${hashSum(sql`h`)}, count(*) ${isSampled}, count(DISTINCT h) ${isSampled}`;
  const of = (table: SqlText): SqlText =>
    key.length === 0
      ? sql`(SELECT count(*) FROM ${table})`
      : sql`(SELECT ${measured} FROM (SELECT ${hashSql(key)} AS h FROM ${table}))`;
  return sql`SELECT b.*, a.* FROM ${of(before)} AS b, ${of(after)} AS a`;
}

/** Reads the row of `profileSql`. */
export function readProfile(key: readonly string[], row: readonly (string | null)[] = []): KeyProfile {
  const [before, after] = [row.slice(0, row.length / 2), row.slice(row.length / 2)].map(readSide);
  return {
    key,
    rowsBefore: before?.rows ?? 0,
    rowsAfter: after?.rows ?? 0,
    mayBeKey: before?.mayBeKey !== false && after?.mayBeKey !== false,
    hashes: (after?.hashes ?? 0n) - (before?.hashes ?? 0n),
  };
}

function readSide([count, hashes, sampledRows = '0', sampledKeys = '0']: readonly (string | null)[]) {
  const rows = Number(count);
  // The number of keys in the sample of a table without repeated ones is binomial.
  const least = rows / sampledOneOf - deviationsMax * Math.sqrt(rows / sampledOneOf);
  return {
    rows,
    hashes: BigInt(hashes ?? 0),
    mayBeKey: sampledRows === sampledKeys && Number(sampledKeys) >= least,
  };
}

const hashSql = (key: readonly string[]): SqlText => sql`hash(${joinSql(key.map(identifier))})`;
