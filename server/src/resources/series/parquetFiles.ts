import { PondError } from '../../base/error.ts';
import { type HostFile } from '../../pond/types.ts';
import { type Reading, readingOf } from '../../query/formats.ts';
import { keyOf } from '../contentKey.ts';
import { type Job } from '../job.ts';
import { type Match } from '../derived.ts';
import { type Workshop } from '../workshop.ts';

/**
 * Returns an input as Parquet files: all parts of a series in their order, else one. Text and Arrow files are converted
 * first; none for a text file without a byte, which has neither rows nor columns. Fails `invalid-content`, with the
 * input's path, for what is no table.
 */
export async function parquetFilesOf(match: Match, workshop: Workshop, job: Job): Promise<readonly HostFile[]> {
  const reading = readingOf(match.type, match.name);
  if (reading === undefined) {
    const hint = 'Inputs are series, tables, and files that a query can read: CSV, JSON, Parquet and Arrow.';
    throw new PondError('invalid-content', `${match.path} is no table`, { path: match.path, hint });
  }
  const files = await match.files(job);
  if (reading.reader === 'read_parquet' && !reading.isArrow) return files;
  const written = reading.isArrow ? files : files.filter(({ sizeBytes }) => sizeBytes > 0);
  return await Promise.all(written.map((file) => converted(file, { match, reading, workshop, job })));
}

interface Conversion {
  readonly match: Match;
  readonly reading: Reading;
  readonly workshop: Workshop;
  readonly job: Job;
}

async function converted(file: HostFile, { match, reading, workshop, job }: Conversion): Promise<HostFile> {
  const { key, hostPath, sizeBytes } = file;
  const pondPath = match.path;
  const input = { name: pondPath, files: [{ hostPath, sizeBytes, pondPath, reading }] };
  return await workshop.file(
    keyOf('parquet', 1, key, reading.reader, reading.options, reading.isArrow),
    (target, { signal }) => workshop.builder.fromUserSql({ sql: 'FROM "$1"', input, tables: [], target }, signal),
    job,
  );
}
