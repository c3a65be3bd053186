import { identifier, joinSql, sql } from '../../duckdb/sql.ts';
import { requireSqlType, type SqlType } from '../../duckdb/sqlType.ts';
import { isInteger, isNested } from '../../base/typeClass.ts';
import { type Job } from '../../base/job.ts';
import { type Materializer } from '../../materialize/materializer.ts';
import { type TypedColumn } from '../../sandbox/build.ts';
import { readParquet } from './readParquet.ts';

const [double, json] = ['DOUBLE', 'JSON'].map(requireSqlType) as [SqlType, SqlType];

/** Integers up to this are DOUBLE without a loss. */
const exactMax = 9_007_199_254_740_992n;

/**
 * Returns other types for columns of a Parquet file, by name: DOUBLE for whole numbers that it holds exactly, as later
 * ones may have decimals, and JSON for lists and objects, as later ones may have other keys.
 */
export async function flexibleTypes(
  hostPath: string,
  columns: readonly TypedColumn[],
  { builder }: Materializer,
  { signal }: Job,
): Promise<ReadonlyMap<string, SqlType>> {
  const types = new Map(columns.filter(({ type }) => isNested(type)).map(({ name }) => [name, json]));
  const whole = columns.filter(({ type }) => isInteger(type));
  if (whole.length === 0) return types;
  const fits = whole.map(({ name }) => {
    const value = identifier(name);
    return sql`coalesce(bool_and(${value} BETWEEN -${exactMax} AND ${exactMax}), true)`;
  });
  const statements = [sql`SELECT ${joinSql(fits)} FROM ${readParquet([hostPath])}`];
  const [row = []] = await builder.run({ statements, reads: [hostPath] }, signal);
  whole.forEach(({ name }, index) => row[index] === true && types.set(name, double));
  return types;
}
