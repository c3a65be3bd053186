import * as vscode from 'vscode';
import { type Result } from '../../server/src/protocol/commands.ts';
import { activeUri } from './activeFile.ts';
import { type PondClient } from './client.ts';
import { errorText } from './errors.ts';
import { parsePondUri, pondName } from './pondUri.ts';
import { type QuickSteps } from './quickSteps.ts';

export type OpenedPond = Result<'open'>;

/** Ponds open in this window. Each is opened once per server process: after a restart the next use reopens it. */
export class OpenPonds implements vscode.Disposable {
  readonly #client: PondClient;
  readonly #opened = new Map<string, Promise<OpenedPond>>();
  readonly #added = new vscode.EventEmitter<string>();
  readonly #closed = new vscode.EventEmitter<string>();
  readonly #modeChanged = new vscode.EventEmitter<string>();
  readonly #known = new Map<string, OpenedPond['mode']>();
  readonly #shown: (() => string | undefined)[] = [];
  readonly #listener: vscode.Disposable;
  readonly onDidAdd = this.#added.event;
  readonly onDidClose = this.#closed.event;
  /** Fires when a pond that could only be read can be written, or the other way round. */
  readonly onDidChangeMode = this.#modeChanged.event;

  constructor(client: PondClient) {
    this.#client = client;
    this.#listener = vscode.Disposable.from(
      client.onDidChangeState((state) => {
        if (state !== 'running') this.#opened.clear();
      }),
      // The server takes the lock when its holder releases it.
      client.onDidChangeTree(({ pond }) => {
        if (this.isReadOnly(pond) && this.#opened.delete(pond)) void this.tryOpen(pond);
      }),
    );
  }

  /** True for a pond that this window can only read, and for one in a restricted workspace. */
  isReadOnly(pond: string): boolean {
    return this.#known.get(pond) === 'read';
  }

  /** Adds a finder of the pond that the active tab shows, for tabs that are not documents of a pond. */
  addShown(find: () => string | undefined): void {
    this.#shown.push(find);
  }

  /** The pond of the active tab: its file, its query or its result; undefined when it shows none. */
  active(): string | undefined {
    const uri = activeUri();
    return this.#of(uri) ?? firstDefined(this.#shown);
  }

  /** Host directories of the open ponds: in the order of the explorer, whichever was open first, then the others. */
  get all(): readonly string[] {
    const folders = (vscode.workspace.workspaceFolders ?? []).flatMap(({ uri }) => this.#of(uri) ?? []);
    return [...new Set([...folders, ...this.#known.keys()])].filter((pond) => this.#known.has(pond));
  }

  /** The only open pond; undefined for none and for several. */
  get only(): string | undefined {
    const [first, ...more] = this.all;
    return more.length === 0 ? first : undefined;
  }

  /** Opens a pond; all callers share one result until the server restarts. The next call after a failure retries. */
  open(pond: string): Promise<OpenedPond> {
    const pending = this.#opened.get(pond);
    if (pending !== undefined) return pending;
    const opening = this.#client.request('open', { pond });
    this.#opened.set(pond, opening);
    opening.then(
      ({ mode }) => this.#add(pond, mode),
      () => {
        if (this.#opened.get(pond) === opening) this.#opened.delete(pond);
      },
    );
    return opening;
  }

  /** Closes a pond in this window. Its staged changes remain. */
  async close(pond: string): Promise<void> {
    if (!this.#known.delete(pond)) return;
    this.#opened.delete(pond);
    this.#closed.fire(pond);
    await this.#client.request('close', { pond });
  }

  /** Like `open`, for ponds that the window discovered: a failure is logged. */
  async tryOpen(pond: string): Promise<void> {
    try {
      await this.open(pond);
    } catch (error) {
      this.#client.log.warn(`${pond}: ${errorText(error)}`);
    }
  }

  /**
   * The pond to which a command applies: the one of `uri`, else of the active tab, else the only one, else the one that
   * the user picks. Undefined without one, and when the user cancels.
   */
  async choose(steps: QuickSteps, uri?: vscode.Uri): Promise<string | undefined> {
    const named = this.#of(uri) ?? this.active();
    if (named !== undefined) return named;
    if (this.all.length <= 1) {
      if (this.all.length === 0) void offerPonds();
      return this.all[0];
    }
    const items = this.all.map((pond) => ({ label: pondName(pond), description: pond, pond }));
    return (await steps.choose(items, { placeholder: 'Which pond?' }))?.pond;
  }

  dispose(): void {
    this.#listener.dispose();
    this.#added.dispose();
    this.#closed.dispose();
    this.#modeChanged.dispose();
  }

  #of(uri: vscode.Uri | undefined): string | undefined {
    return uri === undefined ? undefined : parsePondUri(uri)?.pond;
  }

  #add(pond: string, mode: OpenedPond['mode']): void {
    const before = this.#known.get(pond);
    this.#known.set(pond, mode);
    if (before === undefined) this.#added.fire(pond);
    else if ((before === 'read') !== (mode === 'read')) this.#modeChanged.fire(pond);
  }
}

/** Says that no pond is open, and offers the commands that open one. */
async function offerPonds(): Promise<void> {
  const [open, init] = ['Open Pond…', 'Create a Pond…'] as const;
  const choice = await vscode.window.showWarningMessage('No pond is open.', open, init);
  if (choice === open) await vscode.commands.executeCommand('pond.open');
  if (choice === init) await vscode.commands.executeCommand('pond.init');
}

function firstDefined(finders: readonly (() => string | undefined)[]): string | undefined {
  for (const find of finders) {
    const found = find();
    if (found !== undefined) return found;
  }
  return undefined;
}
