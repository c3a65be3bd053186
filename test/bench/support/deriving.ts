import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Connection } from '../../../server/src/duckdb/connection.ts';
import { openDatabase } from '../../../server/src/duckdb/database.ts';
import { literal } from '../../../server/src/duckdb/sql.ts';
import { initPond } from '../../support/pond.ts';
import { type Materializer } from '../../../server/src/materialize/materializer.ts';
import { type Builder } from '../../../server/src/sandbox/build.ts';
import { createBuilder } from '../../../server/src/build/builder.ts';
import { createCache } from '../../../server/src/storage/cache.ts';
import { createMaterializer } from '../../../server/src/materialize/createMaterializer.ts';
import { DerivedLayer } from '../../../server/src/resources/tree/derivedLayer.ts';
import { type ResourcePond } from '../../../server/src/resources/tree/resourcePond.ts';
import { type Scratch, withScratch } from './scratch.ts';
import { openHostDisk } from '../../../server/src/storage/hostDisk.ts';
import { anySql } from '../../support/anySql.ts';

/** A pond, the process that computes its derived files, and a DuckDB in this process to compare with. */
export interface Deriving extends Scratch {
  readonly pond: ResourcePond;
  readonly builder: Builder;
  readonly connection: Connection;
  /** The pond with a cache of that name, empty when the name is new. */
  withCache(name: string): ResourcePond;
  /** Writes the rows of a query with this process's DuckDB to a new Parquet file, and returns its host path. */
  parquet(name: string, sql: string): Promise<string>;
}

/** A materializer whose cache can be replaced by another one. */
class CacheSwitch implements Materializer {
  readonly #builder: Builder;
  #current: Materializer | undefined;

  constructor(builder: Builder) {
    this.#builder = builder;
  }

  use(folder: string): void {
    const cache = createCache(openHostDisk(folder), { bytesMax: 1e12 });
    this.#current = createMaterializer({ cache, builder: () => this.#builder, isTrusted: () => true });
  }

  get builder(): Builder {
    return this.#builder;
  }

  file: Materializer['file'] = (...request) => this.#used.file(...request);
  files: Materializer['files'] = (...request) => this.#used.files(...request);
  known: Materializer['known'] = (key) => this.#used.known(key);
  notations: Materializer['notations'] = (...request) => this.#used.notations(...request);
  tableRuns: Materializer['tableRuns'] = (...request) => this.#used.tableRuns(...request);
  inspect: Materializer['inspect'] = (...request) => this.#used.inspect(...request);

  get #used(): Materializer {
    assert.ok(this.#current !== undefined, 'a cache was chosen');
    return this.#current;
  }
}

/** Runs `work` with an empty pond, which is removed at the end. */
export async function withDeriving(work: (deriving: Deriving) => Promise<void>): Promise<void> {
  await withScratch(async (scratch) => {
    const { folder, make } = scratch;
    const database = await openDatabase();
    const connection = await database.connect();
    const builder = createBuilder();
    const caches = new CacheSwitch(builder);
    const pond = await initPond(make('pond'), { layer: (stored) => new DerivedLayer(stored, caches) });
    try {
      await work({
        ...scratch,
        pond,
        builder,
        connection,
        withCache(name) {
          caches.use(join(folder, name));
          return pond;
        },
        async parquet(name, sql) {
          const file = join(folder, name);
          rmSync(file, { force: true });
          await connection.run(anySql(`COPY (${sql}) TO ${literal(file)} (FORMAT parquet)`));
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
