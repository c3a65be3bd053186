/**
 * Another engine at work on the table of a pond: it writes log entries and Parquet files as delta-rs 1.6 and Spark do.
 */
import { randomUUID } from 'node:crypto';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { type Add, type Remove } from '../../server/src/delta/actions.ts';
import { commitVersion, type CommitDraft } from '../../server/src/delta/commit.ts';
import { commitNumber } from '../../server/src/delta/commitNumber.ts';
import { openTable, snapshotAt } from '../../server/src/delta/snapshot.ts';
import { type DeltaSnapshot } from '../../server/src/delta/deltaSnapshot.ts';
import { type Connection } from '../../server/src/duckdb/connection.ts';
import { type Database, openDatabase } from '../../server/src/duckdb/database.ts';
import { joinSql, literal, literalList, sql, type SqlText } from '../../server/src/duckdb/sql.ts';
import { type Disk } from '../../server/src/storage/disk.ts';
import { openHostDisk } from '../../server/src/storage/hostDisk.ts';

export const engineName = 'delta-rs:py-1.6.6';

/** Codecs of Parquet that engines offer, as DuckDB names them. */
export const codecs = ['zstd', 'gzip', 'brotli', 'lz4', 'lz4_raw', 'snappy', 'uncompressed'] as const;

/** Layout of the files that OPTIMIZE writes. */
interface Layout {
  readonly codec: (typeof codecs)[number];
  /** Number of live files that are left as they are. */
  readonly leave?: number;
  /** Rows and columns in another order, in small row groups, over two files: as with ZORDER BY. */
  readonly isShuffled?: boolean;
}

/** One engine; its process stays open for several tables. */
export class ForeignEngine {
  readonly #database: Database;
  readonly #connection: Connection;

  private constructor(database: Database, connection: Connection) {
    this.#database = database;
    this.#connection = connection;
  }

  static async open(): Promise<ForeignEngine> {
    const database = await openDatabase();
    return new ForeignEngine(database, await database.connect());
  }

  close(): void {
    this.#connection.close();
    this.#database.close();
  }

  /** Returns the table in a host directory. */
  table(directory: string): ForeignTable {
    return new ForeignTable(directory, this.#connection);
  }
}

/** A table in a host directory. Each operation is one version, whose number it returns. */
export class ForeignTable {
  readonly #directory: string;
  readonly #disk: Disk;
  readonly #connection: Connection;

  constructor(directory: string, connection: Connection) {
    this.#directory = directory;
    this.#disk = openHostDisk(directory);
    this.#connection = connection;
  }

  /** Merges live files into one or two. */
  async optimize({ codec, leave = 0, isShuffled = false }: Layout): Promise<number> {
    const live = [...(await this.#snapshot()).files.values()];
    const merged = live.slice(Math.min(leave, live.length - 1));
    const from = sql`read_parquet(${this.#hostPaths(merged)}, union_by_name = true)`;
    const reversed = sql`SELECT COLUMNS(c -> c = 'content'), COLUMNS(c -> c <> 'content') FROM ${from}`;
    const parts = isShuffled
      ? [0, 1].map((part) => sql`${reversed} WHERE hash(node_id) % 2 = ${part} ORDER BY hash(node_id, txn)`)
      : [sql`SELECT * FROM ${from}`];
    const adds: Add[] = [];
    for (const rows of parts) adds.push(await this.#write(rows, codec, isShuffled ? 16 : 122_880, false));
    return this.#commit('OPTIMIZE', { removes: merged.map(({ add }) => removeOf(add, false)), adds });
  }

  /** Goes back to the files of a version; undefined, as nothing is done, when one of them is gone from the disk. */
  async restore(to: number): Promise<number | undefined> {
    const now = await this.#snapshot();
    const then = await snapshotAt(this.#disk, commitNumber(to));
    const back = [...then.files.values()].filter(({ path }) => now.files.get(path) === undefined);
    if (back.some(({ path }) => this.#disk.stat(path) === undefined)) return undefined;
    const out = [...now.files.values()].filter(({ path }) => then.files.get(path) === undefined);
    return this.#commit('RESTORE', {
      protocol: then.protocol,
      metaData: then.metaData,
      removes: out.map(({ add }) => removeOf(add, true)),
      adds: back.map(({ add }) => ({ ...add, dataChange: true })),
    });
  }

  /** Deletes the files that are not live; two versions. */
  async vacuum(): Promise<number> {
    const { files, tombstones } = await this.#snapshot();
    await this.#commit('VACUUM START', {});
    for (const { path } of tombstones.values()) if (files.get(path) === undefined) this.#disk.remove(path);
    return this.#commit('VACUUM END', {});
  }

  /** Appends rows that look like those of a commit. */
  async append(txn: number): Promise<number> {
    const rows = sql`SELECT 'x' AS part_id, 'y' AS node_id, now() AS timestamp, 1::BIGINT AS version,
      'foreign' AS file_type, '{}' AS metadata, 0::BIGINT AS size, '' AS sha256, ${txn}::BIGINT AS txn`;
    return this.#commit('WRITE', { adds: [await this.#write(rows, 'snappy', 122_880, true)] });
  }

  /** Rewrites one live file: without some of its rows, or with altered ones. The table must not be append-only. */
  async rewrite(operation: 'DELETE' | 'UPDATE' | 'MERGE', index: number): Promise<number> {
    const live = [...(await this.#snapshot()).files.values()];
    const file = live[index % live.length]!;
    const from = sql`read_parquet(${this.#hostPaths([file])})`;
    const altered = sql`SELECT * REPLACE (size + 1 AS size, 'altered'::BLOB AS content) FROM ${from}`;
    const rows = {
      DELETE: sql`SELECT * FROM ${from} WHERE file_type <> 'commit' AND hash(node_id) % 2 = 0`,
      UPDATE: altered,
      // Matched rows are altered, others kept, and rows without a match inserted.
      MERGE: sql`${altered} WHERE hash(node_id) % 2 = 0 UNION ALL SELECT * FROM ${from} WHERE hash(node_id) % 2 <> 0
        UNION ALL SELECT * FROM (SELECT * REPLACE ('inserted' AS node_id) FROM ${from} LIMIT 1)`,
    }[operation];
    const add = await this.#write(rows, 'zstd', 122_880, true);
    return this.#commit(operation, { removes: [removeOf(file.add, true)], adds: [add] });
  }

  /** Commits other actions. */
  async commit(operation: string, draft: Partial<CommitDraft>): Promise<number> {
    return await this.#commit(operation, draft);
  }

  async #commit(operation: string, draft: Partial<CommitDraft>): Promise<number> {
    const version = commitNumber((await this.#snapshot()).version + 1);
    const commitInfo = { txnId: randomUUID(), operation, engineInfo: engineName, timestamp: Date.now() };
    const outcome = commitVersion(this.#disk, version, { ...draft, commitInfo });
    if ('conflict' in outcome) throw new Error(`version ${version} is taken`);
    return version;
  }

  async #snapshot(): Promise<DeltaSnapshot> {
    return (await openTable(this.#disk))!;
  }

  #hostPaths(files: readonly { readonly path: string }[]): SqlText {
    return literalList(files.map(({ path }) => join(this.#directory, path)));
  }

  async #write(rows: SqlText, codec: string, groupRows: number, dataChange: boolean): Promise<Add> {
    const path = `part-00000-${randomUUID()}-c000.${codec}.parquet`;
    const to = join(this.#directory, path);
    const options = joinSql([sql`FORMAT parquet`, sql`CODEC ${literal(codec)}`, sql`ROW_GROUP_SIZE ${groupRows}`]);
    await this.#connection.rows(sql`COPY (${rows}) TO ${literal(to)} (${options})`);
    return { path, partitionValues: {}, size: statSync(to).size, modificationTime: Date.now(), dataChange };
  }
}

function removeOf({ path, size, partitionValues }: Add, dataChange: boolean): Remove {
  return { path, dataChange, deletionTimestamp: Date.now(), partitionValues, size };
}
