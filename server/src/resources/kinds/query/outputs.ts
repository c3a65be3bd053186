/** Derived files of a Query resource: `QUERY/result`, a series of one part, or of one for each calendar period. */
import { PondError } from '../../../base/error.ts';
import { mapLimit } from '../../../base/mapLimit.ts';
import { type HostFile } from '../../../pond/hostFile.ts';
import { type InputSource } from '../../../sandbox/build.ts';
import { namesFilename } from '../../../sandbox/filenameColumn.ts';
import { readingOf } from '../../../sandbox/formats.ts';
import { type KeyPart, keyOf } from '../../../materialize/contentKey.ts';
import { type Materializer } from '../../../materialize/materializer.ts';
import { type Job } from '../../../base/job.ts';
import {
  type DerivedDirectory,
  type DerivedEntries,
  type DerivedFile,
  type InputMatcher,
} from '../../model/derivedContent.ts';
import { type Resource } from '../../model/kind.ts';
import { sqlFailure } from '../../model/sqlFailure.ts';
import { type Period, periodsBetween, type PeriodUnit } from '../../series/periods.ts';
import { matchKey } from '../../series/readingOfMatch.ts';
import { filePeriods } from './filePeriods.ts';
import { type NamedQuery, type QuerySpec } from './spec.ts';
import { linesBefore, type MatchedInput, namedSql, type QueryTable, type TableFile, tableOf } from './tables.ts';

/** Increase if the same SQL over the same inputs must be built again. */
const recipeVersion = 5;

/** Name of the only series in the directory of a query. */
const seriesName = 'result';

/** Number of inputs, files and parts in progress at a time. */
const concurrencyMax = 2;

/** A query of a resource. */
export interface QueryRef {
  readonly resource: Resource;
  readonly query: NamedQuery;
  /** 0-based, in the document. */
  readonly index: number;
}

/** Returns a directory for each query, with one series, `result`. */
export function deriveQueries(resource: Resource<QuerySpec>, inputs: InputMatcher): DerivedEntries {
  return new Map(
    resource.spec.queries.map((query, index) => [query.name, directoryOf({ resource, query, index }, inputs)]),
  );
}

function directoryOf(at: QueryRef, inputs: InputMatcher): DerivedDirectory {
  return {
    type: 'directory',
    list: async () => new Map([[seriesName, resultOf(at, await matchInputs(at.query, inputs))]]),
  };
}

/** Returns the inputs of a query with their matches. */
export async function matchInputs(query: NamedQuery, inputs: InputMatcher): Promise<readonly MatchedInput[]> {
  return await mapLimit(query.inputs, 1, async ({ name, pattern }) => {
    return { name, pattern, matches: await inputs.match(pattern) };
  });
}

function resultOf(at: QueryRef, matched: readonly MatchedInput[]): DerivedFile {
  const { resource, query } = at;
  const showsPaths = namesFilename(query.query);
  const keys = matched.map(({ name, matches }): KeyPart => [
    name,
    ...matches.map((match) => [...matchKey(match), showsPaths ? match.path : null]),
  ]);
  const times = matched.flatMap(({ matches }) => matches.map(({ modifiedUs }) => modifiedUs));
  return {
    type: 'series',
    key: keyOf('Query', recipeVersion, query.query, query.parts ?? null, query.time ?? null, keys),
    modifiedUs: times.reduce((latest, time) => Math.max(latest, time), resource.modifiedUs),
    make: (materializer, job) => makeResult(at, matched, materializer, job),
  };
}

async function makeResult(
  at: QueryRef,
  matched: readonly MatchedInput[],
  materializer: Materializer,
  job: Job,
): Promise<readonly HostFile[]> {
  const { resource, query, index } = at;
  const tables = await tablesOf(at, matched, materializer, job);
  const { parts } = query;
  if (parts === undefined) return [await makePart(at, { tables, period: undefined }, materializer, job)];
  if (tables.every(({ time }) => time === undefined)) {
    const error = new PondError('invalid-content', `no input has a column "${query.time}"`, {
      hint: 'Name the column with the time of an input in `time`, or leave out `parts`.',
    });
    throw sqlFailure(error, { resource, query: ['queries', index, 'time'], output: query.name });
  }
  const planned = await planParts(tables, parts, materializer, job);
  // Without any row the result has no part of its own, but the columns of the query.
  if (planned.length === 0) return [await makePart(at, { tables, period: undefined }, materializer, job)];
  let done = 0;
  return await mapLimit(planned, concurrencyMax, async (part) => {
    const file = await makePart(at, part, materializer, job);
    job.progress?.(query.name, ++done, planned.length);
    return file;
  });
}

/** Returns the tables of a query. Fails at the position of an input without files. */
export async function tablesOf(
  { resource, query, index }: QueryRef,
  matched: readonly MatchedInput[],
  materializer: Materializer,
  job: Job,
): Promise<readonly QueryTable[]> {
  const timeColumn = query.parts === undefined ? undefined : query.time;
  const use = { timeColumn, showsPaths: namesFilename(query.query) };
  return await mapLimit([...matched.entries()], concurrencyMax, async ([at, input]) => {
    try {
      return await tableOf(input, use, materializer, job);
    } catch (error) {
      throw sqlFailure(error, { resource, query: ['queries', index, 'inputs', at, 'pattern'], output: query.name });
    }
  });
}

/** A run of a query over the files that have rows for it. */
interface QueryPart {
  readonly tables: readonly QueryTable[];
  /** Undefined for all rows. */
  readonly period: Period | undefined;
}

/** The parts, in time order: a part has the files with rows in its period, and whole inputs without a time. */
async function planParts(
  tables: readonly QueryTable[],
  unit: PeriodUnit,
  materializer: Materializer,
  job: Job,
): Promise<readonly QueryPart[]> {
  const found = await mapLimit(tables, concurrencyMax, async ({ files, time }) => {
    if (time === undefined) return undefined;
    const starts = new Map<bigint, TableFile[]>();
    for (const file of files) {
      for (const start of (await filePeriods(file, { unit, time }, materializer, job)).startsUs) {
        starts.set(start, [...(starts.get(start) ?? []), file]);
      }
    }
    return starts;
  });
  const all = [...new Set(found.flatMap((starts) => [...(starts?.keys() ?? [])]))].sort((a, b) => (a < b ? -1 : 1));
  return all.map((start) => {
    const own = tables.map((table, i): QueryTable => {
      const files = found[i] === undefined ? table.files : (found[i].get(start) ?? table.files.slice(0, 1));
      return { ...table, files };
    });
    return { tables: own, period: periodsBetween(start, start, unit)[0] };
  });
}

async function makePart(
  { resource, query, index }: QueryRef,
  { tables, period }: QueryPart,
  materializer: Materializer,
  job: Job,
): Promise<HostFile> {
  const keys = tables.map(({ name, files, facts, schema }): KeyPart => [
    name,
    schema === undefined ? null : facts.columns.map((column) => [column.name, column.type]),
    ...files.map(({ key, pondPath }) => (namesFilename(query.query) ? [key, pondPath] : key)),
  ]);
  const bounds = period === undefined ? null : [String(period.startUs), String(period.endUs), query.time ?? null];
  const key = keyOf('Query part', recipeVersion, query.query, bounds, keys);
  const write = async (target: string, { signal }: Job): Promise<void> => {
    const [input, ...others] = sourcesOf(tables);
    try {
      const sql = namedSql(query.query, tables, period);
      await materializer.builder.fromUserSql({ sql, input: input!, tables: others, target }, signal);
    } catch (error) {
      const at = { resource, query: ['queries', index, 'query'], output: `${query.name}/${seriesName}` };
      throw sqlFailure(atWritten(error), at);
    }
  };
  return await materializer.file(key, write, job);
}

/** One source for each pattern: two inputs may have the same. */
function sourcesOf(tables: readonly QueryTable[]): readonly InputSource[] {
  const sources = new Map<string, InputSource>();
  const named = { type: 'series', reading: readingOf('series', seriesName) } as const;
  for (const { pattern, files, schema } of tables) {
    const all = schema === undefined ? files : [{ ...schema, pondPath: pattern }, ...files];
    sources.set(pattern, { name: pattern, files: all.map((file) => ({ ...file, ...named })) });
  }
  return [...sources.values()];
}

/** The error with its position in the query as written. */
function atWritten(error: unknown): unknown {
  if (!(error instanceof PondError) || error.position === undefined) return error;
  const { line, character } = error.position;
  const position = { line: Math.max(0, line - linesBefore), character };
  return error.with({ position, cause: error.cause });
}
