/** The inputs of a query as Parquet files, and the SQL that gives them their names. */
import { PondError } from '../../../base/error.ts';
import { mapLimit } from '../../../base/mapLimit.ts';
import { tokenize } from '../../../base/sqlTokens.ts';
import { identifier, joinSql, sql, type SqlText } from '../../../duckdb/sql.ts';
import { castSql, type SqlType } from '../../../duckdb/sqlType.ts';
import { type HostFile } from '../../../pond/hostFile.ts';
import { exactUnion } from '../../../sandbox/exactTypes.ts';
import { type FileFacts } from '../../../sandbox/build.ts';
import { type Column } from '../../../protocol/results.ts';
import { type Job } from '../../../base/job.ts';
import { keyOf } from '../../../materialize/contentKey.ts';
import { type Materializer } from '../../../materialize/materializer.ts';
import { type Match } from '../../model/derivedContent.ts';
import { type InputRun, inputRuns, runOfOne, runOrEach } from '../../series/inputRuns.ts';
import { parquetFilesOfRun } from '../../series/parquetFiles.ts';
import { textSource } from '../../series/textSource.ts';
import { type Period } from '../../series/periods.ts';
import { writeParquet } from '../../series/readParquet.ts';
import { timeSql } from '../../series/time.ts';

/** Number of runs of inputs in progress at a time. */
const runsAtOnce = 2;

/** A file of an input. */
export interface TableFile extends HostFile {
  /** Of the file of the pond, the first of several, for messages. */
  readonly pondPath: string;
}

/** An input of a query with its files. */
export interface QueryTable {
  readonly name: string;
  readonly pattern: string;
  /** At least one. */
  readonly files: readonly TableFile[];
  /** Of all its files. */
  readonly facts: FileFacts;
  /** A file without rows that has the columns of all files, where these differ: a part may read only some of them. */
  readonly schema?: HostFile;
  /** The column with the time of its parts; undefined for an input that is whole in each part. */
  readonly time: Column | undefined;
}

/** An input in the document, with its matches. */
export interface MatchedInput {
  readonly name: string;
  readonly pattern: string;
  readonly matches: readonly Match[];
}

/** Parts of a query that decide how its inputs are read. */
interface TableUse {
  /** Name of the column with the time of its parts; undefined for a result of one part. */
  readonly timeColumn: string | undefined;
  /** True where the path of the file of each row may be part of the result. */
  readonly showsPaths: boolean;
}

/** Returns an input as a table. Fails `not-found` without a file, and as parquetFilesOf. */
export async function tableOf(
  { name, pattern, matches }: MatchedInput,
  { timeColumn, showsPaths }: TableUse,
  materializer: Materializer,
  job: Job,
): Promise<QueryTable> {
  const inputs = { matches, source: textSource(matches), isOneTable: true };
  const runs = showsPaths ? matches.map(runOfOne) : await inputRuns(inputs, materializer, job);
  const filesOf = async (run: InputRun): Promise<readonly TableFile[]> => {
    const found = await parquetFilesOfRun(run, inputs, materializer, job);
    return found.map((file) => ({ ...file, pondPath: run.matches[0]!.path }));
  };
  const files = (await mapLimit(runs, runsAtOnce, (run) => runOrEach(run, filesOf))).flat();
  if (files.length === 0) {
    throw new PondError('not-found', `no file with content is at ${pattern}`, { path: pattern });
  }
  const facts = await exactFacts(files, materializer, job);
  const schema = facts.isAlike ? undefined : await schemaFile(facts, materializer, job);
  const time = facts.columns.find((column) => column.name.toLowerCase() === timeColumn?.toLowerCase());
  // Fails for a type that is not a time.
  if (time !== undefined) timeSql(time);
  return { name, pattern, files, facts, time, ...(schema && { schema }) };
}

/** Facts of files, with types of columns that hold the values of all. */
async function exactFacts(files: readonly HostFile[], materializer: Materializer, job: Job): Promise<FileFacts> {
  const facts = await materializer.inspect(files, job);
  if (facts.isAlike) return facts;
  const types = new Map<string, SqlType[]>();
  for (const file of files) {
    for (const { name, type } of (await materializer.inspect([file], job)).columns) {
      const key = name.toLowerCase();
      types.set(key, [...(types.get(key) ?? []), type]);
    }
  }
  const columns = facts.columns.map(({ name, type }) => ({
    name,
    type: exactUnion([...new Set(types.get(name.toLowerCase()))], type),
  }));
  return { ...facts, columns };
}

async function schemaFile({ columns }: FileFacts, materializer: Materializer, job: Job): Promise<HostFile> {
  const key = keyOf('query schema', 1, ...columns.map(({ name, type }) => [name, type]));
  const nulls = columns.map(({ name, type }) => sql`${castSql(sql`NULL`, type)} AS ${identifier(name)}`);
  const write = async (target: string, { signal }: Job): Promise<void> => {
    const statements = [writeParquet(sql`SELECT ${joinSql(nulls)} WHERE false`, target)];
    await materializer.builder.run({ statements, writes: [target] }, signal);
  };
  return await materializer.file(key, write, job);
}

/**
 * Returns the SQL of a query in which the names of its inputs are tables: after one line that names them. With a period,
 * tables with a time have the rows of the period.
 */
export function namedSql(query: string, tables: readonly QueryTable[], period: Period | undefined): string {
  const named = tables.map((table) => sql`${identifier(table.name)} AS (${rowsSql(table, period)})`);
  return `${sql`WITH ${joinSql(named)} FROM (`}\n${withoutEnd(query)}\n)`;
}

/** Number of lines of namedSql before the query. */
export const linesBefore = 1;

/** All columns with the types of all files, also where a part reads only some of the files. */
function rowsSql({ pattern, facts, time }: QueryTable, period: Period | undefined): SqlText {
  const columns = facts.columns.map(({ name, type }) => sql`${castSql(identifier(name), type)} AS ${identifier(name)}`);
  const selected = facts.isAlike ? sql`*` : joinSql(columns);
  const isWithin =
    period === undefined || time === undefined
      ? sql``
      : sql` WHERE ${timeSql(time)} >= make_timestamp(${period.startUs}) AND ${timeSql(time)} < make_timestamp(${period.endUs})`;
  return sql`SELECT ${selected} FROM ${identifier(pattern)}${isWithin}`;
}

/** A semicolon at the end, which a query in parentheses cannot have, becomes a space. */
function withoutEnd(query: string): string {
  const tokens = tokenize(query);
  const last = tokens.findLastIndex(({ kind, text }) => !(kind === 'symbol' && text === ';'));
  const ends = tokens.slice(last + 1).map(({ start }) => start);
  return ends.reduce((text, at) => `${text.slice(0, at)} ${text.slice(at + 1)}`, query);
}
