import * as vscode from 'vscode';
import { type KindInfo, type ResourceInfo } from '../../../server/src/protocol/resources.ts';
import { type PondClient } from '../client.ts';
import { errorText } from '../errors.ts';
import { type OpenPonds } from '../ponds.ts';

/** Changes within this time trigger one refresh; a slow refresh is followed by a longer pause. */
const pauseMsMin = 100;
const pauseMsMax = 5_000;

/** Resources of a pond as last reported by the server, or the reason for their absence. */
export interface ResourceReport {
  readonly resources: readonly ResourceInfo[];
  readonly error: string | undefined;
}

/** Resources of the open ponds, kept in sync with the server. */
export class ResourceStore implements vscode.Disposable {
  private readonly client: PondClient;
  private readonly ponds: OpenPonds;
  private readonly looks = new Map<string, Look>();
  private readonly changed = new vscode.EventEmitter<string>();
  private readonly listeners: vscode.Disposable[];
  private kinds: Promise<readonly KindInfo[]> | undefined;
  /** Fires when the resources of a pond change, or a pond is opened or closed. */
  readonly onDidChange = this.changed.event;

  constructor(client: PondClient, ponds: OpenPonds) {
    this.client = client;
    this.ponds = ponds;
    this.listeners = [
      ponds.onDidAdd((pond) => this.look(pond).soon()),
      ponds.onDidClose((pond) => this.forget(pond)),
      client.onDidChangeTree(({ pond }) => this.looks.get(pond)?.soon()),
      client.onDidCommit(({ pond }) => this.looks.get(pond)?.soon()),
      client.onDidChangeState((state) => {
        if (state === 'running') for (const look of this.looks.values()) look.soon();
      }),
    ];
  }

  /** Host directories of the ponds whose resources are known or requested. */
  get all(): readonly string[] {
    return this.ponds.all;
  }

  /** Last report of a pond; undefined before the first response. */
  told(pond: string): ResourceReport | undefined {
    return this.looks.get(pond)?.told;
  }

  /** Resources of a pond; empty before the first response. */
  resources(pond: string): readonly ResourceInfo[] {
    return this.told(pond)?.resources ?? [];
  }

  /** The resource whose directory, by UUID or by name, contains `path`; undefined when there is none. */
  at(pond: string, path: string): ResourceInfo | undefined {
    const [, kind, place] = path.split('/');
    return this.resources(pond).find((found) => found.kind === kind && (found.name === place || found.id === place));
  }

  /** Reloads the resources of a pond; resolves when they are known. */
  async refresh(pond: string): Promise<void> {
    await this.look(pond).now();
  }

  /** All kinds; requested once. */
  async allKinds(): Promise<readonly KindInfo[]> {
    this.kinds ??= this.client.request('kinds', {});
    try {
      return await this.kinds;
    } catch (error) {
      this.kinds = undefined;
      throw error;
    }
  }

  dispose(): void {
    for (const item of [...this.listeners, ...this.looks.values(), this.changed]) item.dispose();
  }

  private look(pond: string): Look {
    const known = this.looks.get(pond);
    if (known !== undefined) return known;
    const made = new Look(this.client, pond, () => this.changed.fire(pond));
    this.looks.set(pond, made);
    return made;
  }

  private forget(pond: string): void {
    this.looks.get(pond)?.dispose();
    this.looks.delete(pond);
    this.changed.fire(pond);
  }
}

/** Loads the resources of one pond, one request at a time. */
class Look implements vscode.Disposable {
  private readonly client: PondClient;
  private readonly pond: string;
  private readonly changed: () => void;
  private timer: NodeJS.Timeout | undefined;
  private asking: Promise<void> | undefined;
  private pauseMs = pauseMsMin;
  private isGone = false;
  told: ResourceReport | undefined;

  constructor(client: PondClient, pond: string, changed: () => void) {
    this.client = client;
    this.pond = pond;
    this.changed = changed;
  }

  soon(): void {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      void this.now();
    }, this.pauseMs);
  }

  /** Reloads now; after a pending request, which may predate the change that the caller knows of. */
  async now(): Promise<void> {
    const before = this.asking;
    const asking = (async () => {
      await before;
      await this.ask();
    })();
    this.asking = asking;
    await asking;
    if (this.asking === asking) this.asking = undefined;
  }

  dispose(): void {
    this.isGone = true;
    clearTimeout(this.timer);
  }

  private async ask(): Promise<void> {
    if (this.isGone) return;
    const start = Date.now();
    const told = await this.answer();
    this.pauseMs = Math.min(pauseMsMax, Math.max(pauseMsMin, 2 * (Date.now() - start)));
    // Firing for an unchanged report would close menus and make icons flicker.
    if (this.isGone || JSON.stringify(told) === JSON.stringify(this.told)) return;
    this.told = told;
    this.changed();
  }

  private async answer(): Promise<ResourceReport> {
    try {
      return { resources: await this.client.request('resources', { pond: this.pond }), error: undefined };
    } catch (error) {
      this.client.log.warn(`resources of ${this.pond}: ${errorText(error)}`);
      // Known resources stay visible, with the reason why they may be outdated.
      return { resources: this.told?.resources ?? [], error: errorText(error) };
    }
  }
}
