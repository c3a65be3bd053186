import * as vscode from 'vscode';
import { parsePondUri } from '../pondUri.ts';
import { covers, type WatchedFolder } from './watchCoverage.ts';

/** Changes within this time reach the editor in one batch. */
const batchMs = 10;

/** The editor's watches; forwards the changes that they cover, in batches. */
export class Watches implements vscode.Disposable {
  readonly #watches = new Set<WatchedFolder>();
  readonly #emitter = new vscode.EventEmitter<vscode.FileChangeEvent[]>();
  #batch = new Map<string, vscode.FileChangeEvent>();
  #timer: NodeJS.Timeout | undefined;
  readonly onDidChangeFile = this.#emitter.event;

  /** Starts a watch; disposing the result ends it. A watch of an ill-formed URI has no effect. */
  add(
    uri: vscode.Uri,
    options: { readonly recursive: boolean; readonly excludes: readonly string[] },
  ): vscode.Disposable {
    const location = parsePondUri(uri);
    if (location === undefined) return new vscode.Disposable(() => {});
    const watch: WatchedFolder = { ...location, ...options };
    this.#watches.add(watch);
    return new vscode.Disposable(() => this.#watches.delete(watch));
  }

  /** True when a watch covers changes of this URI. */
  has(uri: vscode.Uri): boolean {
    const location = parsePondUri(uri);
    return location !== undefined && [...this.#watches].some((watch) => covers(watch, location.pond, location.path));
  }

  /** Forwards a change if a watch covers it. */
  offer(type: vscode.FileChangeType, uri: vscode.Uri): void {
    if (this.has(uri)) this.send(type, uri);
  }

  /** Forwards a change, watched or not. */
  send(type: vscode.FileChangeType, uri: vscode.Uri): void {
    // A batch holds one event of each kind per document, so a document that changes constantly does not fill it.
    this.#batch.set(`${type} ${uri.toString()}`, { type, uri });
    this.#timer ??= setTimeout(() => this.#flush(), batchMs);
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#emitter.dispose();
  }

  #flush(): void {
    this.#timer = undefined;
    const events = [...this.#batch.values()];
    this.#batch = new Map();
    this.#emitter.fire(events);
  }
}
