/**
 * Components: what a partial keeps of the values of a column in a bucket. Each folds exactly, in any order and grouping,
 * so a statistic made from them is the same from finer buckets as from the rows: but for sums of DOUBLE, whose last bit
 * depends on the order of additions, that of the files and their rows (build/orderDependent.ts).
 */
import { sql, type SqlText } from '../../../duckdb/sql.ts';
import { sumSql } from './aggregates.ts';

/** Name of a component; its column in a partial is `COLUMN.NAME`. */
export type Component = keyof typeof components;

/** A value of a row while it is aggregated. */
interface RowValue {
  readonly value: SqlText;
  /** DuckDB's type of the column. */
  readonly type: string;
  /** Time of the row, a UTC TIMESTAMP. */
  readonly time: SqlText;
}

interface ComponentSql {
  /** Aggregate of the values of a bucket. */
  readonly ofRows: (row: RowValue) => SqlText;
  /** Aggregate of the components of finer buckets, or of other rows of the same bucket. */
  readonly fold: (component: SqlText) => SqlText;
}

/** Values that have a direction or are a reading of a counter: neither NULL nor NaN nor infinite. */
const isFinite = (value: SqlText): SqlText => sql`isfinite(${value}::DOUBLE)`;
const list = (component: SqlText): SqlText => sql`flatten(list(${component}) FILTER (${component} IS NOT NULL))`;
const sum = (component: SqlText): SqlText => sql`sum(${component})`;
/** A value outside of the domain of sine would end the query, also where a filter leaves it out. */
const angle = (value: SqlText): SqlText => sql`CASE WHEN ${isFinite(value)} THEN radians(${value}::DOUBLE) END`;

const components = {
  count: { ofRows: ({ value }) => sql`count(${value})`, fold: (component) => sql`sum(${component})::BIGINT` },
  sum: { ofRows: ({ value, type }) => sumSql(value, type), fold: sum },
  min: { ofRows: ({ value }) => sql`min(${value})`, fold: (component) => sql`min(${component})` },
  max: { ofRows: ({ value }) => sql`max(${value})`, fold: (component) => sql`max(${component})` },
  // Structures are ordered by their fields: by time, then by value.
  first: {
    ofRows: ({ value, time }) => sql`min({t: ${time}, v: ${value}}) FILTER (${value} IS NOT NULL)`,
    fold: (component) => sql`min(${component})`,
  },
  last: {
    ofRows: ({ value, time }) => sql`max({t: ${time}, v: ${value}}) FILTER (${value} IS NOT NULL)`,
    fold: (component) => sql`max(${component})`,
  },
  // No summary of a fixed size has exact percentiles.
  values: { ofRows: ({ value }) => sql`list(${value}::DOUBLE) FILTER (${value} IS NOT NULL)`, fold: list },
  sine: { ofRows: ({ value }) => sql`sum(sin(${angle(value)}))`, fold: sum },
  cosine: { ofRows: ({ value }) => sql`sum(cos(${angle(value)}))`, fold: sum },
  // Files may interleave in time, so the readings of a bucket are known in order only when all are there.
  readings: {
    ofRows: ({ value, time }) => sql`list({t: ${time}, v: ${value}::DOUBLE}) FILTER (${isFinite(value)})`,
    fold: (component) => sql`list_sort(${list(component)})`,
  },
} as const satisfies Readonly<Record<string, ComponentSql>>;

/** Components that each partial has of each column. */
export const usualComponents: readonly Component[] = ['count', 'sum', 'min', 'max'];

/** Returns the SQL that aggregates the values of a bucket to a component. */
export function componentSql(component: Component, row: RowValue): SqlText {
  return components[component].ofRows(row);
}

/** Returns the SQL that aggregates components to one. */
export function foldComponentSql(component: Component, value: SqlText): SqlText {
  return components[component].fold(value);
}
