import * as vscode from 'vscode';
import { type KindInfo, type ResourceInfo } from '../../../server/src/protocol/resources.ts';
import { type PondClient } from '../client.ts';
import { errorText } from '../errors.ts';
import { type OpenPonds } from '../ponds.ts';
import { inOrder } from './nodes.ts';

/** Changes within this time trigger one refresh; a slow refresh is followed by a longer pause. */
const pauseMsMin = 100;
const pauseMsMax = 5_000;

/** Resources of a pond as last reported by the server, or the reason for their absence. */
interface ResourceReport {
  readonly resources: readonly ResourceInfo[];
  readonly error: string | undefined;
}

/** Resources of the open ponds, kept in sync with the server. */
export class ResourceStore implements vscode.Disposable {
  readonly #client: PondClient;
  readonly #ponds: OpenPonds;
  readonly #loaders = new Map<string, ResourceLoader>();
  readonly #changed = new vscode.EventEmitter<string>();
  readonly #listeners: vscode.Disposable[];
  #kinds: Promise<readonly KindInfo[]> | undefined;
  /** Fires when the resources of a pond change, or a pond is opened or closed. */
  readonly onDidChange = this.#changed.event;

  constructor(client: PondClient, ponds: OpenPonds) {
    this.#client = client;
    this.#ponds = ponds;
    this.#listeners = [
      ponds.onDidAdd((pond) => this.#loader(pond).reloadSoon()),
      ponds.onDidClose((pond) => this.#remove(pond)),
      client.onDidChangeTree(({ pond }) => this.#loaders.get(pond)?.reloadSoon()),
      client.onDidCommit(({ pond }) => this.#loaders.get(pond)?.reloadSoon()),
      client.onDidChangeState((state) => {
        if (state === 'running') for (const loader of this.#loaders.values()) loader.reloadSoon();
      }),
    ];
  }

  /** Host directories of the ponds whose resources are known or requested. */
  get all(): readonly string[] {
    return this.#ponds.all;
  }

  /** Last report of a pond; undefined before the first response. */
  report(pond: string): ResourceReport | undefined {
    return this.#loaders.get(pond)?.report;
  }

  /** Resources of a pond by kind and name; empty before the first response. */
  resources(pond: string): readonly ResourceInfo[] {
    return this.report(pond)?.resources ?? [];
  }

  /** The resource whose directory, by UUID or by name, contains `path`; undefined when there is none. */
  at(pond: string, path: string): ResourceInfo | undefined {
    const [, kind, nameOrId] = path.split('/');
    return this.resources(pond).find(
      (resource) => resource.kind === kind && (resource.name === nameOrId || resource.id === nameOrId),
    );
  }

  /** Reloads the resources of a pond; resolves when they are known. */
  async refresh(pond: string): Promise<void> {
    await this.#loader(pond).reload();
  }

  /** All kinds; requested once. */
  async allKinds(): Promise<readonly KindInfo[]> {
    this.#kinds ??= this.#client.request('kinds', {});
    try {
      return await this.#kinds;
    } catch (error) {
      this.#kinds = undefined;
      throw error;
    }
  }

  dispose(): void {
    for (const item of [...this.#listeners, ...this.#loaders.values(), this.#changed]) item.dispose();
  }

  #loader(pond: string): ResourceLoader {
    const known = this.#loaders.get(pond);
    if (known !== undefined) return known;
    const created = new ResourceLoader(this.#client, pond, () => this.#changed.fire(pond));
    this.#loaders.set(pond, created);
    return created;
  }

  #remove(pond: string): void {
    this.#loaders.get(pond)?.dispose();
    this.#loaders.delete(pond);
    this.#changed.fire(pond);
  }
}

/** Loads the resources of one pond, one request at a time. */
class ResourceLoader implements vscode.Disposable {
  readonly #client: PondClient;
  readonly #pond: string;
  readonly #changed: () => void;
  #timer: NodeJS.Timeout | undefined;
  #pending: Promise<void> | undefined;
  #pauseMs = pauseMsMin;
  #isDisposed = false;
  report: ResourceReport | undefined;

  constructor(client: PondClient, pond: string, changed: () => void) {
    this.#client = client;
    this.#pond = pond;
    this.#changed = changed;
  }

  reloadSoon(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      void this.reload();
    }, this.#pauseMs);
  }

  /** Reloads now; after a pending request, which may predate the change that the caller knows of. */
  async reload(): Promise<void> {
    const before = this.#pending;
    const loading = (async () => {
      await before;
      await this.#load();
    })();
    this.#pending = loading;
    await loading;
    if (this.#pending === loading) this.#pending = undefined;
  }

  dispose(): void {
    this.#isDisposed = true;
    clearTimeout(this.#timer);
  }

  async #load(): Promise<void> {
    if (this.#isDisposed) return;
    const start = Date.now();
    const report = await this.#request();
    this.#pauseMs = Math.min(pauseMsMax, Math.max(pauseMsMin, 2 * (Date.now() - start)));
    // Firing for an unchanged report would close menus and make icons flicker.
    if (this.#isDisposed || JSON.stringify(report) === JSON.stringify(this.report)) return;
    this.report = report;
    this.#changed();
  }

  async #request(): Promise<ResourceReport> {
    try {
      return { resources: inOrder(await this.#client.request('resources', { pond: this.#pond })), error: undefined };
    } catch (error) {
      this.#client.log.warn(`resources of ${this.#pond}: ${errorText(error)}`);
      // Known resources stay visible, with the reason why they may be outdated.
      return { resources: this.report?.resources ?? [], error: errorText(error) };
    }
  }
}
