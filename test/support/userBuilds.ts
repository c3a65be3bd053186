/** A builder that runs the SQL of documents over files of a pond, which are in a folder of the host. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before } from 'node:test';
import { isPondError, type PondError } from '../../server/src/base/error.ts';
import { type Builder, type UserBuild } from '../../server/src/sandbox/build.ts';
import { createBuilder } from '../../server/src/build/builder.ts';
import { readingOf } from '../../server/src/sandbox/formats.ts';
import { type FileType } from '../../server/src/tinyfs/backend.ts';
import { makeTemporaryDirectory } from './temporaryDirectory.ts';

type PondFile = UserBuild['input'];

/** Inputs of a build in addition to its SQL; the input is `stations` if omitted. */
interface BuildInputs {
  readonly input?: PondFile;
  readonly tables?: readonly PondFile[];
}

/** Functions of userBuilds. */
interface UserBuilds {
  /** Host folder of contents and results. */
  readonly folder: string;
  /** Two stations, ids 2 and 1, as CSV. */
  readonly stations: PondFile;
  /** The builder, once the tests run. */
  builder(): Builder;
  /** Writes a host file and returns its path. */
  hostFile(content: string | Uint8Array): string;
  /** The bytes of a Parquet file of a query. */
  parquet(select: string): Promise<Uint8Array>;
  /** A file of the pond, or a series of several parts, with its content on the host. */
  pondFile(pondPath: string, contents: readonly (string | Uint8Array)[], type?: FileType): PondFile;
  /** Builds, and returns the path of the Parquet file. */
  build(sql: string, inputs?: BuildInputs): Promise<string>;
  /** All rows of a build, in the order of its file. */
  rowsOf(sql: string, inputs?: BuildInputs): ReturnType<Builder['run']>;
  /** The error of a build, which names no host path except those in the SQL. */
  failure(sql: string, inputs?: BuildInputs): Promise<PondError>;
}

/** Creates a builder for the tests of a file, which is closed after them, and its folder removed. */
export function userBuilds(): UserBuilds {
  const temporary = makeTemporaryDirectory('duckpond-test');
  let builder: Builder;
  let count = 0;

  before(() => {
    builder = createBuilder({ memoryLimitBytes: 768 * 1024 * 1024 });
  });
  after(async () => {
    await builder.close();
    temporary.remove();
  });

  function hostFile(content: string | Uint8Array): string {
    const path = join(temporary.path, `content${(count += 1)}`);
    writeFileSync(path, content);
    return path;
  }

  function pondFile(pondPath: string, contents: readonly (string | Uint8Array)[], type: FileType = 'file'): PondFile {
    const reading = readingOf(type, pondPath.slice(pondPath.lastIndexOf('/') + 1));
    const files = contents.map((content) => ({
      hostPath: hostFile(content),
      sizeBytes: content.length,
      pondPath,
      type,
      reading,
    }));
    return { name: pondPath, files };
  }

  const stations = pondFile('/Inbox/a/stations.csv', ['id,name\n2,"b ""x"""\n1,a\n']);

  async function build(sql: string, { input = stations, tables = [] }: BuildInputs = {}): Promise<string> {
    const target = join(temporary.path, `result${(count += 1)}`);
    await builder.fromUserSql({ sql, input, tables, target });
    return target;
  }

  return {
    folder: temporary.path,
    stations,
    builder: () => builder,
    hostFile,
    async parquet(select) {
      const file = join(temporary.path, `part${(count += 1)}`);
      await builder.run({ statements: [`COPY (${select}) TO '${file}' (FORMAT parquet)`], writes: [file] });
      return readFileSync(file);
    },
    pondFile,
    build,
    async rowsOf(sql, inputs) {
      const target = await build(sql, inputs);
      return await builder.run({ statements: [`FROM read_parquet('${target}')`], reads: [target] });
    },
    async failure(sql, inputs) {
      const error: unknown = await build(sql, inputs).then(
        () => undefined,
        (caught: unknown) => caught,
      );
      assert.ok(isPondError(error), `expected a failure of ${sql}, got ${String(error)}`);
      assert.ok(sql.includes(temporary.path) || !error.message.includes(temporary.path), error.message);
      return error;
    },
  };
}
