import { assert } from '../../base/assert.ts';
import { formatText } from '../../documents/statedFormat.ts';
import { PondError } from '../../base/error.ts';
import { type HostFile } from '../../pond/hostFile.ts';
import { type Reading, readingVersion } from '../../sandbox/formats.ts';
import { identifier, joinSql, sql } from '../../duckdb/sql.ts';
import { type ColumnsByOthers } from '../../sandbox/textTables/findNotation.ts';
import { mapLimit } from '../../base/mapLimit.ts';
import { type InputFile } from '../../sandbox/build.ts';
import { keyOf } from '../../materialize/contentKey.ts';
import { type Job } from '../../base/job.ts';
import { type Match } from '../model/derivedContent.ts';
import { type Materializer } from '../../materialize/materializer.ts';
import { readingOfMatch } from './readingOfMatch.ts';
import { type InputRun, keyOfTexts, notationOf, type ReadText, sourceFiles, withTypes } from './inputRuns.ts';
import { type SharedNotation, type TextSource } from './textSource.ts';

/** An input, and the source that it is a file of. */
interface SourceInput {
  readonly match: Match;
  readonly source: TextSource;
  /** True where each column has one type in all files of the source, as in a query: text where their kinds differ. */
  readonly isOneTable?: boolean;
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
  const { match, source, isOneTable = false } = input;
  const reading = readingOfMatch(match);
  if (reading === undefined) {
    const hint = 'Inputs are series, tables, and files that a query can read: CSV, JSON, Parquet, Arrow and Excel.';
    throw new PondError('invalid-content', `${match.path} is not a table`, { path: match.path, hint });
  }
  const files = await match.files(job);
  const conversion = { match, reading, materializer, job };
  if (reading.reader === 'read_parquet' && reading.converted === undefined) {
    if (match.type === 'series') return files;
    return await Promise.all(files.map((file) => readableParquet(file, conversion)));
  }
  const written = reading.converted !== undefined ? files : files.filter(({ sizeBytes }) => sizeBytes > 0);
  const shared = await source.notationFor(match, materializer, job);
  const columns = isOneTable ? await source.columnsFor(match, materializer, job) : undefined;
  return await Promise.all(written.map((file) => converted(file, { ...conversion, shared, columns })));
}

/** Returns the inputs of a run as Parquet files: see parquetFilesOf. */
export async function parquetFilesOfRun(
  { matches, texts }: InputRun,
  input: Omit<SourceInput, 'match'>,
  materializer: Materializer,
  job: Job,
): Promise<readonly HostFile[]> {
  if (texts !== undefined) return [await convertedRun(texts, materializer, job)];
  const files = await mapLimit(matches, 1, (match) => parquetFilesOf({ ...input, match }, materializer, job));
  return files.flat();
}

/** The rows of text files in their order. */
async function convertedRun(texts: readonly ReadText[], materializer: Materializer, job: Job): Promise<HostFile> {
  const notation = notationOf(texts);
  const [first, ...others] = texts.map(({ empty }) => empty);
  // A column that one of them has a value of is NULL in the rows of the others.
  const empty = (first ?? []).filter((name) => others.every((names) => names.includes(name)));
  const write = async (target: string, shared: Job): Promise<void> => {
    const files = (await sourceFiles(texts, shared)).map((file): InputFile => ({ ...file, type: 'file' }));
    const build = { sql: queryWithout(empty), input: { name: files[0]!.pondPath, files }, tables: [], target };
    await materializer.builder.fromUserSql({ ...build, ...(notation && { notation }) }, shared.signal);
  };
  return await materializer.file(keyOf('parquet of texts', readingVersion, keyOfTexts(texts)), write, job);
}

const queryWithout = (columns: readonly string[]): string =>
  columns.length === 0 ? 'FROM "$1"' : sql`SELECT * EXCLUDE (${joinSql(columns.map(identifier))}) FROM "$1"`;

interface Conversion {
  readonly match: Match;
  readonly reading: Reading;
  readonly materializer: Materializer;
  readonly job: Job;
}

/** The parts of a conversion that other files decide. */
interface ByOthers {
  readonly shared: SharedNotation | undefined;
  readonly columns: ColumnsByOthers | undefined;
}

async function converted(file: HostFile, conversion: Conversion & ByOthers): Promise<HostFile> {
  const { match, reading, materializer, job, shared, columns } = conversion;
  const pondPath = match.path;
  const format = withTypes(match.format?.(), columns?.types);
  const empty = columns?.empty ?? [];
  const query = queryWithout(empty);
  const input = {
    name: pondPath,
    files: [{ ...file, pondPath, type: match.type, reading, ...(format && { format }) }],
  };
  const others = shared === undefined ? null : JSON.stringify(shared.decided);
  const stated = format === undefined ? [] : [formatText(format)];
  return await materializer.file(
    keyOf('parquet', readingVersion, file.key, JSON.stringify(reading), others, ...stated, ...empty),
    (target, { signal }) =>
      materializer.builder.fromUserSql(
        { sql: query, input, tables: [], target, ...(shared && { notation: shared.notation }) },
        signal,
      ),
    job,
  );
}

/**
 * Returns a Parquet file that anyone may have written as it is, or with its durations converted. Fails as a build, which
 * refuses what DuckDB would change.
 */
async function readableParquet(file: HostFile, conversion: Conversion): Promise<HostFile> {
  const { match, reading, materializer } = conversion;
  const { path: pondPath, type } = match;
  const input = { name: pondPath, files: [{ ...file, pondPath, type, reading }] };
  const find = async (job: Job): Promise<readonly HostFile[]> => {
    const write = async (target: string, { signal }: Job): Promise<void> =>
      await materializer.builder.fromUserSql({ sql: 'FROM "$1" LIMIT 0', input, tables: [], target }, signal);
    const columns = await materializer.file(keyOf('readable parquet', readingVersion, file.key), write, job);
    const [read, stored] = await Promise.all([columns, file].map((each) => materializer.inspect([each], job)));
    if (stored?.columns.some(({ type }, at) => type === 'BIGINT' && read?.columns[at]?.type !== type) !== true)
      return [file];
    return [await converted(file, { ...conversion, job, shared: undefined, columns: undefined })];
  };
  const [readable] = await materializer.files(keyOf('parquet as read', readingVersion, file.key), find, conversion.job);
  assert(readable !== undefined, () => 'a Parquet file is read as one');
  return readable;
}
