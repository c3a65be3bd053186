import * as vscode from 'vscode';
import { type ResourceInfo, type RunInfo } from '../../../server/src/protocol/resources.ts';
import { type PondClient } from '../client.ts';
import { errorText, isCancelled } from '../errors.ts';
import { type OpenPonds } from '../ponds.ts';
import { pondName, scheme } from '../pondUri.ts';
import { type ResourceStore } from './resourceStore.ts';
import { type Runner } from './runner.ts';
import { nextRun, parseInterval, readSchedules, withSchedule } from './scheduleStrings.ts';
import { titleOf } from './strings.ts';
import { failureText } from './treeLocations.ts';
import { countText } from '../numberStrings.ts';

/** Longest wait until the schedules are looked at again: a computer that slept is noticed within it. */
const lookMsMax = 30_000;
const setting = 'schedules';
/** When each scheduled run last began, by `POND KIND/NAME`, milliseconds since 1970 UTC. */
const startsKey = 'pond.scheduledRuns';

/** A resource with its interval in milliseconds, or the reason why the setting has none. */
interface Scheduled {
  readonly pond: string;
  readonly title: string;
  readonly interval: number | string;
}

/**
 * Runs resources on the schedules of this workspace's settings, while its window is open and trusted. A round that comes
 * late says how many it replaces. A run that needs a permission, or a document that is not committed, waits.
 */
export class Schedules implements vscode.Disposable {
  readonly #client: PondClient;
  readonly #ponds: OpenPonds;
  readonly #store: ResourceStore;
  readonly #runner: Runner;
  readonly #state: vscode.Memento;
  readonly #listeners: vscode.Disposable;
  readonly #running = new Set<string>();
  /** Reason for which the last round of a schedule waited or failed, by `POND KIND/NAME`; shown once. */
  readonly #reported = new Map<string, string>();
  readonly #changed = new vscode.EventEmitter<void>();
  #timer: NodeJS.Timeout | undefined;
  /** Fires when the schedules change. */
  readonly onDidChange = this.#changed.event;

  constructor(
    client: PondClient,
    { ponds, store, runner }: { readonly ponds: OpenPonds; readonly store: ResourceStore; readonly runner: Runner },
    state: vscode.Memento,
  ) {
    this.#client = client;
    this.#ponds = ponds;
    this.#store = store;
    this.#runner = runner;
    this.#state = state;
    this.#listeners = vscode.Disposable.from(
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (!event.affectsConfiguration(`pond.${setting}`)) return;
        this.#changed.fire();
        this.#look();
      }),
      store.onDidChange(() => this.#look()),
      vscode.workspace.onDidGrantWorkspaceTrust(() => this.#look()),
    );
    this.#look();
  }

  /** The interval of a resource as the settings write it; undefined without a schedule. */
  intervalOf(pond: string, title: string): string | undefined {
    return this.#setting()[pond]?.[title];
  }

  /** Sets the schedule of a resource in the settings of this workspace; removes it without an interval. */
  async set(pond: string, title: string, interval: string | undefined): Promise<void> {
    const now = withSchedule(this.#setting(), { pond, title }, interval);
    // Without a schedule nothing is missed: a new one starts now.
    const { [keyOf({ pond, title })]: _, ...starts } = this.#starts();
    if (this.intervalOf(pond, title) === undefined) await this.#state.update(startsKey, starts);
    const target = isOwnWorkspace() ? vscode.ConfigurationTarget.Workspace : vscode.ConfigurationTarget.Global;
    await vscode.workspace.getConfiguration('pond').update(setting, now, target);
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#listeners.dispose();
    this.#changed.dispose();
  }

  #setting(): ReturnType<typeof readSchedules> {
    const all = vscode.workspace.getConfiguration('pond').inspect<unknown>(setting);
    // The settings of a folder in a pond are content of the pond: a stranger may have written them.
    return readSchedules((isOwnWorkspace() ? all?.workspaceValue : undefined) ?? all?.globalValue);
  }

  /** Starts what is due, and waits for what is due next. */
  #look(): void {
    clearTimeout(this.#timer);
    const now = Date.now();
    let waitMs = lookMsMax;
    for (const scheduled of this.#scheduled()) {
      if (typeof scheduled.interval === 'string') {
        this.#report(scheduled, `The schedule of ${scheduled.title} is not followed. ${scheduled.interval}`);
        continue;
      }
      const { atMs, missed } = nextRun(this.#starts()[keyOf(scheduled)], scheduled.interval, now);
      if (atMs > now) waitMs = Math.min(waitMs, atMs - now);
      else void this.#round(scheduled, missed);
    }
    this.#timer = setTimeout(() => this.#look(), waitMs);
  }

  #scheduled(): readonly Scheduled[] {
    if (!vscode.workspace.isTrusted) return [];
    return Object.entries(this.#setting()).flatMap(([pond, schedules]) =>
      this.#ponds.all.includes(pond) && !this.#ponds.isReadOnly(pond) && this.#store.report(pond) !== undefined
        ? Object.entries(schedules).map(([title, text]) => ({ pond, title, interval: parseInterval(text) }))
        : [],
    );
  }

  #starts(): Readonly<Record<string, number>> {
    return this.#state.get<Readonly<Record<string, number>>>(startsKey) ?? {};
  }

  /** Runs a resource once, unless it is running or cannot run yet. */
  async #round(scheduled: Scheduled, missed: number): Promise<void> {
    const { pond, title } = scheduled;
    const key = keyOf(scheduled);
    if (this.#running.has(key)) return;
    this.#running.add(key);
    try {
      const resource = this.#store.resources(pond).find((one) => titleOf(one) === title);
      const runnable = await this.#runnable(pond, title, resource);
      await this.#state.update(startsKey, { ...this.#starts(), [key]: Date.now() });
      if (typeof runnable === 'string') return this.#report(scheduled, runnable);
      if (missed > 0) this.#reportMissed(scheduled, missed);
      this.#reportRuns(scheduled, await this.#runner.run(pond, [runnable], { isScheduled: true }));
    } catch (error) {
      if (!isCancelled(error)) this.#report(scheduled, `The scheduled run of ${title} failed: ${errorText(error)}`);
    } finally {
      this.#running.delete(key);
    }
  }

  /** The resource, if a scheduled run of it need not wait; otherwise the reason, as a sentence. */
  async #runnable(pond: string, title: string, resource: ResourceInfo | undefined): Promise<ResourceInfo | string> {
    const name = pondName(pond);
    if (resource === undefined) return `${title} of ${name} is on a schedule, but it does not exist.`;
    if (resource.state === 'staged') return `${title} of ${name} is on a schedule: it runs once it is committed.`;
    const accesses = await this.#client.request('hostAccess', { pond, names: [resource.id] });
    const isMissing = accesses.some(({ state, isAllowed }) => state === 'committed' && !isAllowed);
    return isMissing ? `${title} of ${name} is on a schedule, but needs your permission: run it once.` : resource;
  }

  #reportRuns(scheduled: Scheduled, runs: readonly RunInfo[]): void {
    const failed = runs.filter(({ status }) => status === 'failed');
    const [first] = failed;
    if (first === undefined) {
      this.#reported.delete(keyOf(scheduled));
      return;
    }
    const resources = this.#store.resources(scheduled.pond);
    this.#report(scheduled, `The scheduled run of ${failureText(resources, first)}`);
  }

  #reportMissed({ pond, title }: Scheduled, missed: number): void {
    const text = `${countText(missed, 'scheduled run')} of ${title} (${pondName(pond)}) did not happen while no window was open. It runs now.`;
    this.#client.log.info(text);
    void vscode.window.showInformationMessage(text);
  }

  /** Shows a reason once, until it changes or the schedule works again. */
  #report(scheduled: Scheduled, text: string): void {
    if (this.#reported.get(keyOf(scheduled)) === text) return;
    this.#reported.set(keyOf(scheduled), text);
    this.#client.log.warn(text);
    const log = 'Open Log';
    void vscode.window.showWarningMessage(text, log).then((choice) => {
      const { pond, title } = scheduled;
      if (choice === log) void vscode.commands.executeCommand('pond.openRunLog', { pond, titles: [title] });
    });
  }
}

/** True unless the settings of the workspace are a file of a pond. */
function isOwnWorkspace(): boolean {
  const { workspaceFile, workspaceFolders = [] } = vscode.workspace;
  return workspaceFile !== undefined || workspaceFolders[0]?.uri.scheme !== scheme;
}

function keyOf({ pond, title }: Pick<Scheduled, 'pond' | 'title'>): string {
  return `${pond} ${title}`;
}
