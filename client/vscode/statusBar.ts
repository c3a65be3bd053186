import * as vscode from 'vscode';
import { type HealthEvent } from '../../server/src/protocol/events.ts';
import { type PondClient, type ServerState } from './client.ts';
import { type OpenPonds } from './ponds.ts';
import { pondName } from './pondUri.ts';
import { type SourceControls } from './sourceControl/sourceControl.ts';

/** State shown in the status bar. */
interface StatusReport {
  /** Host directory of the pond; undefined when none is open. */
  readonly pond: string | undefined;
  /** Staged changes; undefined until known. */
  readonly staged: number | undefined;
  readonly conflicts: number;
  readonly isReadOnly: boolean;
  /** True when the folder of the pond is gone. */
  readonly isGone: boolean;
  /** States of the copies of the pond, one sentence each. */
  readonly backups: readonly string[];
  readonly state: ServerState;
  readonly health: HealthEvent;
}

/** Text and appearance of the status bar item; undefined when there is nothing to show. */
function statusText(
  report: StatusReport,
): { readonly text: string; readonly tooltip: string; readonly bad: 'error' | 'warning' | undefined } | undefined {
  const name = report.pond === undefined ? 'DuckPond' : pondName(report.pond);
  if (report.state === 'stopped') {
    return {
      text: `$(error) ${name}`,
      tooltip: 'The pond server is not running. Click to show its log.',
      bad: 'error',
    };
  }
  if (report.state === 'starting') {
    return { text: `$(sync~spin) ${name}`, tooltip: 'The pond server is starting.', bad: undefined };
  }
  const bad = report.health.health === 'ok' ? undefined : report.health.health;
  if (report.pond === undefined) {
    return bad === undefined ? undefined : { text: `$(warning) ${name}`, tooltip: report.health.message, bad };
  }
  if (report.isGone) {
    const tooltip = `The folder ${report.pond} was removed or moved. Nothing is saved until it is back.`;
    return { text: `$(error) ${name} · folder is gone`, tooltip, bad: 'error' };
  }
  const counts = [
    ...(report.staged === undefined ? [] : [report.staged === 0 ? 'nothing staged' : `${report.staged} staged`]),
    ...(report.isReadOnly ? ['read-only'] : []),
    ...(report.conflicts === 0 ? [] : [`${report.conflicts} in conflict`]),
  ];
  return {
    text: [`$(${bad === undefined ? 'database' : 'warning'}) ${name}`, ...counts].join(' · '),
    tooltip: [`Pond ${report.pond}`, ...report.backups, ...(bad === undefined ? [] : [report.health.message])].join(
      '\n',
    ),
    bad: bad ?? (report.conflicts > 0 ? 'warning' : undefined),
  };
}

/** The status bar item: pond of the active document (else the first), staged changes, and health of the server. */
export class StatusBar implements vscode.Disposable {
  private readonly client: PondClient;
  private readonly ponds: OpenPonds;
  private readonly sourceControls: SourceControls;
  private readonly item = vscode.window.createStatusBarItem('pond.status', vscode.StatusBarAlignment.Left, 50);
  private readonly listeners: vscode.Disposable[];
  private health: HealthEvent = { health: 'ok', message: '' };

  constructor(client: PondClient, ponds: OpenPonds, sourceControls: SourceControls) {
    this.client = client;
    this.ponds = ponds;
    this.sourceControls = sourceControls;
    this.item.name = 'Pond';
    const show = (): void => this.show();
    this.listeners = [
      client.onDidChangeState((state) => {
        // The health of an earlier server does not apply to the next one.
        if (state !== 'running') this.health = { health: 'ok', message: '' };
        show();
      }),
      client.onDidChangeHealth((health) => {
        this.health = health;
        show();
      }),
      ponds.onDidAdd(show),
      sourceControls.onDidChange(show),
      ponds.onDidChangeMode(show),
      vscode.window.onDidChangeActiveTextEditor(show),
      vscode.window.tabGroups.onDidChangeTabs(show),
    ];
    show();
  }

  /** Current text; undefined when the item is hidden. */
  get text(): string | undefined {
    return statusText(this.report())?.text;
  }

  dispose(): void {
    for (const listener of this.listeners) listener.dispose();
    this.item.dispose();
  }

  private report(): StatusReport {
    const pond = this.ponds.active() ?? this.ponds.all[0];
    const status = pond === undefined ? undefined : this.sourceControls.status(pond);
    return {
      pond,
      staged: pond === undefined ? undefined : this.sourceControls.countedChanges(pond)?.length,
      conflicts: status?.conflicts.length ?? 0,
      isGone: pond !== undefined && this.sourceControls.isGone(pond),
      isReadOnly: pond !== undefined && this.ponds.isReadOnly(pond) && vscode.workspace.isTrusted,
      backups: (status?.backups ?? []).map(({ resource, text }) => `${resource}: ${text}`),
      state: this.client.state,
      health: this.health,
    };
  }

  private show(): void {
    const shown = statusText(this.report());
    if (shown === undefined) {
      this.item.hide();
      return;
    }
    this.item.text = shown.text;
    this.item.tooltip = shown.tooltip;
    this.item.accessibilityInformation = { label: shown.text.replace(/\$\([^)]*\) /g, '') };
    this.item.backgroundColor =
      shown.bad === undefined ? undefined : new vscode.ThemeColor(`statusBarItem.${shown.bad}Background`);
    this.item.command =
      shown.bad === undefined || this.client.state === 'running' ? 'workbench.view.scm' : 'pond.showServerLog';
    this.item.show();
  }
}
