import * as vscode from 'vscode';
import { type Result } from '../../server/src/protocol/commands.ts';
import { type PondClient } from './client.ts';
import { errorText } from './errors.ts';
import { parsePondUri, pondName } from './pondUri.ts';

export type OpenedPond = Result<'open'>;

/**
 * The ponds that this window works with. Each is opened once for every life of the server: after a restart the next use
 * opens it again.
 */
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

  /** Host directories of the ponds in use, in the order in which they came. */
  get all(): readonly string[] {
    return [...this.known];
  }

  /** Opens a pond; the same answer for all who ask until the server restarts. A failure is tried again by the next. */
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

  /** Ends the use of a pond in this window. What is staged in it stays. */
  async close(pond: string): Promise<void> {
    if (!this.known.delete(pond)) return;
    this.opened.delete(pond);
    this.closed.fire(pond);
    await this.client.request('close', { pond });
  }

  /** As `open`, for ponds that the window found by itself: a failure is logged. */
  async tryOpen(pond: string): Promise<void> {
    try {
      await this.open(pond);
    } catch (error) {
      this.client.log.warn(`${pond}: ${errorText(error)}`);
    }
  }

  /**
   * The pond that a command is about: that of `uri`, else of the active document, else the only one, else the one that
   * the person picks. Undefined when there is none or nothing was picked.
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
