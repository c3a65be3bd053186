import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Connection } from '../../../server/src/duckdb/connection.ts';
import { openDatabase } from '../../../server/src/duckdb/database.ts';
import { literal } from '../../../server/src/duckdb/sql.ts';
import { initPond } from '../../../server/src/pond/pond.ts';
import { type Pond } from '../../../server/src/pond/types.ts';
import { type Builder } from '../../../server/src/sandbox/build.ts';
import { createBuilder } from '../../../server/src/build/builder.ts';
import { createCache } from '../../../server/src/storage/cache.ts';
import { createMaterializer } from '../../../server/src/materialize/createMaterializer.ts';
import { type ResourcePond, withResources } from '../../../server/src/resources/tree/resourcePond.ts';
import { type Scratch, withScratch } from './scratch.ts';

/** A pond, the process that computes its derived files, and a DuckDB in this process to compare with. */
export interface Deriving extends Scratch {
  readonly pond: Pond;
  readonly builder: Builder;
  readonly connection: Connection;
  /** The pond with a cache of that name, empty when the name is new. */
  withCache(name: string): ResourcePond;
  /** Writes the rows of a query with this process's DuckDB to a new Parquet file, and returns its host path. */
  parquet(name: string, sql: string): Promise<string>;
}

/** Runs `work` with an empty pond, which is removed at the end. */
export async function withDeriving(work: (deriving: Deriving) => Promise<void>): Promise<void> {
  await withScratch(async (scratch) => {
    const { folder, make } = scratch;
    const database = await openDatabase();
    const connection = await database.connect();
    const builder = createBuilder();
    const pond = await initPond(make('pond'));
    try {
      await work({
        ...scratch,
        pond,
        builder,
        connection,
        withCache(name) {
          const cache = createCache(join(folder, name), { bytesMax: 1e12 });
          return withResources(pond, createMaterializer({ cache, builder: () => builder, isTrusted: () => true }));
        },
        async parquet(name, sql) {
          const file = join(folder, name);
          rmSync(file, { force: true });
          await connection.run(`COPY (${sql}) TO ${literal(file)} (FORMAT parquet)`);
          return file;
        },
      });
    } finally {
      connection.close();
      database.close();
      await builder.close();
      await pond.close();
    }
  });
}
