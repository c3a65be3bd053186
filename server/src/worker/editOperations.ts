import { randomUUID } from 'node:crypto';
import { basename, dirname, join } from 'node:path';
import { throwIfCancelled } from '../base/cancelled.ts';
import { isPondError } from '../base/error.ts';
import { LruCache } from '../base/lruCache.ts';
import { type Connection } from '../duckdb/connection.ts';
import { openLockedDatabase } from '../duckdb/database.ts';
import { FileNames } from '../sandbox/fileNames.ts';
import { type OperationParams, type OperationResult, type WorkerOperations } from '../sandbox/messages.ts';
import { runError } from '../sandbox/redactHostPaths.ts';
import { type SandboxSettings } from '../sandbox/sandbox.ts';
import { type SourceFile } from '../sandbox/sources.ts';
import { castCells } from '../sandbox/tableEdits/castCells.ts';
import { editParquet, type ParquetEdit } from '../sandbox/tableEdits/editParquet.ts';
import { planEdits } from '../sandbox/tableEdits/edits.ts';
import { checkTextCells, editableText, editText } from '../sandbox/tableEdits/editText.ts';
import { parquetForm } from '../sandbox/tableEdits/parquetForm.ts';
import { type TextScope } from '../sandbox/textTables/decoded.ts';
import { type Column } from '../protocol/results.ts';

/** Number of Parquet files that are known to be editable. */
const knownMax = 64;

/** Operations of a worker that check and write edits of a table, each in a locked database of its own. */
export class EditOperations implements Pick<WorkerOperations, 'checkCells' | 'editTable'> {
  readonly #settings: SandboxSettings;
  readonly #directory: string;
  /** Columns of Parquet files that can be edited, by content. */
  readonly #known = new LruCache<string, readonly Column[]>({ max: knownMax });

  /** Databases spill below `directory`. */
  constructor(settings: SandboxSettings, directory: string) {
    this.#settings = settings;
    this.#directory = directory;
  }

  async checkCells(
    { file, cells }: OperationParams<'checkCells'>,
    signal: AbortSignal,
  ): Promise<OperationResult<'checkCells'>> {
    if (file.reading.reader !== 'read_parquet')
      return await this.#onText([file.hostPath], signal, async (scope) =>
        checkTextCells(scope, await editableText(scope, file), cells),
      );
    const columns = await this.#parquetColumns(file, signal);
    return await this.#connected([], signal, (connection) => castCells(connection, columns, cells));
  }

  async editTable(
    { file, edits, target }: OperationParams<'editTable'>,
    signal: AbortSignal,
  ): Promise<OperationResult<'editTable'>> {
    const planned = planEdits(edits);
    if (file.reading.reader !== 'read_parquet') {
      const write = (scope: TextScope): Promise<number> => editText(scope, file, planned, { target, signal });
      return { rowCount: await this.#onText([file.hostPath, target], signal, write) };
    }
    const write = (edit: ParquetEdit): Promise<number> => editParquet(edit, planned, signal);
    return { rowCount: await this.#onParquet({ file, target }, signal, write) };
  }

  async #parquetColumns(file: SourceFile, signal: AbortSignal): Promise<readonly Column[]> {
    const known = file.key === undefined ? undefined : this.#known.get(file.key);
    if (known !== undefined) return known;
    const target = join(this.#directory, randomUUID());
    const find = async ({ connection, file: named, probe }: ParquetEdit): Promise<readonly Column[]> =>
      (await parquetForm(connection, named, probe)).columns;
    const columns = await this.#onParquet({ file, target }, signal, find);
    return file.key === undefined ? columns : this.#known.set(file.key, columns);
  }

  async #onText<T>(
    hostPaths: readonly string[],
    signal: AbortSignal,
    work: (scope: TextScope) => Promise<T>,
  ): Promise<T> {
    const { openDisk } = this.#settings;
    return await this.#connected(hostPaths, signal, async (connection) =>
      work({ connect: () => Promise.resolve(connection), openDisk }),
    );
  }

  /** Runs work on a Parquet file, and on a file that is written for nothing but its schema. */
  async #onParquet<T>(
    { file, target }: { readonly file: SourceFile; readonly target: string },
    signal: AbortSignal,
    work: (edit: ParquetEdit) => Promise<T>,
  ): Promise<T> {
    const { openDisk } = this.#settings;
    const names = new FileNames(join(this.#directory, randomUUID()), openDisk);
    const probe = `${target}.probe`;
    try {
      const named = names.named(file);
      return await this.#connected([named.hostPath, probe, target], signal, async (connection) => {
        try {
          return await work({ connection, file: named, probe, target });
        } catch (error) {
          throwIfCancelled(signal, 'the edit');
          throw isPondError(error) ? error : runError(error, '', [named]);
        }
      });
    } finally {
      openDisk(dirname(probe)).remove(basename(probe));
      names.close();
    }
  }

  async #connected<T>(
    hostPaths: readonly string[],
    signal: AbortSignal,
    work: (connection: Connection) => Promise<T>,
  ): Promise<T> {
    const { openDisk: _, ...settings } = this.#settings;
    const spillDirectory = join(this.#directory, randomUUID());
    const { database, connection } = await openLockedDatabase({ ...settings, spillDirectory, hostPaths });
    const interrupt = (): void => connection.interrupt();
    signal.addEventListener('abort', interrupt);
    try {
      throwIfCancelled(signal, 'the edit');
      return await work(connection);
    } finally {
      signal.removeEventListener('abort', interrupt);
      connection.close();
      database.close();
    }
  }
}
