import { formatText } from '../../documents/statedFormat.ts';
import { PondError } from '../../base/error.ts';
import { type HostFile } from '../../pond/hostFile.ts';
import { type Reading, readingVersion } from '../../sandbox/formats.ts';
import { keyOf } from '../../materialize/contentKey.ts';
import { type Job } from '../../base/job.ts';
import { type Match } from '../model/derivedContent.ts';
import { type Materializer } from '../../materialize/materializer.ts';
import { readingOfMatch } from './readingOfMatch.ts';
import { type SharedNotation, type TextSource } from './textSource.ts';

/** An input, and the source that it is a file of. */
interface SourceInput {
  readonly match: Match;
  readonly source: TextSource;
}

/**
 * Returns an input as Parquet files: all parts of a series in order, otherwise one file. Other files are
 * converted first; an empty text file gives none, because it has neither rows nor columns. Fails `invalid-content`,
 * with the input's path, for content that is not a table, and `ambiguous-dates`.
 */
export async function parquetFilesOf(
  input: SourceInput,
  materializer: Materializer,
  job: Job,
): Promise<readonly HostFile[]> {
  const { match, source } = input;
  const reading = readingOfMatch(match);
  if (reading === undefined) {
    const hint = 'Inputs are series, tables, and files that a query can read: CSV, JSON, Parquet, Arrow and Excel.';
    throw new PondError('invalid-content', `${match.path} is not a table`, { path: match.path, hint });
  }
  const files = await match.files(job);
  const conversion = { match, reading, materializer, job };
  if (reading.reader === 'read_parquet' && reading.converted === undefined) {
    if (match.type === 'file') for (const file of files) await requireReadable(file, conversion);
    return files;
  }
  const written = reading.converted !== undefined ? files : files.filter(({ sizeBytes }) => sizeBytes > 0);
  const shared = await source.notationFor(match, materializer, job);
  return await Promise.all(written.map((file) => converted(file, { ...conversion, ...(shared && { shared }) })));
}

interface Conversion {
  readonly match: Match;
  readonly reading: Reading;
  readonly materializer: Materializer;
  readonly job: Job;
  readonly shared?: SharedNotation;
}

async function converted(file: HostFile, conversion: Conversion): Promise<HostFile> {
  const { match, reading, materializer, job, shared } = conversion;
  const pondPath = match.path;
  const format = match.format?.();
  const input = {
    name: pondPath,
    files: [{ ...file, pondPath, type: match.type, reading, ...(format && { format }) }],
  };
  const others = shared === undefined ? null : JSON.stringify(shared.decided);
  const stated = format === undefined ? [] : [formatText(format)];
  return await materializer.file(
    keyOf('parquet', readingVersion, file.key, JSON.stringify(reading), others, ...stated),
    (target, { signal }) =>
      materializer.builder.fromUserSql(
        { sql: 'FROM "$1"', input, tables: [], target, ...(shared && { notation: shared.notation }) },
        signal,
      ),
    job,
  );
}

/** Builds no row of a Parquet file that anyone may have written, as a build refuses what DuckDB would change. */
async function requireReadable(file: HostFile, { match, reading, materializer, job }: Conversion): Promise<void> {
  const { path: pondPath, type } = match;
  const input = { name: pondPath, files: [{ ...file, pondPath, type, reading }] };
  await materializer.file(
    keyOf('readable parquet', readingVersion, file.key),
    (target, { signal }) =>
      materializer.builder.fromUserSql({ sql: 'FROM "$1" LIMIT 0', input, tables: [], target }, signal),
    job,
  );
}
