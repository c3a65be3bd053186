import { randomUUID } from 'node:crypto';
import { basename, dirname, join } from 'node:path';
import { type Connection } from '../duckdb/connection.ts';
import { type Database, type DatabaseSettings, openLockedDatabase } from '../duckdb/database.ts';
import { type SqlText, withLiterals } from '../duckdb/sql.ts';
import { type PlainValue } from '../sandbox/plainValue.ts';
import { FileNames } from '../sandbox/fileNames.ts';
import { ownError } from '../sandbox/redactHostPaths.ts';
import { type OpenDisk } from '../storage/disk.ts';
import { removeQuietly } from '../storage/durable.ts';
import { copyHostFile, moveHostFile } from '../storage/hostTransfer.ts';
import { removeTemporaryDirectory } from '../storage/temporaryDirectory.ts';

/** Inputs up to this number and total size are copied: that costs less than opening a database for them. */
const inputsMax = 64;
const inputBytesMax = 4 * 1024 * 1024;

const outputsMax = 16;

/** Number of requests that one database serves: memory that an engine fragments is freed with it. */
const requestsMax = 256;

/** Time that a database waits for the next request, milliseconds. */
const idleMs = 3000;

/** Statements of these forms leave nothing in a database that another connection could find. */
const leavesNothing = /^\s*(?:SELECT|FROM|WITH|COPY|DESCRIBE)\b/i;

/** Generated SQL with the host files that it reads and writes. */
export interface StatementRequest {
  readonly statements: readonly SqlText[];
  readonly reads: readonly string[];
  readonly writes: readonly string[];
  /** As in OwnSql. */
  readonly isOrdered?: boolean;
}

/** An open connection, and the names under which its database knows the host files of the request. */
export interface StatementScope {
  readonly connection: Connection;
  /** Path of a file of the request in this database. */
  pathOf(hostPath: string): string;
  /** A statement with the paths of this database in place of host paths. */
  localize(statement: SqlText): SqlText;
  /** A value of a result with host paths in place of the paths of this database. */
  restore(value: PlainValue): PlainValue;
}

/** Settings of a pool. */
interface StatementPoolOptions {
  /** Host directory of the pool alone. */
  readonly directory: string;
  readonly settings: Pick<DatabaseSettings, 'memoryLimitBytes' | 'threads'>;
  readonly openDisk: OpenDisk;
  /** Number of requests that one database serves, at least 1. */
  readonly requestsMax?: number;
}

/**
 * Databases for generated SQL, one request at a time each. Opening one costs more than most requests over small files,
 * and locking one fixes the paths that it may open: so the paths stay the same, and the files change. Inputs are copied
 * there and outputs are moved from there.
 *
 * Invariants:
 * - Every database is locked before a statement runs in it.
 * - During a request, its paths hold the files of that request and no others; after it, none.
 * - A database serves another request only after one that succeeded and whose statements leave nothing. Each request
 *   has its own connection, and file contents are not cached.
 */
export class StatementPool {
  readonly #options: StatementPoolOptions;
  #idle: PooledDatabase[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(options: StatementPoolOptions) {
    this.#options = options;
  }

  /** Does work with a database that is locked to the files of a request. Errors of the work are those of ownError. */
  async use<T>(request: StatementRequest, work: (scope: StatementScope) => Promise<T>): Promise<T> {
    return this.#isShareable(request) ? await this.#useShared(request, work) : await this.#useOnce(request, work);
  }

  /** True for few small inputs that exist; a database of its own reports a missing one by its name. */
  #isShareable({ statements, reads, writes }: StatementRequest): boolean {
    if (reads.length > inputsMax || writes.length > outputsMax) return false;
    if (!statements.every((statement) => leavesNothing.test(statement))) return false;
    let sizeBytes = 0;
    for (const path of reads) {
      sizeBytes += this.#options.openDisk(dirname(path)).stat(basename(path))?.sizeBytes ?? Infinity;
      if (sizeBytes > inputBytesMax) return false;
    }
    return true;
  }

  async #useOnce<T>(
    { reads, writes, isOrdered = false }: StatementRequest,
    work: (scope: StatementScope) => Promise<T>,
  ): Promise<T> {
    const { directory, settings, openDisk } = this.#options;
    // Databases that spill into the same directory would take each other's files for their own.
    const own = join(directory, randomUUID());
    const inputs = new FileNames(join(own, 'files'), openDisk);
    try {
      const names = new Map(reads.map((path) => [path, inputs.nameOf(path)]));
      for (const path of writes) names.set(path, path);
      const hostPaths = [...names.values()];
      const spillDirectory = join(own, 'spill');
      openDisk(own).makeDirectory('');
      const threads = isOrdered && { threads: 1 };
      const { database, connection } = await openLockedDatabase({ ...settings, ...threads, spillDirectory, hostPaths });
      try {
        return await work(scopeOf(connection, names));
      } catch (error) {
        throw ownError(error, [...names]);
      } finally {
        connection.close();
        database.close();
      }
    } finally {
      removeTemporaryDirectory(own);
    }
  }

  async #useShared<T>(request: StatementRequest, work: (scope: StatementScope) => Promise<T>): Promise<T> {
    clearTimeout(this.#timer);
    const pooled = this.#idle.pop() ?? (await PooledDatabase.open(this.#options));
    let isReusable = false;
    try {
      const result = await pooled.serve(request, work);
      isReusable = pooled.requestCount < (this.#options.requestsMax ?? requestsMax);
      return result;
    } finally {
      if (isReusable) this.#idle.push(pooled);
      else pooled.close();
      this.#timer = setTimeout(() => this.#closeIdle(), idleMs).unref();
    }
  }

  /** Closes the databases that no request uses. */
  close(): void {
    clearTimeout(this.#timer);
    this.#closeIdle();
  }

  #closeIdle(): void {
    for (const pooled of this.#idle) pooled.close();
    this.#idle = [];
  }
}

/** A database that is locked to paths in a directory of its own, which hold the files of one request after another. */
class PooledDatabase {
  /** Number of requests served. */
  requestCount = 0;
  readonly #database: Database;
  readonly #directory: string;
  readonly #openDisk: OpenDisk;

  private constructor(database: Database, directory: string, openDisk: OpenDisk) {
    this.#database = database;
    this.#directory = directory;
    this.#openDisk = openDisk;
  }

  static async open({ directory: parent, settings, openDisk }: StatementPoolOptions): Promise<PooledDatabase> {
    const name = randomUUID();
    const directory = join(parent, name);
    openDisk(parent).makeDirectory(name);
    const names = [...sequence(inputsMax, inputName), ...sequence(outputsMax, outputName)];
    const opened = await openLockedDatabase({
      ...settings,
      // Its inputs are small: a statement may be ordered, and others gain little from more.
      threads: 1,
      spillDirectory: join(directory, 'spill'),
      hostPaths: names.map((each) => join(directory, each)),
      // A cached file would be returned for the next one at the same path.
      keepsFileContents: false,
    });
    opened.connection.close();
    return new PooledDatabase(opened.database, directory, openDisk);
  }

  async serve<T>({ reads, writes }: StatementRequest, work: (scope: StatementScope) => Promise<T>): Promise<T> {
    this.requestCount += 1;
    const inputs = this.#named(reads, inputName);
    const outputs = this.#named(writes, outputName);
    const disk = this.#openDisk(this.#directory);
    const connection = await this.#database.connect();
    try {
      for (const [from, to] of inputs) copyHostFile(this.#openDisk, from, to);
      const result = await work(scopeOf(connection, new Map([...inputs, ...outputs])));
      for (const [to, from] of outputs) moveHostFile(from, to);
      return result;
    } catch (error) {
      throw ownError(error, [...inputs, ...outputs]);
    } finally {
      connection.close();
      for (const path of [...inputs.values(), ...outputs.values()]) removeQuietly(disk, basename(path));
    }
  }

  close(): void {
    this.#database.close();
    removeTemporaryDirectory(this.#directory);
  }

  /** Paths of this database by the host paths that they stand for. */
  #named(hostPaths: readonly string[], nameOf: (index: number) => string): ReadonlyMap<string, string> {
    return new Map([...new Set(hostPaths)].map((path, index) => [path, join(this.#directory, nameOf(index))]));
  }
}

function scopeOf(connection: Connection, names: ReadonlyMap<string, string>): StatementScope {
  const hostPaths = new Map([...names].map(([hostPath, own]): [unknown, string] => [own, hostPath]));
  return {
    connection,
    pathOf: (hostPath) => names.get(hostPath) ?? hostPath,
    localize: (statement) => withLiterals(statement, (text) => names.get(text)),
    restore: (value) => hostPaths.get(value) ?? value,
  };
}

/** Of one length each, so that none is the beginning of another. */
const inputName = (index: number): string => `in${String(index).padStart(3, '0')}`;
const outputName = (index: number): string => `out${String(index).padStart(3, '0')}`;

function sequence<T>(count: number, itemOf: (index: number) => T): readonly T[] {
  return Array.from({ length: count }, (_, index) => itemOf(index));
}
