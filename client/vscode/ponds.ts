import * as vscode from 'vscode';
import { type Result } from '../../server/src/protocol/commands.ts';
import { type PondClient } from './client.ts';
import { errorText } from './errors.ts';
import { parsePondUri, pondName } from './pondUri.ts';

export type OpenedPond = Result<'open'>;

/** Ponds open in this window. Each is opened once per server process: after a restart the next use reopens it. */
export class OpenPonds implements vscode.Disposable {
  private readonly client: PondClient;
  private opened = new Map<string, Promise<OpenedPond>>();
  private readonly added = new vscode.EventEmitter<string>();
  private readonly closed = new vscode.EventEmitter<string>();
  private readonly known = new Set<string>();
  private readonly listener: vscode.Disposable;
  readonly onDidAdd = this.added.event;
  readonly onDidClose = this.closed.event;

  constructor(client: PondClient) {
    this.client = client;
    this.listener = client.onDidChangeState((state) => {
      if (state !== 'running') this.opened.clear();
    });
  }

  /** Host directories of the open ponds, in the order of opening. */
  get all(): readonly string[] {
    return [...this.known];
  }

  /** Opens a pond; all callers share one result until the server restarts. The next call after a failure retries. */
  open(pond: string): Promise<OpenedPond> {
    const pending = this.opened.get(pond);
    if (pending !== undefined) return pending;
    const opening = this.client.request('open', { pond });
    this.opened.set(pond, opening);
    opening.then(
      () => this.add(pond),
      () => {
        if (this.opened.get(pond) === opening) this.opened.delete(pond);
      },
    );
    return opening;
  }

  /** Closes a pond in this window. Its staged changes remain. */
  async close(pond: string): Promise<void> {
    if (!this.known.delete(pond)) return;
    this.opened.delete(pond);
    this.closed.fire(pond);
    await this.client.request('close', { pond });
  }

  /** Like `open`, for ponds that the window discovered: a failure is logged. */
  async tryOpen(pond: string): Promise<void> {
    try {
      await this.open(pond);
    } catch (error) {
      this.client.log.warn(`${pond}: ${errorText(error)}`);
    }
  }

  /**
   * The pond to which a command applies: the one of `uri`, else of the active document, else the only one, else the one
   * that the user picks. Undefined when there is none or the user picks none.
   */
  async choose(uri?: vscode.Uri): Promise<string | undefined> {
    const named = this.of(uri) ?? this.of(vscode.window.activeTextEditor?.document.uri);
    if (named !== undefined) return named;
    if (this.all.length <= 1) {
      if (this.all.length === 0)
        void vscode.window.showWarningMessage('No pond is open. Run "Pond: Open" or "Pond: Init".');
      return this.all[0];
    }
    const items = this.all.map((pond) => ({ label: pondName(pond), description: pond, pond }));
    return (await vscode.window.showQuickPick(items, { placeHolder: 'Which pond?' }))?.pond;
  }

  dispose(): void {
    this.listener.dispose();
    this.added.dispose();
    this.closed.dispose();
  }

  private of(uri: vscode.Uri | undefined): string | undefined {
    return uri === undefined ? undefined : parsePondUri(uri)?.pond;
  }

  private add(pond: string): void {
    if (this.known.has(pond)) return;
    this.known.add(pond);
    this.added.fire(pond);
  }
}
