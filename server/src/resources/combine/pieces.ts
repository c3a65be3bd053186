/** What a scope is made of: the files that its patterns match, with what is in them. */
import { isPondError, PondError } from '../../base/error.ts';
import { literalList } from '../../duckdb/sql.ts';
import { type HostFile } from '../../pond/types.ts';
import { type FileFacts } from '../../query/build.ts';
import { type Job } from '../job.ts';
import { type Match } from '../derived.ts';
import { parquetFilesOf } from '../series/parquetFiles.ts';
import { sideBySide } from '../series/sideBySide.ts';
import { timeColumnOf } from '../series/time.ts';
import { type Workshop } from '../workshop.ts';

/** Files that need not be told apart: one, or several versions of a series that have the same columns. */
export interface Piece {
  /** Absolute pond path, for people. */
  readonly path: string;
  /** 0-based index of the series in the document. */
  readonly series: number;
  /** In the order in which a later one wins. */
  readonly files: readonly HostFile[];
  readonly facts: FileFacts;
}

/** Up to so many files of an input are looked into one by one. */
const aloneMax = 16;

/** So many files are looked into together. A new version changes the last such batch only. */
const batchSize = 64;

/** So many inputs are looked into, and made where need be, side by side. */
const inputsAtOnce = 4;

/** So many batches of an input are looked into side by side. */
const batchesAtOnce = 2;

/**
 * Returns the pieces of the files that the patterns of each series match, in the order in which a later one wins within
 * its series. Fails `invalid-content`, with the input's path, for what is no series.
 */
export async function gatherPieces(
  title: string,
  matched: readonly (readonly Match[])[],
  workshop: Workshop,
  job: Job,
): Promise<readonly Piece[]> {
  const inputs = matched.flatMap((matches, series) => matches.map((match) => ({ series, match })));
  const pieces = await sideBySide(inputs, inputsAtOnce, async ({ series, match }) => {
    const { path } = match;
    try {
      const batches = await inspectBatches(await parquetFilesOf(match, workshop, job), workshop, job);
      requireTime(path, batches);
      return batches.map((batch): Piece => ({ path, series, ...batch }));
    } catch (error) {
      throw inputError(title, path, error);
    }
  });
  return pieces.flat();
}

/** Returns a piece for each file of a piece. */
export async function takeApart(piece: Piece, workshop: Workshop, job: Job): Promise<readonly Piece[]> {
  const files = piece.files.map((file) => [file]);
  return (await inspectAll(files, workshop, job)).map((batch) => ({ ...piece, ...batch }));
}

type Batch = Pick<Piece, 'files' | 'facts'>;

async function inspectAll(
  batches: readonly (readonly HostFile[])[],
  workshop: Workshop,
  job: Job,
): Promise<readonly Batch[]> {
  return await sideBySide(batches, batchesAtOnce, async (files) => ({
    files,
    facts: await workshop.inspect(files, job),
  }));
}

async function inspectBatches(files: readonly HostFile[], workshop: Workshop, job: Job): Promise<readonly Batch[]> {
  const batches = files.length <= aloneMax ? files.map((file) => [file]) : await batchesOf(files, workshop, job);
  return await inspectAll(batches, workshop, job);
}

/** Files with the same columns: read as one table, differences would not be seen. */
async function batchesOf(
  files: readonly HostFile[],
  { builder }: Workshop,
  { signal }: Job,
): Promise<readonly (readonly HostFile[])[]> {
  const rows = await builder.run([schemasSql(files.map(({ hostPath }) => hostPath))], signal);
  const schemas = new Map(rows.map(([hostPath, schema]) => [hostPath, schema]));
  const batches: HostFile[][] = [];
  for (const [index, file] of files.entries()) {
    const isAlike = index > 0 && schemas.get(file.hostPath) === schemas.get(files[index - 1]!.hostPath);
    if (isAlike && index % batchSize !== 0) batches.at(-1)!.push(file);
    else batches.push([file]);
  }
  return batches;
}

/** The SQL for host paths of Parquet files, each with a text that is the same for the same columns. */
export function schemasSql(hostPaths: readonly string[]): string {
  const column = '[name, type, logical_type, duckdb_type]';
  return `SELECT file_name, list(${column} ORDER BY ${column})::VARCHAR FROM parquet_schema(${literalList(hostPaths)}) GROUP BY file_name`;
}

function requireTime(path: string, batches: readonly Batch[]): void {
  if (batches.some(({ facts }) => timeColumnOf(facts.columns) !== undefined)) return;
  throw new PondError('invalid-content', `${path} has no column Timestamp`, {
    path,
    hint: 'Series are combined by time: name the column with the time Timestamp by a Derive resource.',
  });
}

/** Names the resource and the input, unless the error is about something else: the document that makes the input. */
function inputError(title: string, path: string, error: unknown): unknown {
  if (!isPondError(error) || error.code === 'cancelled' || error.code === 'untrusted') return error;
  if (error.path !== undefined && error.path !== path) return error;
  const { code, message, hint } = error;
  const place = error.path === undefined ? `${path}: ` : '';
  return new PondError(code, `${title}: ${place}${message}`, {
    path,
    cause: error,
    ...(hint === undefined ? {} : { hint }),
  });
}
