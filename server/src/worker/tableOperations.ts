import { PondError } from '../base/error.ts';
import {
  type OperationName,
  type OperationParams,
  type OperationResult,
  type ReportRows,
  type WorkerOperations,
} from '../sandbox/messages.ts';
import { type WorkerTable } from '../sandbox/tableTypes.ts';
import { type ResultStore } from '../sql/resultStore.ts';
import { countDifferences } from '../sql/diff/countDifferences.ts';
import { type FileTables } from '../sql/tables/fileTables.ts';
import { viewStream } from '../sql/tables/viewStream.ts';
import { type TableReader } from '../sql/tables/tableReader.ts';

type TableOperation = Extract<
  OperationName,
  | 'tableColumns'
  | 'tableRows'
  | 'tableCount'
  | 'tableSummary'
  | 'cellFacts'
  | 'tablePlot'
  | 'findInTable'
  | 'countMatches'
  | 'diffCounts'
  | 'keepTable'
>;

/** Operations of a worker on views of tables: of files in place, and of results that it keeps. */
export class TableOperations implements Pick<WorkerOperations, TableOperation> {
  readonly #results: ResultStore;
  readonly #files: FileTables;

  constructor(results: ResultStore, files: FileTables) {
    this.#results = results;
    this.#files = files;
  }

  async tableColumns({ table }: OperationParams<'tableColumns'>): Promise<OperationResult<'tableColumns'>> {
    if ('result' in table) return this.#results.columns(table.result);
    return await this.#files.use(table.files, async (reader) => reader?.columns ?? null);
  }

  async tableRows(
    { table, view, window }: OperationParams<'tableRows'>,
    signal: AbortSignal,
  ): Promise<OperationResult<'tableRows'>> {
    const isPlain = view.sort.length === 0 && view.filters.length === 0;
    const reader = 'result' in table && isPlain ? this.#results.begunReader(table.result, window) : undefined;
    if (reader !== undefined) return await reader.rows(view, window, signal);
    return await this.#read(table, (whole) => whole.rows(view, window, signal));
  }

  async tableCount({ table, view }: OperationParams<'tableCount'>, signal: AbortSignal): Promise<number> {
    return await this.#read(table, (reader) => reader.count(view, signal));
  }

  async tableSummary(
    { table, view, ...request }: OperationParams<'tableSummary'>,
    signal: AbortSignal,
  ): Promise<OperationResult<'tableSummary'>> {
    return await this.#read(table, (reader) => reader.summarize(view, request, signal));
  }

  async cellFacts(
    { table, view, range }: OperationParams<'cellFacts'>,
    signal: AbortSignal,
  ): Promise<OperationResult<'cellFacts'>> {
    return await this.#read(table, (reader) => reader.cells(view, range, signal));
  }

  async tablePlot(
    { table, view, plot }: OperationParams<'tablePlot'>,
    signal: AbortSignal,
  ): Promise<OperationResult<'tablePlot'>> {
    return await this.#read(table, (reader) => reader.plot(view, plot, signal));
  }

  async findInTable(
    { table, view, ...request }: OperationParams<'findInTable'>,
    signal: AbortSignal,
  ): Promise<OperationResult<'findInTable'>> {
    return (await this.#read(table, (reader) => reader.find(view, request, signal))) ?? null;
  }

  async countMatches(
    { table, view, ...request }: OperationParams<'countMatches'>,
    signal: AbortSignal,
  ): Promise<OperationResult<'countMatches'>> {
    return await this.#read(table, (reader) => reader.countMatches(view, request, signal));
  }

  async diffCounts(
    { result, columns }: OperationParams<'diffCounts'>,
    signal: AbortSignal,
  ): Promise<OperationResult<'diffCounts'>> {
    return await this.#read({ result }, (reader) => countDifferences(reader, columns, signal));
  }

  async keepTable(
    { table, view, columns }: OperationParams<'keepTable'>,
    signal: AbortSignal,
    report: ReportRows,
  ): Promise<OperationResult<'keepTable'>> {
    return await this.#read(table, (reader) =>
      reader.read(view, columns, {
        signal,
        work: async (connection, statement, selected) =>
          await this.#results.keep(await viewStream(connection, statement, selected), signal, report),
      }),
    );
  }

  async #read<T>(table: WorkerTable, work: (reader: TableReader) => Promise<T>): Promise<T> {
    if ('result' in table) return await work(await this.#results.reader(table.result));
    return await this.#files.use(table.files, async (reader) => {
      if (reader === undefined) throw new PondError('query-failed', 'the rows of the table have no positions');
      return await work(reader);
    });
  }
}
