import * as vscode from 'vscode';
import { type ChangeInfo, type StatusInfo } from '../../../server/src/protocol/commands.ts';
import { printable } from '../../../server/src/base/printable.ts';
import { type PondClient } from '../client.ts';
import { errorData, errorText } from '../errors.ts';
import { type OpenPonds } from '../ponds.ts';
import { parsePondUri, pondName, pondUri, shownPath } from '../pondUri.ts';
import { changeText, goneText } from '../statusStrings.ts';
import { StagedRows } from './stagedRows.ts';

/** Changes within this time trigger one refresh of the status. */
const refreshDelayMs = 50;
/** Milliseconds between two looks for a pond whose folder is gone. */
const goneMs = 2000;

/** One source control for each open pond, kept in sync with the pond's status. */
export class SourceControls implements vscode.Disposable {
  private readonly client: PondClient;
  private readonly ponds: OpenPonds;
  private readonly byPond = new Map<string, PondSourceControl>();
  private readonly changed = new vscode.EventEmitter<string>();
  private readonly listeners: vscode.Disposable[];
  /** Fires after a pond's status is reloaded. */
  readonly onDidChange = this.changed.event;

  constructor(client: PondClient, ponds: OpenPonds) {
    this.client = client;
    this.ponds = ponds;
    this.listeners = [
      ponds.onDidAdd((pond) => this.add(pond)),
      ponds.onDidClose((pond) => this.remove(pond)),
      ponds.onDidChangeMode((pond) => this.byPond.get(pond)?.showMode()),
      client.onDidChangeTree(({ pond }) => this.byPond.get(pond)?.refreshSoon()),
      client.onDidCommit(({ pond }) => this.byPond.get(pond)?.refreshSoon()),
      client.onDidChangeState((state) => {
        if (state === 'running') for (const control of this.byPond.values()) control.refreshSoon();
      }),
    ];
  }

  /** Last status of a pond; undefined before the first response. */
  status(pond: string): StatusInfo | undefined {
    return this.byPond.get(pond)?.status;
  }

  /** True when the folder of a pond is gone. */
  isGone(pond: string): boolean {
    return this.byPond.get(pond)?.isGone === true;
  }

  /** Staged changes of a pond, with those of a resource's own files counted as one. Undefined like `status`. */
  countedChanges(pond: string): readonly ChangeInfo[] | undefined {
    return this.status(pond)?.staged.filter(counts);
  }

  /** Staged change at a path, by the name of its resource or its UUID; undefined when there is none. */
  change(pond: string, path: string): ChangeInfo | undefined {
    const staged = this.status(pond)?.staged;
    return staged?.find((change) => change.path === path) ?? staged?.find((change) => shownPath(change) === path);
  }

  /** Rows by which a staged table differs, as text; undefined when they are not known. */
  rowsText(pond: string, path: string): string | undefined {
    return this.byPond.get(pond)?.rows.text(path);
  }

  /** Message box of a pond. Throws when the pond is not open: commands choose among the open ones. */
  inputBox(pond: string): vscode.SourceControlInputBox {
    const control = this.byPond.get(pond);
    if (control === undefined) throw new Error(`${pondName(pond)} is not open`);
    return control.inputBox;
  }

  /** Reloads a pond's status. */
  async refresh(pond: string): Promise<void> {
    await this.byPond.get(pond)?.refresh();
  }

  dispose(): void {
    for (const item of [...this.listeners, ...this.byPond.values(), this.changed]) item.dispose();
  }

  private add(pond: string): void {
    const isReadOnly = (): boolean => this.ponds.isReadOnly(pond);
    const control = new PondSourceControl(this.client, pond, { isReadOnly, refreshed: () => this.changed.fire(pond) });
    this.byPond.set(pond, control);
    control.refreshSoon();
  }

  private remove(pond: string): void {
    this.byPond.get(pond)?.dispose();
    this.byPond.delete(pond);
    this.changed.fire(pond);
  }
}

interface SourceControlHost {
  /** Called after the status is reloaded. */
  readonly refreshed: () => void;
  readonly isReadOnly: () => boolean;
}

class PondSourceControl implements vscode.Disposable {
  private readonly client: PondClient;
  private readonly pond: string;
  private readonly host: SourceControlHost;
  private readonly control: vscode.SourceControl;
  private readonly conflicts: vscode.SourceControlResourceGroup;
  private readonly staged: vscode.SourceControlResourceGroup;
  readonly rows: StagedRows;
  private timer: NodeJS.Timeout | undefined;
  /** Looks for the folder of the pond while it is gone. */
  private looking: NodeJS.Timeout | undefined;
  private lastSent = 0;
  private lastShown = 0;
  status: StatusInfo | undefined;
  /** True while the folder of the pond is gone. */
  isGone = false;

  constructor(client: PondClient, pond: string, host: SourceControlHost) {
    this.client = client;
    this.pond = pond;
    this.host = host;
    this.control = vscode.scm.createSourceControl('pond', pondName(pond), pondUri(pond));
    this.control.acceptInputCommand = { command: 'pond.commit', title: 'Commit', arguments: [pondUri(pond)] };
    this.control.quickDiffProvider = { provideOriginalResource: (uri) => this.original(uri) };
    this.conflicts = this.control.createResourceGroup('conflicts', 'Conflicts');
    this.conflicts.hideWhenEmpty = true;
    this.staged = this.control.createResourceGroup('staged', 'Staged Changes');
    // The rows are in the decorations alone: a change that is drawn again loses the click on it.
    this.rows = new StagedRows(client, pond, host.refreshed);
    this.showMode();
  }

  /** Shows whether the pond can be written: its message box takes a message, or says why not. */
  showMode(): void {
    const { inputBox } = this.control;
    const isReadOnly = this.host.isReadOnly();
    inputBox.enabled = !isReadOnly;
    inputBox.placeholder = isReadOnly ? readOnlyText(this.status) : 'Message (Ctrl+Enter to commit)';
  }

  get inputBox(): vscode.SourceControlInputBox {
    return this.control.inputBox;
  }

  refreshSoon(): void {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      void this.refresh();
    }, refreshDelayMs);
  }

  async refresh(): Promise<void> {
    const request = ++this.lastSent;
    try {
      const status = await this.client.request('status', { pond: this.pond });
      // A response that arrives after that to a later request is outdated.
      if (request < this.lastShown) return;
      this.lastShown = request;
      this.show(status);
    } catch (error) {
      if (!this.isGone) this.client.log.warn(`status of ${this.pond}: ${errorText(error)}`);
      if (errorData(error)?.code === 'pond-not-found' && request >= this.lastShown) this.forget();
    }
  }

  /** Shows nothing as staged, and says once why: the folder of the pond is gone. */
  private forget(): void {
    if (this.isGone) return;
    this.isGone = true;
    this.looking = setInterval(() => void this.refresh(), goneMs);
    this.status = undefined;
    this.conflicts.resourceStates = [];
    this.staged.resourceStates = [];
    this.control.count = 0;
    this.host.refreshed();
    void vscode.window.showErrorMessage(`${pondName(this.pond)}: ${goneText(this.pond)}`);
  }

  dispose(): void {
    clearTimeout(this.timer);
    clearInterval(this.looking);
    this.rows.dispose();
    this.control.dispose();
  }

  private show(status: StatusInfo): void {
    // Redrawing an unchanged status would make letters in the explorer flicker.
    if (this.status !== undefined && JSON.stringify(status) === JSON.stringify(this.status)) return;
    this.status = status;
    this.isGone = false;
    clearInterval(this.looking);
    this.rows.update(status);
    const conflicts = new Set(status.conflicts);
    const states = (conflict: boolean): vscode.SourceControlResourceState[] =>
      status.staged
        .filter((change) => conflicts.has(change.path) === conflict && (conflict || counts(change)))
        .map((change) => resourceState(this.pond, change, conflict));
    this.conflicts.resourceStates = states(true);
    this.staged.resourceStates = states(false);
    this.control.count = status.staged.filter(counts).length;
    this.showMode();
    this.host.refreshed();
  }

  private original(uri: vscode.Uri): vscode.Uri | undefined {
    const location = parsePondUri(uri);
    if (location === undefined || location.pond !== this.pond || location.at !== undefined) return undefined;
    return pondUri(this.pond, location.path, 'HEAD');
  }
}

/** The reason why a pond is only read. */
function readOnlyText(status: StatusInfo | undefined): string {
  if (!vscode.workspace.isTrusted) return 'Message (Restricted Mode: files are read-only)';
  const replica = status?.replica ?? null;
  if (replica?.partial === true) return 'Read-only: this copy is not complete';
  if (replica !== null && replica.at !== null) return `Read-only: a copy of version ${replica.at}, made to look at`;
  return 'Read-only: another program writes the pond, or its folder cannot be written';
}

const counts = ({ partOf }: ChangeInfo): boolean => partOf === undefined;

function resourceState(pond: string, change: ChangeInfo, conflict: boolean): vscode.SourceControlResourceState {
  const path = shownPath(change);
  const resourceUri = pondUri(pond, path);
  const what = conflict ? `${path}: another commit changed this path too` : `${path}: ${changeText(change)}`;
  return {
    resourceUri,
    contextValue: conflict ? 'conflict' : change.kind,
    command: { command: 'pond.openDiff', title: 'Open Diff', arguments: [resourceUri] },
    decorations: {
      strikeThrough: change.kind === 'removed',
      tooltip: printable(what),
    },
  };
}
