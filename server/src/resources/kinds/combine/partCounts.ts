/**
 * Numbers of rows that a part was written from. They are in the metadata of its file, because its build knows them
 * anyway: a run reads the footers and no row.
 */
import { PondError } from '../../../base/error.ts';
import { literal, literalList, sql } from '../../../duckdb/sql.ts';
import { type Job } from '../../../base/job.ts';
import { type HostFile } from '../../../pond/hostFile.ts';
import { type Materializer } from '../../../materialize/materializer.ts';

/** Facts that a build knows about one series in a part. */
export interface SeriesCount {
  /** Number of rows in the period, thus with a valid time. */
  readonly timed: number;
  /** True if its times increase from row to row, so that each occurs once. */
  readonly isRising: boolean;
}

/** Counts of the file of a part. */
interface PartCounts {
  /** Number of rows of the part. */
  readonly rows: number;
  /** One for each series of the part, in its order. */
  readonly series: readonly SeriesCount[];
}

/** Key in the metadata of the file. */
const countsKey = 'duckpond_rows';

/** Returns the metadata with the counts of each series; the text is such as `1000 rising, 20 mixed`. */
export function countsMetadata(series: readonly SeriesCount[]): Readonly<Record<string, string>> {
  return { [countsKey]: series.map(({ timed, isRising }) => `${timed} ${isRising ? 'rising' : 'mixed'}`).join(', ') };
}

/** Returns the counts of files that writeRows wrote, in their order. Fails `run-failed` for any other file. */
export async function readCounts(
  files: readonly HostFile[],
  { builder }: Materializer,
  { signal }: Job,
): Promise<readonly PartCounts[]> {
  if (files.length === 0) return [];
  const reads = [...new Set(files.map(({ hostPath }) => hostPath))];
  const list = literalList(reads);
  const joined = sql`parquet_file_metadata(${list}) JOIN parquet_kv_metadata(${list}) USING (file_name)`;
  const isCounts = sql`decode(key) = ${literal(countsKey)}`;
  const counts = sql`SELECT file_name, num_rows, decode(value) FROM ${joined} WHERE ${isCounts}`;
  const found = new Map(
    (await builder.run({ statements: [counts], reads }, signal)).map(([path, rows, text]) => [
      String(path),
      { rows: Number(rows), series: parseCounts(String(text)) },
    ]),
  );
  return files.map(({ hostPath }) => found.get(hostPath) ?? fail(`expected metadata ${countsKey}, got none`));
}

function parseCounts(text: string): readonly SeriesCount[] {
  return text.split(', ').map((one) => {
    const [, timed, order] = /^(\d+) (rising|mixed)$/.exec(one) ?? [];
    if (timed === undefined) fail(`expected a number of rows and their order, got ${one}`);
    return { timed: Number(timed), isRising: order === 'rising' };
  });
}

function fail(message: string): never {
  throw new PondError('run-failed', `a derived file in the cache: ${message}`, {
    hint: 'Empty the cache folder of this user: derived files are built again.',
  });
}
