import * as vscode from 'vscode';
import { type MirrorInfo } from '../../../server/src/protocol/mirrors.ts';
import { type PondClient } from '../client.ts';
import { errorText, isCancelled } from '../errors.ts';
import { offerMirrored } from './mirrorOffers.ts';
import { type OpenPonds } from '../ponds.ts';

/** Wait after a failure, milliseconds. */
const pauseMs = 10_000;

/** Runs the mirrors of the open ponds after each change of their folders, in a trusted workspace. */
export class MirrorWatcher implements vscode.Disposable {
  readonly #client: PondClient;
  readonly #listeners: readonly vscode.Disposable[];
  /** Ponds whose mirrors are being watched. */
  readonly #watched = new Map<string, vscode.CancellationTokenSource>();

  constructor(client: PondClient, ponds: OpenPonds) {
    this.#client = client;
    const followAll = (): void => ponds.all.forEach((pond) => this.#follow(pond));
    this.#listeners = [
      ponds.onDidAdd((pond) => this.#follow(pond)),
      ponds.onDidClose((pond) => this.#leave(pond)),
      // A commit may have brought a mirror.
      client.onDidCommit(({ pond }) => this.#follow(pond)),
      vscode.workspace.onDidGrantWorkspaceTrust(followAll),
    ];
  }

  dispose(): void {
    for (const listener of this.#listeners) listener.dispose();
    for (const pond of [...this.#watched.keys()]) this.#leave(pond);
  }

  #leave(pond: string): void {
    this.#watched.get(pond)?.cancel();
    this.#watched.delete(pond);
  }

  #follow(pond: string): void {
    if (!vscode.workspace.isTrusted || this.#watched.has(pond)) return;
    const source = new vscode.CancellationTokenSource();
    this.#watched.set(pond, source);
    void this.#watch(pond, source.token).finally(() => {
      if (this.#watched.get(pond) === source) this.#watched.delete(pond);
      source.dispose();
    });
  }

  /** Runs the mirrors of a pond until it has none, or is closed. */
  async #watch(pond: string, token: vscode.CancellationToken): Promise<void> {
    let isWarned = false;
    while (!token.isCancellationRequested) {
      try {
        const mirrors = await this.#mirrorsOf(pond);
        const names = mirrors.map(({ resource }) => resource);
        if (names.length === 0) return;
        const { changes, commit, isWatching } = await this.#client.request('mirrorEvents', { pond, names }, token);
        if (!isWatching && !isWarned) this.#client.log.warn(`${pond}: a mirrored folder cannot be watched`);
        isWarned ||= !isWatching;
        const { runs } = await this.#client.request('run', { pond, names }, token);
        await offerMirrored(this.#client, pond, runs, ({ id }) =>
          mirrors.some(({ directory, comparedAt }) => comparedAt === null && directory.endsWith(`/${id}`)),
        );
        await this.#client.request('mirrorEvents', { pond, names, since: { changes, commit } }, token);
      } catch (error) {
        if (isCancelled(error) || token.isCancellationRequested) return;
        this.#client.log.warn(`${pond}: ${errorText(error)}`);
        await pause(token);
      }
    }
  }

  /** The mirrors that an editor runs. */
  async #mirrorsOf(pond: string): Promise<readonly MirrorInfo[]> {
    const mirrors = await this.#client.request('mirrors', { pond });
    return mirrors.filter(({ isWatched, isAllowed }) => isWatched && isAllowed);
  }
}

function pause(token: vscode.CancellationToken): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, pauseMs);
    token.onCancellationRequested(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}
