/** The partitions of a series, and the SQL that writes each. */
import { identifier, literal, literalList, sql, type SqlText } from '../../duckdb/sql.ts';
import { isNumber, isPointInTime } from '../../base/typeClass.ts';
import { type HostFile } from '../../pond/hostFile.ts';
import { type Builder } from '../../sandbox/build.ts';
import { type Column } from '../../protocol/results.ts';
import { timeColumnOf, timeSql } from '../../resources/series/time.ts';
import { partitionEnd, partitionFolder, type TemporalPart } from './parts.ts';

/** The rows of a series in a range of time. */
export interface Partition {
  /** Relative to the folder of the series. */
  readonly file: string;
  /** Seconds since 1970 UTC, inclusive and exclusive; null for the rows without a time. */
  readonly startTime: number | null;
  readonly endTime: number | null;
  /** SQL condition of its rows. */
  readonly where: SqlText;
}

/** The time column; undefined without one of a suitable type. */
export function partitionColumn(columns: readonly Column[]): Column | undefined {
  const column = timeColumnOf(columns);
  return column !== undefined && kindOf(column.type) !== undefined ? column : undefined;
}

/** The nonempty partitions of a series, in order of time, the one without times last. */
export async function findPartitions(
  builder: Builder,
  hostPaths: readonly string[],
  time: Column,
  parts: readonly [TemporalPart, ...TemporalPart[]],
  signal: AbortSignal | undefined,
): Promise<readonly Partition[]> {
  const finest = parts.at(-1) ?? parts[0];
  const start = sql`CAST(epoch(date_trunc(${literal(finest)}, ${timeSql(time)})) AS BIGINT)`;
  const rows = await builder.run(
    {
      statements: [sql`SELECT DISTINCT ${start} AS start FROM ${tableOf(hostPaths)} ORDER BY start NULLS LAST`],
      reads: hostPaths,
    },
    signal,
  );
  return rows.map(([value]) => {
    const startTime = value === null || value === undefined ? null : Number(value);
    const endTime = startTime === null ? null : partitionEnd(finest, startTime);
    const file = `${partitionFolder(parts, startTime)}/data_0.parquet`;
    return { file, startTime, endTime, where: condition(time, startTime, endTime) };
  });
}

/** SQL that merges Parquet files into one, columns by name, row order preserved. */
export function copySql(hostPaths: readonly string[], target: string): SqlText {
  return copyOf(tableOf(hostPaths), target, sql`true`);
}

/** A partition, and the host path of its file. */
interface PartitionTarget {
  readonly where: SqlText;
  readonly target: string;
}

/** Inputs up to this total size, bytes, are held in memory while they are partitioned. */
const keptBytesMax = 64_000_000;

/**
 * Statements that write partitions of Parquet files, as copySql writes the whole. Small files are read once: a single
 * row group would be read whole for each partition. Large files are filtered by their row groups.
 */
export function partitionSql(inputs: readonly HostFile[], partitions: readonly PartitionTarget[]): readonly SqlText[] {
  const table = tableOf(inputs.map(({ hostPath }) => hostPath));
  const sizeBytes = inputs.reduce((sum, input) => sum + input.sizeBytes, 0);
  if (partitions.length < 2 || sizeBytes > keptBytesMax) {
    return partitions.map(({ where, target }) => copyOf(table, target, where));
  }
  return [
    sql`CREATE TEMP TABLE kept_rows AS SELECT * FROM ${table}`,
    ...partitions.map(({ where, target }) => copyOf(sql`kept_rows`, target, where)),
  ];
}

function copyOf(table: SqlText, target: string, where: SqlText): SqlText {
  return sql`COPY (SELECT * FROM ${table} WHERE ${where}) TO ${literal(target)} (FORMAT parquet)`;
}

function tableOf(hostPaths: readonly string[]): SqlText {
  // Names of the files' folders are not columns.
  return sql`read_parquet(${literalList(hostPaths)}, union_by_name = true, hive_partitioning = false)`;
}

type TimeKind = 'seconds' | 'zoned' | 'plain';

function kindOf(type: string): TimeKind | undefined {
  if (isNumber(type)) return 'seconds';
  if (type === 'TIMESTAMP WITH TIME ZONE') return 'zoned';
  return isPointInTime(type) ? 'plain' : undefined;
}

/**
 * The converted time decides, as in the search for partitions. Comparing the raw column too, with a second of tolerance
 * for rounding, skips row groups of other times.
 */
function condition(time: Column, startTime: number | null, endTime: number | null): SqlText {
  const moment = timeSql(time);
  if (startTime === null || endTime === null) return sql`(${moment}) IS NULL`;
  const column = identifier(time.name);
  const raw = (seconds: number): SqlText => boundSql(kindOf(time.type), seconds);
  const [from, to] = [boundSql('plain', startTime), boundSql('plain', endTime)];
  const near = sql`${column} >= ${raw(startTime - 1)} AND ${column} < ${raw(endTime + 1)}`;
  return sql`${near} AND (${moment}) >= ${from} AND (${moment}) < ${to}`;
}

function boundSql(kind: TimeKind | undefined, seconds: number): SqlText {
  if (kind === 'seconds') return sql`${seconds}`;
  return kind === 'zoned' ? sql`to_timestamp(${seconds})` : sql`make_timestamp(${seconds}::BIGINT * 1000000)`;
}
