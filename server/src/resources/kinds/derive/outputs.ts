/**
 * Derived files of a Derive resource: `COLLECTION/NAME`, a series for each file that the collection's pattern matches.
 */
import { isPondError, PondError } from '../../../base/error.ts';
import { type HostFile } from '../../../pond/types.ts';
import { type InputFile, type InputSource } from '../../../sandbox/build.ts';
import { readingOf } from '../../../sandbox/formats.ts';
import { usesInputPath } from '../../../build/inputSql.ts';
import { type KeyPart, keyOf } from '../../../materialize/contentKey.ts';
import { type Derive, type Resource } from '../../model/kind.ts';
import { type DerivedDirectory, type DerivedFile, type InputMatcher, type Match } from '../../model/derivedContent.ts';
import { type Job } from '../../../base/job.ts';
import { documentName, resourceDirectory, titleOf } from '../../model/resourcePath.ts';
import { type Materializer } from '../../../materialize/materializer.ts';
import { type DeriveCollection, collectionsOf } from './collection.ts';
import { deriveFailure } from './failure.ts';
import { type InputTable, inputTables } from './inputTables.ts';
import { outputNames } from './outputNames.ts';

/** Increase if the same SQL over the same inputs must be built again. */
const recipeVersion = 2;

/**
 * Returns the collections of a resource. Patterns are matched when a collection is listed, and nothing runs before a
 * series is read.
 */
export const deriveOutputs: Derive = (resource, inputs) =>
  new Map(collectionsOf(resource).map((collection) => [collection.name, directoryOf(resource, collection, inputs)]));

function directoryOf(resource: Resource, collection: DeriveCollection, inputs: InputMatcher): DerivedDirectory {
  return {
    type: 'directory',
    list: async () => {
      const pattern = String(collection.pattern.value);
      const matches = await atPattern(resource, collection, () => inputs.match(pattern));
      const query = await queryOf(collection, inputs);
      const names = outputNames(pattern, matches);
      return new Map(
        matches.map((match, index) => {
          const name = names[index] ?? match.name;
          return [name, outputOf({ resource, collection, name, match, query })];
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

async function queryOf({ query: { value } }: DeriveCollection, inputs: InputMatcher): Promise<Query> {
  const sql = String(value);
  const tables = await inputTables(inputs, sql);
  const parts = tables.map(({ name, matches }) => [name, ...matches.map((match) => inputPart(match, true))]);
  const times = tables.flatMap(({ matches }) => matches.map(({ modifiedUs }) => modifiedUs));
  const modifiedUs = times.reduce((newest, time) => Math.max(newest, time), 0);
  return {
    sql,
    tables,
    usesPath: usesInputPath(sql),
    key: keyOf('Derive query', recipeVersion, sql, parts),
    modifiedUs,
  };
}

interface Output {
  readonly resource: Resource;
  readonly collection: DeriveCollection;
  readonly name: string;
  readonly match: Match;
  readonly query: Query;
}

function outputOf(output: Output): DerivedFile {
  const { resource, match, query } = output;
  const key = keyOf('Derive', query.key, inputPart(match, query.usesPath));
  return {
    type: 'series',
    key,
    modifiedUs: Math.max(resource.modifiedUs, match.modifiedUs, query.modifiedUs),
    make: async (workshop, job) => [
      await workshop.file(key, (target, shared) => make(output, { workshop, target, job: shared }), job),
    ],
  };
}

/** The part of a key that depends on a file: its content, its format, and its path if rows may contain it. */
function inputPart(match: Match, withPath: boolean): KeyPart {
  const reading = readingOf(match.type, match.name);
  const read =
    reading === undefined ? null : [reading.reader, reading.options, reading.compression ?? null, reading.isArrow];
  return [match.key, read, withPath ? match.path : (/\.(gz|zst)$/i.exec(match.name)?.[0] ?? null)];
}

async function make(
  output: Output,
  { workshop, target, job }: { readonly workshop: Materializer; readonly target: string; readonly job: Job },
): Promise<void> {
  const { resource, collection, match, query } = output;
  const { sql } = query;
  const files = await filesOf(match, job);
  const tables: InputSource[] = [];
  for (const table of query.tables) tables.push(await sourceOf(table, job));
  try {
    await workshop.builder.fromUserSql({ sql, input: { name: match.path, files }, tables, target }, job.signal);
  } catch (error) {
    const name = `${collection.name}/${output.name} of ${match.path}`;
    throw deriveFailure(error, { resource, query: collection.query, output: name });
  }
}

async function filesOf(match: Match, job: Job): Promise<readonly InputFile[]> {
  const reading = readingOf(match.type, match.name);
  const named = (file: HostFile) => ({ ...file, pondPath: match.path, reading });
  return (await match.files(job)).map(named);
}

async function sourceOf({ name, matches }: InputTable, job: Job): Promise<InputSource> {
  const files: InputFile[] = [];
  for (const match of matches) files.push(...(await filesOf(match, job)));
  return { name, files };
}

/** Reports a pattern that cannot be matched as an error of the document. */
async function atPattern<T>(
  resource: Resource,
  { pattern, name }: DeriveCollection,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isPondError(error, 'invalid-path')) throw error;
    const path = `${resourceDirectory(resource)}/${documentName}`;
    const message = `${titleOf(resource)} has a pattern for ${name} that matches nothing: ${error.message}`;
    throw new PondError('resource-invalid', message, { path, position: pattern.range.start, cause: error });
  }
}
