import { convertToParquet } from '../sandbox/convertToParquet.ts';
import { randomUUID } from 'node:crypto';
import { basename, dirname, join } from 'node:path';
import { throwIfCancelled } from '../base/cancelled.ts';
import { PondError } from '../base/error.ts';
import { type Connection } from '../duckdb/connection.ts';
import { type LockedDatabase, openLockedDatabase } from '../duckdb/database.ts';
import { type Analysis } from '../sandbox/analysis.ts';
import { analyzeQuery } from '../sandbox/pondReaders.ts';
import {
  type OperationName,
  type OperationParams,
  type OperationResult,
  type ReportRows,
  type WorkerOperations,
  type WorkerSettings,
} from '../sandbox/messages.ts';
import { type TextScope } from '../sandbox/textTables/decoded.ts';
import { describeTexts } from '../sandbox/textTables/describe.ts';
import { jsonEncoding, writeJson } from '../sandbox/jsonEncoding.ts';
import { QuerySandbox, sandboxKey } from '../sandbox/querySandbox.ts';
import { type SandboxSettings } from '../sandbox/sandbox.ts';
import { type SandboxSpec, type SourceFile } from '../sandbox/sources.ts';
import { areLoaded, writeRowsFile } from '../sandbox/textTables/rowsFile.ts';
import { type RowWindow } from '../protocol/results.ts';
import { renamePlan } from '../sql/planText.ts';
import { chainStreams } from '../sql/streamChain.ts';
import { ResultStore } from '../sql/resultStore.ts';
import { FileTables } from '../sql/tables/fileTables.ts';
import { type OpenDisk } from '../storage/disk.ts';
import { EditOperations } from './editOperations.ts';
import { TableOperations } from './tableOperations.ts';

/**
 * Shares of the memory limit that kept results get before they spill, and tables of files that are read in place; a
 * running query gets the rest.
 */
const resultsShare = 0.25;
const filesShare = 0.125;

type QueryOperation = Exclude<
  OperationName,
  'buildUser' | 'statements' | 'notations' | 'tableRuns' | 'inspect' | keyof TableOperations | keyof EditOperations
>;

/** A query whose first rows were read, and the others are. */
interface Reading {
  readonly stop: () => void;
  readonly sandbox: QuerySandbox;
}

/** Operations of a worker for a QueryEngine, which sends one open, append or run at a time. */
export class QueryOperations implements Pick<WorkerOperations, QueryOperation> {
  /** Operations on views of tables, and on edits of them. */
  readonly tables: TableOperations;
  readonly edits: EditOperations;
  readonly #results: ResultStore;
  readonly #parser: Connection;
  readonly #directory: string;
  readonly #settings: SandboxSettings;
  readonly #readings = new Map<number, Reading>();
  #sandbox: QuerySandbox | undefined;

  private constructor(
    { results, tables }: { readonly results: ResultStore; readonly tables: TableOperations },
    parser: Connection,
    directory: string,
    settings: SandboxSettings,
  ) {
    this.#results = results;
    this.#parser = parser;
    this.#directory = directory;
    this.#settings = settings;
    this.tables = tables;
    this.edits = new EditOperations(settings, directory);
  }

  static async open(
    { memoryLimitBytes, threads, spillDirectory, spillBytesMax, resultBytesMax }: WorkerSettings,
    openDisk: OpenDisk,
  ): Promise<QueryOperations> {
    const results = await ResultStore.open({
      memoryLimitBytes: memoryLimitBytes * resultsShare,
      threads,
      spillDirectory: join(spillDirectory, 'results'),
      ...(resultBytesMax !== undefined && { spillBytesMax: resultBytesMax }),
    });
    const spill = spillBytesMax === undefined ? {} : { spillBytesMax };
    const shared = { threads, openDisk, ...spill };
    const files = new FileTables(
      { ...shared, memoryLimitBytes: memoryLimitBytes * filesShare },
      join(spillDirectory, 'tables'),
    );
    const settings = { ...shared, memoryLimitBytes: memoryLimitBytes * (1 - resultsShare - filesShare) };
    const parts = { results, tables: new TableOperations(results, files) };
    return new QueryOperations(parts, await results.database.connect(), spillDirectory, settings);
  }

  analyze({ sql }: OperationParams<'analyze'>): Promise<Analysis> {
    return analyzeQuery(this.#parser, sql);
  }

  async open({ spec }: OperationParams<'open'>): Promise<null> {
    await this.#sandboxFor(spec);
    return null;
  }

  async append({ table, columns }: OperationParams<'append'>): Promise<null> {
    if (this.#sandbox === undefined) throw new PondError('query-failed', 'the query was ended');
    await this.#sandbox.append(table, columns);
    return null;
  }

  async run(params: OperationParams<'run'>, signal: AbortSignal): Promise<OperationResult<'run'>> {
    const { result, columns } = await this.begin(params, signal);
    try {
      const { rowCount } = await this.finish({ result }, signal);
      return { result, columns, rowCount };
    } catch (error) {
      await this.#results.release(result);
      throw error;
    }
  }

  async begin(
    { spec, statement, parameters, following = [] }: OperationParams<'begin'>,
    signal: AbortSignal,
  ): Promise<OperationResult<'begin'>> {
    const sandbox = await this.#sandboxFor(spec);
    const reading = new AbortController();
    const stop = () => {
      reading.abort();
      sandbox.interrupt();
    };
    signal.addEventListener('abort', stop);
    try {
      // A listener is not called for a signal that was aborted while the database was opened.
      throwIfCancelled(signal, 'the query');
      const next = following.map((query) => () => {
        throwIfCancelled(reading.signal, 'the query');
        return sandbox.query({ query, explain: undefined });
      });
      const stream = chainStreams(await sandbox.query(statement, parameters), next);
      const begun = await this.#results.begin(stream, reading.signal);
      if (begun.rowCount === undefined) this.#readings.set(begun.result, { stop, sandbox });
      // Columns of an EXPLAIN result, which is short.
      else if (begun.columns.map(({ name }) => name).join() === 'explain_key,explain_value')
        await this.#results.replaceTexts(begun.result, 1, (text) => renamePlan(text, sandbox.spec.files));
      return begun;
    } catch (error) {
      // The state of a database after a failed query is not worth checking.
      this.#close(sandbox);
      throw error;
    } finally {
      signal.removeEventListener('abort', stop);
    }
  }

  async finish({ result }: OperationParams<'finish'>, signal: AbortSignal): Promise<OperationResult<'finish'>> {
    const reading = this.#readings.get(result);
    if (reading === undefined) return { rowCount: await this.#results.finish(result) };
    signal.addEventListener('abort', reading.stop);
    try {
      if (signal.aborted) reading.stop();
      return { rowCount: await this.#results.finish(result) };
    } catch (error) {
      this.#close(reading.sandbox);
      throw error;
    } finally {
      this.#readings.delete(result);
      signal.removeEventListener('abort', reading.stop);
    }
  }

  rows({ result, start, count }: OperationParams<'rows'>): Promise<RowWindow> {
    return this.#results.rows(result, start, count);
  }

  async release({ result }: OperationParams<'release'>): Promise<null> {
    await this.#results.release(result);
    return null;
  }

  async copy(
    { result, format, file }: OperationParams<'copy'>,
    signal: AbortSignal,
    report: ReportRows,
  ): Promise<null> {
    const disk = this.#settings.openDisk(dirname(file));
    await this.#results.copy(result, { format, disk, path: basename(file), report }, signal);
    return null;
  }

  /** Describes how CSV files are read. Fails as tablesOf. */
  async describeTexts({ files }: OperationParams<'describeTexts'>): Promise<OperationResult<'describeTexts'>> {
    const { openDisk } = this.#settings;
    return await this.#onFiles(files, (connect) => describeTexts({ connect, openDisk }, files));
  }

  async areLoaded({ files }: OperationParams<'areLoaded'>, signal: AbortSignal): Promise<readonly boolean[]> {
    const { openDisk } = this.#settings;
    return await this.#onFiles(files, (connect) => areLoaded({ connect, openDisk, signal }, files));
  }

  async jsonEncodings(
    { files }: OperationParams<'jsonEncodings'>,
    signal: AbortSignal,
  ): Promise<OperationResult<'jsonEncodings'>> {
    const { openDisk } = this.#settings;
    const found: (string | null)[] = [];
    for (const file of files) found.push((await jsonEncoding({ openDisk, signal }, file)) ?? null);
    return found;
  }

  async writeJson({ file, ...writing }: OperationParams<'writeJson'>, signal: AbortSignal): Promise<null> {
    await writeJson({ openDisk: this.#settings.openDisk, signal }, file, writing);
    return null;
  }

  async writeRowsFile(params: OperationParams<'writeRowsFile'>, signal: AbortSignal): Promise<null> {
    await writeRowsFile({ ...this.#settings, spillDirectory: this.#ownSpillDirectory() }, params, signal);
    return null;
  }

  async convert(conversion: OperationParams<'convert'>, signal: AbortSignal): Promise<null> {
    await convertToParquet({ ...this.#settings, spillDirectory: this.#ownSpillDirectory() }, conversion, signal);
    return null;
  }

  /** Databases that spill into the same directory would take each other's files for their own. */
  #ownSpillDirectory(): string {
    return join(this.#directory, randomUUID());
  }

  /** Runs work on files, with a database that may open them. It is opened when the work first asks for it. */
  async #onFiles<T>(files: readonly SourceFile[], work: (connect: TextScope['connect']) => Promise<T>): Promise<T> {
    let opened: LockedDatabase | undefined;
    const connect = async (): Promise<Connection> => {
      opened ??= await openLockedDatabase({ threads: 1, hostPaths: files.map(({ hostPath }) => hostPath) });
      return opened.connection;
    };
    try {
      return await work(connect);
    } finally {
      opened?.connection.close();
      opened?.database.close();
    }
  }

  /** The sandbox of the last query when it matches, otherwise a new one. */
  async #sandboxFor(spec: SandboxSpec): Promise<QuerySandbox> {
    if (this.#sandbox?.key === sandboxKey(spec)) return this.#sandbox;
    this.#sandbox?.close();
    this.#sandbox = undefined;
    const spillDirectory = join(this.#directory, 'query');
    const inputDirectory = join(this.#directory, 'inputs');
    this.#sandbox = await QuerySandbox.open(spec, { ...this.#settings, spillDirectory, inputDirectory });
    return this.#sandbox;
  }

  #close(sandbox: QuerySandbox): void {
    sandbox.close();
    if (this.#sandbox === sandbox) this.#sandbox = undefined;
  }
}
