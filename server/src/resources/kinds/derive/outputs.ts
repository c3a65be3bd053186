/**
 * Derived files of a Derive resource: `COLLECTION/NAME`, a series for each file that the collection's pattern matches.
 */
import { combineFormats, formatOfSpec, formatText, type StatedFormat } from '../../../documents/statedFormat.ts';
import { type TextFormatSpec } from '../../../documents/textFormat.ts';
import { isPondError } from '../../../base/error.ts';
import { type HostFile } from '../../../pond/hostFile.ts';
import { type InputFile, type InputSource } from '../../../sandbox/build.ts';
import { usesInputPath } from '../../../build/inputSql.ts';
import { type KeyPart, keyOf } from '../../../materialize/contentKey.ts';
import {
  type DerivedDirectory,
  type DerivedEntries,
  type DerivedFile,
  type InputMatcher,
  type Match,
} from '../../model/derivedContent.ts';
import { documentError } from '../../model/documentError.ts';
import { type Resource } from '../../model/kind.ts';
import { type Job } from '../../../base/job.ts';
import { titleOf } from '../../model/resourcePath.ts';
import { type Materializer } from '../../../materialize/materializer.ts';
import { sqlFailure } from '../../model/sqlFailure.ts';
import { readingOfMatch } from '../../series/readingOfMatch.ts';
import { type InputTable, inputTables } from './inputTables.ts';
import { outputNames } from './outputNames.ts';
import { type DeriveCollection, type DeriveSpec } from './spec.ts';

/** Increase if the same SQL over the same inputs must be built again. */
const recipeVersion = 3;

/**
 * Returns the collections of a resource. Patterns are matched when a collection is listed, and nothing runs before a
 * series is read.
 */
export function deriveOutputs(resource: Resource<DeriveSpec>, inputs: InputMatcher): DerivedEntries {
  return new Map(
    resource.spec.collections.map((collection, index) => [
      collection.name,
      directoryOf({ resource, collection, index }, inputs),
    ]),
  );
}

/** A collection of a resource. */
interface CollectionRef {
  readonly resource: Resource;
  readonly collection: DeriveCollection;
  /** 0-based, in the document. */
  readonly index: number;
}

function directoryOf(at: CollectionRef, inputs: InputMatcher): DerivedDirectory {
  const { pattern, query: sql } = at.collection;
  return {
    type: 'directory',
    list: async () => {
      const matches = await withDocument(at, () => inputs.match(pattern));
      const query = await queryOf(sql, inputs);
      const names = outputNames(pattern, matches);
      return new Map(
        matches.map((match, index) => {
          const name = names[index] ?? match.name;
          return [name, outputOf({ ...at, name, match, query })];
        }),
      );
    },
  };
}

/** The SQL of a collection, with the properties that all of its outputs share, computed once. */
interface Query {
  readonly sql: string;
  readonly tables: readonly InputTable[];
  readonly usesPath: boolean;
  /** The part of a key that depends on the SQL and its tables. */
  readonly key: string;
  /** Latest modification of the tables; 0 if there are none. */
  readonly modifiedUs: number;
}

async function queryOf(sql: string, inputs: InputMatcher): Promise<Query> {
  const tables = await inputTables(inputs, sql);
  const parts = tables.map(({ name, matches }) => [name, ...matches.map((match) => inputPart(match, true))]);
  const times = tables.flatMap(({ matches }) => matches.map(({ modifiedUs }) => modifiedUs));
  const modifiedUs = times.reduce((latest, time) => Math.max(latest, time), 0);
  return {
    sql,
    tables,
    usesPath: usesInputPath(sql),
    key: keyOf('Derive query', recipeVersion, sql, parts),
    modifiedUs,
  };
}

interface Output extends CollectionRef {
  readonly name: string;
  readonly match: Match;
  readonly query: Query;
}

function outputOf(output: Output): DerivedFile {
  const { resource, match, query } = output;
  const { format } = output.collection;
  const stated = format === undefined ? [] : [formatText(formatOfSpec(format))];
  const key = keyOf('Derive', query.key, inputPart(match, query.usesPath), ...stated);
  return {
    type: 'series',
    key,
    modifiedUs: Math.max(resource.modifiedUs, match.modifiedUs, query.modifiedUs),
    make: async (materializer, job) => [
      await materializer.file(key, (target, shared) => make(output, { materializer, target, job: shared }), job),
    ],
  };
}

/** The part of a key that depends on a file: its content, its format, and its path if rows may contain it. */
function inputPart(match: Match, withPath: boolean): KeyPart {
  const reading = readingOfMatch(match);
  const read =
    reading === undefined
      ? null
      : [reading.reader, reading.options, reading.compression ?? null, reading.converted ?? false];
  return [match.key, read, withPath ? match.path : (/\.(gz|zst)$/i.exec(match.name)?.[0] ?? null)];
}

async function make(
  output: Output,
  { materializer, target, job }: { readonly materializer: Materializer; readonly target: string; readonly job: Job },
): Promise<void> {
  const { resource, collection, index, match, query } = output;
  const { sql } = query;
  const files = await filesOf(match, job, collection.format);
  const tables: InputSource[] = [];
  for (const table of query.tables) tables.push(await sourceOf(table, job));
  try {
    await materializer.builder.fromUserSql({ sql, input: { name: match.path, files }, tables, target }, job.signal);
  } catch (error) {
    const name = `${collection.name}/${output.name} of ${match.path}`;
    throw sqlFailure(error, { resource, query: ['collections', index, 'query'], output: name });
  }
}

/** The format of an input. `section` is the one in the document, which overrides what is stated for the file. */
export function formatOfInput(match: Match, section: TextFormatSpec | undefined): StatedFormat | undefined {
  const stated = [match.format?.(), section && formatOfSpec(section)].filter((each) => each !== undefined);
  return match.type === 'file' ? combineFormats(match.path, stated) : undefined;
}

async function filesOf(match: Match, job: Job, section?: TextFormatSpec): Promise<readonly InputFile[]> {
  const format = formatOfInput(match, section);
  const reading = readingOfMatch(match, format !== undefined);
  const { path: pondPath, type } = match;
  const named = (file: HostFile) => ({ ...file, pondPath, type, reading, ...(format && { format }) });
  return (await match.files(job)).map(named);
}

async function sourceOf({ name, matches }: InputTable, job: Job): Promise<InputSource> {
  const files: InputFile[] = [];
  for (const match of matches) files.push(...(await filesOf(match, job)));
  return { name, files };
}

/** Reports a pattern that cannot be matched as an error of the document. */
async function withDocument<T>({ resource, collection, index }: CollectionRef, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isPondError(error, 'invalid-path')) throw error;
    const message = `${titleOf(resource)} has a pattern for ${collection.name} that matches nothing: ${error.message}`;
    const at = ['collections', index, 'pattern'];
    throw documentError(resource, 'resource-invalid', message, { at, cause: error });
  }
}
