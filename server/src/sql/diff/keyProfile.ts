/** SQL that measures what may be the key of two tables. */
import { identifier, joinSql, sql, type SqlText } from '../../duckdb/sql.ts';
import { type ComparedSides, hashSum } from './diffSql.ts';

/** A key, as a scan of both tables has measured it. */
export interface KeyProfile {
  readonly key: readonly string[];
  readonly rowsBefore: number;
  readonly rowsAfter: number;
  /** Smaller share of different values among the rows of a table, about; 1 for tables without rows. */
  readonly share: number;
}

type Sides = Pick<ComparedSides, 'before' | 'after'>;

/** Rows of each table that are read to rule out keys. */
const firstRows = 10_000;

/** A row with a boolean for each key: whether all of its values differ among the first rows of each table. */
export function differAtFirstSql({ before, after }: Sides, keys: readonly (readonly string[])[]): SqlText {
  const counts = joinSql(keys.map((key, index) => sql`count(*) - count(DISTINCT ${hashSql(key)}) AS r${index}`));
  const first = (table: SqlText): SqlText => sql`(SELECT ${counts} FROM (SELECT * FROM ${table} LIMIT ${firstRows}))`;
  const differ = keys.map((_, index) => sql`b.r${index} + a.r${index} = 0`);
  return sql`SELECT ${joinSql(differ)} FROM ${first(before)} AS b, ${first(after)} AS a`;
}

/** A row for `readProfile`, from one scan of each table; without columns, the rows are counted alone. */
export function profileSql({ before, after }: Sides, key: readonly string[]): SqlText {
  const [column, ...others] = key;
  const value = column === undefined || others.length > 0 ? hashSql(key) : identifier(column);
  const measured = key.length === 0 ? [] : [sql`approx_count_distinct(${value})`];
  const of = (table: SqlText): SqlText => sql`(SELECT ${joinSql([sql`count(*)`, ...measured])} FROM ${table})`;
  return sql`SELECT b.*, a.* FROM ${of(before)} AS b, ${of(after)} AS a`;
}

/** Reads the row of `profileSql`. */
export function readProfile(key: readonly string[], row: readonly (string | null)[] = []): KeyProfile {
  const [old, now] = [row.slice(0, row.length / 2), row.slice(row.length / 2)];
  const [rowsBefore, rowsAfter] = [Number(old[0]), Number(now[0])];
  const shares = [Number(old[1]) / rowsBefore, Number(now[1]) / rowsAfter].filter(Number.isFinite);
  return { key, rowsBefore, rowsAfter, share: Math.min(1, ...shares) };
}

/** The sums of the hashes of a key over the rows before and after. */
export function hashSumsSql({ before, after }: Sides, key: readonly string[]): SqlText {
  const of = (table: SqlText): SqlText => sql`(SELECT ${hashSum(hashSql(key))} FROM ${table})`;
  return sql`SELECT ${of(before)}, ${of(after)}`;
}

const hashSql = (key: readonly string[]): SqlText => sql`hash(${joinSql(key.map(identifier))})`;
