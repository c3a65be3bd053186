/** The least number of values that a bucket needs for statistics, and the buckets that have fewer. */
import { literal, joinSql, sql, type SqlText } from '../../../duckdb/sql.ts';
import { type Duration } from '../../../base/duration.ts';
import { columnGroups } from '../../series/columnGroups.ts';
import { readParquet } from '../../series/readParquet.ts';
import { foldComponentSql } from './components.ts';
import { componentColumn } from './partialSql.ts';
import { bucketSql, widthSql } from './resolution.ts';
import { type Dataset } from './spec.ts';

/** The least number of values that a bucket needs. */
export interface Coverage {
  /** Part of the expected number, from 0 to 1. */
  readonly fraction: number;
  /** Time from one expected value to the next, microseconds. */
  readonly stepUs: number;
}

/** Returns the coverage of a dataset; undefined when any number of values is enough. */
export function coverageOf({ coverage, step }: Dataset): Coverage | undefined {
  if (coverage === undefined || step === undefined) return undefined;
  return { fraction: coverage, stepUs: step.duration.microseconds };
}

/** Returns the condition for a bucket, which begins at `t`, that has enough values. */
export function isCovered({ fraction, stepUs }: Coverage, count: SqlText, resolution: Duration): SqlText {
  // A bucket of very many months ends after the last possible time.
  const lengthUs = sql`(epoch_us(TRY(t + ${widthSql(resolution)})) - epoch_us(t))`;
  const neededUs = sql`round(CAST(${literal(String(fraction))} AS DOUBLE) * ${lengthUs})`;
  return sql`${count}::DOUBLE * ${stepUs} >= ${neededUs}`;
}

/** Partials of one input, and how they are folded. */
interface Covering {
  /** At least one. */
  readonly hostPaths: readonly string[];
  /** Names of columns of the partials. */
  readonly names: readonly string[];
  readonly resolution: Duration;
  readonly coverage: Coverage;
}

/** Returns the query for the number of buckets with values, but too few of them; the sum over the columns. */
export function emptiedSql({ hostPaths, names, resolution, coverage }: Covering): SqlText {
  const counts = columnGroups(names, () => 1).map((group) => {
    const folded = group.map(
      (name, i) => sql`${foldComponentSql('count', componentColumn(name, 'count'))} AS ${count(i)}`,
    );
    const bucket = sql`${bucketSql(resolution, sql`"Timestamp"`)} AS t`;
    const buckets = sql`SELECT ${joinSql([bucket, ...folded])} FROM ${readParquet(hostPaths)} GROUP BY 1`;
    const emptied = group.map((_, i) => {
      return sql`count(*) FILTER (${count(i)} > 0 AND (${isCovered(coverage, count(i), resolution)}) IS NOT TRUE)`;
    });
    return sql`SELECT ${joinSql([sql`0`, ...emptied], sql` + `)} AS emptied FROM (${buckets})`;
  });
  return sql`SELECT sum(emptied)::BIGINT AS emptied FROM (${joinSql(counts, sql` UNION ALL `)})`;
}

const count = (index: number): SqlText => sql`n${index}`;
