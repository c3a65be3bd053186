import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext } from 'node:test';
import { openDatabase } from '../../server/src/duckdb/database.ts';
import { literal } from '../../server/src/duckdb/sql.ts';
import { connectLocal } from '../../server/src/main.ts';
import { initPond, openPond } from './pond.ts';

import { type PondHost } from './commandHost.ts';
import { temporaryFolder } from './folder.ts';
import { anySql } from './anySql.ts';

/** A file of a pond: a query for each version of a series or table, a text otherwise. */
export type SeriesFiles = Readonly<
  Record<string, { readonly type: 'file' | 'table' | 'series'; readonly versions: readonly string[] }>
>;

/** A series whose versions are the results of queries. */
export function seriesOf(...versions: readonly string[]): SeriesFiles[string] {
  return { type: 'series', versions };
}

/** A committed pond with files in it, and the commands on it; removed when the test ends. */
export async function newSeriesHost(t: TestContext, files: SeriesFiles): Promise<PondHost> {
  const folder = temporaryFolder(t);
  const pond = join(folder, 'pond');
  await (await initPond(pond)).close();
  await addFiles(folder, files);
  const host = connectLocal();
  t.after(() => host.close());
  return { folder, pond, run: (name, params, options) => host.call(name, { pond, ...params }, options) };
}

/** Adds files, or versions of them, to the pond in a folder, which no process has open for writing, and commits. */
export async function addFiles(folder: string, files: SeriesFiles): Promise<void> {
  const pond = await openPond(join(folder, 'pond'), { mode: 'write' });
  try {
    const root = await pond.fs.root();
    for (const [path, { type, versions }] of Object.entries(files)) {
      await root.createDirectory(path.slice(0, path.lastIndexOf('/')) || '/', { parents: true });
      for (const version of versions) {
        const content = type === 'file' ? Buffer.from(version) : await parquetOf(folder, version);
        if (await root.exists(path)) await root.writeFile(path, content);
        else await root.createFile(path, content, { type });
      }
    }
    await pond.commit({ message: 'files', author: 'test' });
  } finally {
    await pond.close();
  }
}

/** The rows of a query over Parquet files on the host. */
export async function rowsOf(sql: string): Promise<readonly (readonly unknown[])[]> {
  const database = await openDatabase();
  const connection = await database.connect();
  try {
    return await connection.rows(anySql(sql));
  } finally {
    connection.close();
    database.close();
  }
}

async function parquetOf(folder: string, sql: string): Promise<Uint8Array> {
  const file = join(folder, 'version.parquet');
  await rowsOf(`COPY (${sql}) TO ${literal(file)} (FORMAT parquet)`);
  return readFileSync(file);
}
