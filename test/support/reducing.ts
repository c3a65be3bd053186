import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { assert } from '../../server/src/base/assert.ts';
import { openDatabase } from '../../server/src/duckdb/database.ts';
import { literal } from '../../server/src/duckdb/sql.ts';
import { type Value } from '../../server/src/duckdb/values.ts';
import { type HostFile } from '../../server/src/pond/hostFile.ts';
import { createBuilder } from '../../server/src/build/builder.ts';
import { createCache } from '../../server/src/storage/cache.ts';
import { createMaterializer } from '../../server/src/materialize/createMaterializer.ts';
import { type DerivedEntries, type DerivedFile, type Match } from '../../server/src/resources/model/derivedContent.ts';
import { isOfKind, type Resource } from '../../server/src/resources/model/kind.ts';
import { reduce } from '../../server/src/resources/kinds/reduce/kind.ts';
import { deriveReduce } from '../../server/src/resources/kinds/reduce/outputs.ts';
import { type ReduceSpec } from '../../server/src/resources/kinds/reduce/spec.ts';
import { resourceOf } from '../../server/src/resources/readResource.ts';
import { resourceKinds } from '../../server/src/resources/registry.ts';
import { readResourceFile } from '../../server/src/resources/resourceFile.ts';
import { type Materializer } from '../../server/src/materialize/materializer.ts';
import { makeTemporaryDirectory } from './temporaryDirectory.ts';
import { openHostDisk } from '../../server/src/storage/hostDisk.ts';
import { anySql } from './anySql.ts';

/** An input: the files of its versions, and the captures of its pattern. */
export interface GivenInput {
  readonly path: string;
  readonly captures?: readonly string[];
  readonly files: readonly HostFile[];
  readonly type?: Match['type'];
}

/** Matches of the patterns of a document. */
export type GivenInputs = Readonly<Record<string, readonly GivenInput[]>>;

/** A Reduce kind at work on host files, without a pond. */
export interface Reducing {
  /** Number of cache files created so far. */
  readonly made: { count: number };
  readonly materializer: Materializer;
  /** A Parquet file of a query. */
  parquet(select: string): Promise<HostFile>;
  rows(sql: string): Promise<readonly (readonly Value[])[]>;
  /** A derived file; its path is `COLLECTION/OUTPUT/res=RESOLUTION`. */
  find(document: string, inputs: GivenInputs, path: string): Promise<DerivedFile>;
  close(): Promise<void>;
  /** Computes it, and returns its parts. */
  make(document: string, inputs: GivenInputs, path: string): Promise<readonly HostFile[]>;
}

export async function startReducing(): Promise<Reducing> {
  const { path: folder, remove } = makeTemporaryDirectory('pond-test');
  const builder = createBuilder();
  const database = await openDatabase();
  const connection = await database.connect();
  const made = { count: 0 };
  const cache = createCache(openHostDisk(join(folder, 'cache')), { bytesMax: 1e9 });
  const materializer = countWrites(createMaterializer({ cache, builder: () => builder, isTrusted: () => true }), made);
  let files = 0;

  async function parquet(select: string): Promise<HostFile> {
    const hostPath = join(folder, `input${(files += 1)}`);
    await connection.run(anySql(`COPY (${select}) TO ${literal(hostPath)} (FORMAT parquet)`));
    return hostFileOf(hostPath);
  }

  async function find(document: string, inputs: GivenInputs, path: string): Promise<DerivedFile> {
    let entries: DerivedEntries = deriveReduce(reduceOf(document), {
      match: (pattern) => Promise.resolve((inputs[pattern] ?? []).map(matchOf)),
    });
    const names = path.split('/');
    for (const name of names.slice(0, -1)) {
      const directory = entries.get(name);
      assert(directory?.type === 'directory', () => `${name} of ${path} is not there`);
      entries = await directory.list();
    }
    const file = entries.get(names.at(-1)!);
    assert(file !== undefined && file.type !== 'directory', () => `${path} is not there`);
    return file;
  }

  async function close(): Promise<void> {
    connection.close();
    database.close();
    await builder.close();
    remove();
  }

  return {
    made,
    materializer,
    close,
    parquet,
    rows: (sql) => connection.rows(anySql(sql)),
    find,
    make: async (document, inputs, path) => (await find(document, inputs, path)).make(materializer, {}),
  };
}

/** A host file with its key. */
export function hostFileOf(hostPath: string): HostFile {
  const key = createHash('sha256').update(readFileSync(hostPath)).digest('hex');
  return { hostPath, sizeBytes: statSync(hostPath).size, key };
}

/** The resource of a document without problems. */
function reduceOf(text: string): Resource<ReduceSpec> {
  const [document] = readResourceFile(text, resourceKinds);
  assert(document !== undefined && document.problems.length === 0, () => JSON.stringify(document?.problems ?? text));
  const resource = resourceOf(document, { id: '0b6a2c1e-6a36-4c0e-8a51-2d1f0f4f3a10', modifiedUs: 1 });
  assert(resource !== undefined && isOfKind(resource, reduce), () => text);
  return resource;
}

function matchOf({ path, captures = [], files, type = 'series' }: GivenInput): Match {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const key = createHash('sha256')
    .update(files.map((file) => file.key).join())
    .digest('hex');
  return { path, name, captures, type, key, modifiedUs: 2, files: () => Promise.resolve(files) };
}

function countWrites(materializer: Materializer, made: { count: number }): Materializer {
  return {
    builder: materializer.builder,
    files: (key, make, job) => materializer.files(key, make, job),
    known: (key) => materializer.known(key),
    notations: (key, files, job) => materializer.notations(key, files, job),
    tableRuns: (key, source, job) => materializer.tableRuns(key, source, job),
    inspect: (files, job) => materializer.inspect(files, job),
    file: (key, write, job) =>
      materializer.file(
        key,
        async (target, shared) => {
          made.count += 1;
          await write(target, shared);
        },
        job,
      ),
  };
}
