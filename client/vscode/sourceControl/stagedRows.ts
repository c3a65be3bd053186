import * as vscode from 'vscode';
import { type RowCountsInfo, type StatusInfo, type TableChangeInfo } from '../../../server/src/protocol/commands.ts';
import { type PondClient } from '../client.ts';
import { errorText, isCancelled } from '../errors.ts';
import { numberText } from '../numberStrings.ts';

/** Bytes of staged tables, and of their former contents, that are read to count rows. */
const bytesMax = 32 * 1024 * 1024;

/** Time without a change of what is staged before rows are counted, milliseconds. */
const restMs = 500;

/** Numbers of rows by which the staged tables of a pond differ, counted while nothing else is staged. */
export class StagedRows implements vscode.Disposable {
  readonly #client: PondClient;
  readonly #pond: string;
  readonly #changed: () => void;
  #texts: ReadonlyMap<string, string> = new Map();
  #timer: NodeJS.Timeout | undefined;
  #cancellation: vscode.CancellationTokenSource | undefined;

  /** `changed` is called when other texts are known. */
  constructor(client: PondClient, pond: string, changed: () => void) {
    this.#client = client;
    this.#pond = pond;
    this.#changed = changed;
  }

  /** `+3 −1 ~2 rows`, of the change at a path; undefined when it is not known. */
  text(path: string): string | undefined {
    return this.#texts.get(path);
  }

  /** Counts again, soon: something else is staged. What was known is not shown meanwhile. */
  update({ staged }: StatusInfo): void {
    this.#stop();
    this.#texts = new Map();
    if (!vscode.workspace.isTrusted) return;
    if (!staged.some(({ kind, type }) => (kind === 'modified' || kind === 'renamed') && type !== 'directory')) return;
    this.#timer = setTimeout(() => void this.#count(), restMs);
  }

  dispose(): void {
    this.#stop();
  }

  #stop(): void {
    clearTimeout(this.#timer);
    this.#cancellation?.cancel();
    this.#cancellation = undefined;
  }

  async #count(): Promise<void> {
    const cancellation = (this.#cancellation = new vscode.CancellationTokenSource());
    try {
      const found = await this.#client.request('countRows', { pond: this.#pond, bytesMax }, cancellation.token);
      if (cancellation.token.isCancellationRequested) return;
      this.#texts = new Map(found.map((one) => [one.path, textOf(one)]));
      this.#changed();
    } catch (error) {
      if (!isCancelled(error)) this.#client.log.info(`rows of ${this.#pond} were not counted: ${errorText(error)}`);
    } finally {
      cancellation.dispose();
    }
  }
}

function textOf(table: TableChangeInfo): string {
  if ('rows' in table) return rowsText(table.rows);
  return table.unknown === 'large' ? 'rows not counted: a large table' : 'rows not counted: not readable as a table';
}

/** `+3 −1 ~2 rows`; `same rows` when none differs. */
function rowsText({ added, removed, changed }: RowCountsInfo): string {
  const parts = [
    ['+', added],
    ['−', removed],
    ['~', changed],
  ] as const;
  const text = parts.flatMap(([sign, number]) => (number === 0 ? [] : [`${sign}${numberText(number)}`])).join(' ');
  return text === '' ? 'same rows' : `${text} ${added + removed + changed === 1 ? 'row' : 'rows'}`;
}
