import * as vscode from 'vscode';
import { type ProgressEvent } from '../../../server/src/protocol/events.ts';
import { type ResourceInfo, type RunInfo } from '../../../server/src/protocol/resources.ts';
import { type PondClient } from '../client.ts';
import { requestWithProgress } from '../progress.ts';
import { type ResourceStore } from './resourceStore.ts';
import { progressText, titleOf, type Running, type RunProgress } from './strings.ts';

/** What is said of a resource that has run. */
const endings: readonly RunInfo['status'][] = ['ok', 'failed', 'cancelled', 'skipped'];

/** A resource that runs: what its last run was when this one began, and how far it is. */
interface Entry {
  readonly lastStarted: string | undefined;
  readonly progress: RunProgress;
  /** How it ended; undefined while it runs. Its record comes with that of the others. */
  readonly ended?: RunInfo['status'];
}

/** A request to run resources that is not answered yet. */
interface Round {
  readonly pond: string;
  readonly cancellation: vscode.CancellationTokenSource;
  /** By title. */
  readonly entries: Map<string, Entry>;
}

/** Runs resources for this window, and knows which of them run and how far they are. */
export class Runner implements vscode.Disposable {
  private readonly client: PondClient;
  private readonly store: ResourceStore;
  private readonly rounds = new Set<Round>();
  private readonly changed = new vscode.EventEmitter<string>();
  private readonly listener: vscode.Disposable;
  /** Something runs, has come further or has ended. */
  readonly onDidChange = this.changed.event;

  constructor(client: PondClient, store: ResourceStore) {
    this.client = client;
    this.store = store;
    this.listener = store.onDidChange((pond) => {
      if (this.dropEnded(pond)) this.changed.fire(pond);
    });
  }

  /** How far a resource is; undefined when it does not run by this window. */
  progress(pond: string, title: string): RunProgress | undefined {
    const entry = this.roundOf(pond, title)?.entries.get(title);
    return entry?.ended === undefined ? entry?.progress : undefined;
  }

  /** What a resource does in the runs of this window. */
  at(pond: string, resource: ResourceInfo): Running {
    const title = titleOf(resource);
    return { progress: this.progress(pond, title), ended: this.roundOf(pond, title)?.entries.get(title)?.ended };
  }

  /**
   * Runs resources, all of the pond when none are given. Throws what the server answers when it runs nothing at all.
   */
  async run(pond: string, chosen: readonly ResourceInfo[]): Promise<readonly RunInfo[]> {
    const cancellation = new vscode.CancellationTokenSource();
    const round: Round = { pond, cancellation, entries: new Map() };
    this.rounds.add(round);
    for (const resource of chosen) this.put(round, titleOf(resource), { message: 'waiting', done: 0 });
    const [first] = chosen;
    const what =
      first === undefined ? 'all resources' : chosen.length === 1 ? titleOf(first) : `${chosen.length} resources`;
    const names = first === undefined ? {} : { names: chosen.map(({ id }) => id) };
    try {
      const { runs } = await requestWithProgress(
        this.client,
        `Running ${what}`,
        'run',
        { pond, ...names },
        {
          cancellation,
          onProgress: (event) => this.follow(round, event),
          say: progressText,
        },
      );
      return runs;
    } finally {
      await this.store.refresh(pond);
      this.rounds.delete(round);
      cancellation.dispose();
      this.changed.fire(pond);
    }
  }

  /** Cancels the run that a resource is part of; every run of the pond when none is named. */
  cancel(pond: string, title?: string): void {
    const rounds =
      title === undefined ? [...this.rounds].filter((round) => round.pond === pond) : [this.roundOf(pond, title)];
    for (const round of rounds) round?.cancellation.cancel();
  }

  dispose(): void {
    for (const { cancellation } of this.rounds) cancellation.cancel();
    this.listener.dispose();
    this.changed.dispose();
  }

  private roundOf(pond: string, title: string): Round | undefined {
    return [...this.rounds].find((round) => round.pond === pond && round.entries.has(title));
  }

  /** Progress says `KIND/NAME: …`, at the end of a resource `KIND/NAME: ok`. */
  private follow(round: Round, { message, done, total }: ProgressEvent): void {
    const [, title, rest] = /^(\w+\/[^:]+): (.*)$/s.exec(message) ?? [];
    if (title === undefined || rest === undefined) return;
    const progress = { message: rest, done, ...(total === undefined ? {} : { total }) };
    this.put(
      round,
      title,
      progress,
      endings.find((ending) => ending === rest),
    );
  }

  private put(round: Round, title: string, progress: RunProgress, ended?: RunInfo['status']): void {
    const lastStarted = round.entries.get(title)?.lastStarted ?? this.lastStarted(round.pond, title);
    round.entries.set(title, { lastStarted, progress, ...(ended === undefined ? {} : { ended }) });
    this.changed.fire(round.pond);
  }

  /** Forgets the entries whose record of the run is there. */
  private dropEnded(pond: string): boolean {
    let dropped = false;
    for (const { pond: its, entries } of this.rounds) {
      if (its !== pond) continue;
      for (const [title, { lastStarted }] of entries) {
        if (this.lastStarted(pond, title) === lastStarted) continue;
        entries.delete(title);
        dropped = true;
      }
    }
    return dropped;
  }

  private lastStarted(pond: string, title: string): string | undefined {
    return this.store.resources(pond).find((resource) => titleOf(resource) === title)?.lastRun?.started;
  }
}
