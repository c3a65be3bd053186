import * as vscode from 'vscode';
import { type ProgressEvent } from '../../../server/src/protocol/events.ts';
import { type ResourceInfo, type RunInfo } from '../../../server/src/protocol/resources.ts';
import { type PondClient } from '../client.ts';
import { requestWithProgress } from '../progress.ts';
import { type ResourceStore } from './resourceStore.ts';
import { progressText, titleOf, type Running, type RunProgress } from './strings.ts';

/** Statuses that end the progress of a resource. */
const endings: readonly RunInfo['status'][] = ['ok', 'failed', 'cancelled', 'skipped'];

/** A running resource: its previous run when this one began, and its progress. */
interface Entry {
  readonly lastStarted: string | undefined;
  readonly progress: RunProgress;
  /** Status at its end; undefined while it runs. The record arrives with those of the other resources. */
  readonly ended?: RunInfo['status'];
}

/** A pending request to run resources. */
interface Round {
  readonly pond: string;
  readonly cancellation: vscode.CancellationTokenSource;
  /** By title. */
  readonly entries: Map<string, Entry>;
}

/** Runs resources for this window, and tracks their progress. */
export class Runner implements vscode.Disposable {
  readonly #client: PondClient;
  readonly #store: ResourceStore;
  readonly #rounds = new Set<Round>();
  readonly #changed = new vscode.EventEmitter<string>();
  readonly #listener: vscode.Disposable;
  /** Fires when a run starts, progresses or ends. */
  readonly onDidChange = this.#changed.event;

  constructor(client: PondClient, store: ResourceStore) {
    this.#client = client;
    this.#store = store;
    this.#listener = store.onDidChange((pond) => {
      if (this.#dropEnded(pond)) this.#changed.fire(pond);
    });
  }

  /** Progress of a resource; undefined when this window is not running it. */
  progress(pond: string, title: string): RunProgress | undefined {
    const entry = this.#roundOf(pond, title)?.entries.get(title);
    return entry?.ended === undefined ? entry?.progress : undefined;
  }

  /** State of a resource in the runs of this window. */
  at(pond: string, resource: ResourceInfo): Running {
    const title = titleOf(resource);
    return { progress: this.progress(pond, title), ended: this.#roundOf(pond, title)?.entries.get(title)?.ended };
  }

  /**
   * Runs resources, all of the pond when none are given. Throws the server's error when it runs nothing at all. The
   * progress of a run that a schedule starts is in the status bar alone.
   */
  async run(
    pond: string,
    chosen: readonly ResourceInfo[],
    { isScheduled = false }: { readonly isScheduled?: boolean } = {},
  ): Promise<readonly RunInfo[]> {
    const cancellation = new vscode.CancellationTokenSource();
    const round: Round = { pond, cancellation, entries: new Map() };
    this.#rounds.add(round);
    for (const resource of chosen) this.#put(round, titleOf(resource), { message: 'waiting', done: 0 });
    const [first] = chosen;
    const what =
      first === undefined ? 'all resources' : chosen.length === 1 ? titleOf(first) : `${chosen.length} resources`;
    const names = first === undefined ? {} : { names: chosen.map(({ id }) => id) };
    try {
      const { runs } = await requestWithProgress(
        this.#client,
        `Running ${what}`,
        'run',
        { pond, ...names },
        {
          cancellation,
          isQuiet: isScheduled,
          onProgress: (event) => this.#follow(round, event),
          messageOf: progressText,
        },
      );
      return runs;
    } finally {
      await this.#store.refresh(pond);
      this.#rounds.delete(round);
      cancellation.dispose();
      this.#changed.fire(pond);
    }
  }

  /** Cancels the run that a resource is part of; without a resource, all runs of the pond. False when nothing runs. */
  cancel(pond: string, title?: string): boolean {
    const rounds = [...this.#rounds].filter(
      (round) => round.pond === pond && (title === undefined || round.entries.has(title)),
    );
    for (const round of rounds) round.cancellation.cancel();
    return rounds.length > 0;
  }

  dispose(): void {
    for (const { cancellation } of this.#rounds) cancellation.cancel();
    this.#listener.dispose();
    this.#changed.dispose();
  }

  #roundOf(pond: string, title: string): Round | undefined {
    return [...this.#rounds].find((round) => round.pond === pond && round.entries.has(title));
  }

  /** Progress messages are `KIND/NAME: …`; at the end of a resource, `KIND/NAME: ok`. */
  #follow(round: Round, { message, done, total }: ProgressEvent): void {
    const [, title, rest] = /^(\w+\/[^:]+): (.*)$/s.exec(message) ?? [];
    if (title === undefined || rest === undefined) return;
    const progress = { message: rest, done, ...(total === undefined ? {} : { total }) };
    this.#put(
      round,
      title,
      progress,
      endings.find((ending) => ending === rest),
    );
  }

  #put(round: Round, title: string, progress: RunProgress, ended?: RunInfo['status']): void {
    const lastStarted = round.entries.get(title)?.lastStarted ?? this.#lastStarted(round.pond, title);
    round.entries.set(title, { lastStarted, progress, ...(ended === undefined ? {} : { ended }) });
    this.#changed.fire(round.pond);
  }

  /** Removes the entries whose run record has arrived. */
  #dropEnded(pond: string): boolean {
    let dropped = false;
    for (const { pond: its, entries } of this.#rounds) {
      if (its !== pond) continue;
      for (const [title, { lastStarted }] of entries) {
        if (this.#lastStarted(pond, title) === lastStarted) continue;
        entries.delete(title);
        dropped = true;
      }
    }
    return dropped;
  }

  #lastStarted(pond: string, title: string): string | undefined {
    return this.#store.resources(pond).find((resource) => titleOf(resource) === title)?.lastRun?.started;
  }
}
