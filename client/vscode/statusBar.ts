import * as vscode from 'vscode';
import { type HealthEvent } from '../../server/src/protocol/events.ts';
import { type PondClient } from './client.ts';
import { type OpenPonds } from './ponds.ts';
import { pondName } from './pondUri.ts';
import { type SourceControls } from './sourceControl/sourceControl.ts';
import { findingsOf, type StatusReport, statusText } from './statusStrings.ts';

/** The status bar item: pond of the active document (else the first), staged changes, and health of the server. */
export class StatusBar implements vscode.Disposable {
  readonly #client: PondClient;
  readonly #ponds: OpenPonds;
  readonly #sourceControls: SourceControls;
  readonly #item = vscode.window.createStatusBarItem('pond.status', vscode.StatusBarAlignment.Left, 50);
  readonly #listeners: vscode.Disposable[];
  #health: HealthEvent = { health: 'ok', message: '' };

  constructor(client: PondClient, ponds: OpenPonds, sourceControls: SourceControls) {
    this.#client = client;
    this.#ponds = ponds;
    this.#sourceControls = sourceControls;
    this.#item.name = 'Pond';
    const show = (): void => this.#show();
    this.#listeners = [
      client.onDidChangeState((state) => {
        // The health of an earlier server does not apply to the next one.
        if (state !== 'running') this.#health = { health: 'ok', message: '' };
        show();
      }),
      client.onDidChangeHealth((health) => {
        this.#health = health;
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
    return statusText(this.#report())?.text;
  }

  dispose(): void {
    for (const listener of this.#listeners) listener.dispose();
    this.#item.dispose();
  }

  #report(): StatusReport {
    const pond = this.#ponds.active() ?? this.#ponds.all[0];
    const status = pond === undefined ? undefined : this.#sourceControls.status(pond);
    return {
      pond: pond === undefined ? undefined : { name: pondName(pond), directory: pond },
      staged: pond === undefined ? undefined : this.#sourceControls.countedChanges(pond)?.length,
      conflicts: status?.conflicts.length ?? 0,
      isGone: pond !== undefined && this.#sourceControls.isGone(pond),
      isReadOnly: pond !== undefined && this.#ponds.isReadOnly(pond) && vscode.workspace.isTrusted,
      backups: (status?.backups ?? []).map(({ resource, text }) => `${resource}: ${text}`),
      findings: status === undefined ? [] : findingsOf(status),
      state: this.#client.state,
      health: this.#health,
    };
  }

  #show(): void {
    const shown = statusText(this.#report());
    if (shown === undefined) {
      this.#item.hide();
      return;
    }
    this.#item.text = shown.text;
    this.#item.tooltip = shown.tooltip;
    const spoken = shown.text.replace(/\$\([^)]*\) /g, '');
    // What is wrong is otherwise in the color and the tooltip alone.
    this.#item.accessibilityInformation = { label: shown.bad === undefined ? spoken : `${spoken}, ${shown.tooltip}` };
    this.#item.backgroundColor =
      shown.bad === undefined ? undefined : new vscode.ThemeColor(`statusBarItem.${shown.bad}Background`);
    this.#item.command =
      shown.bad === undefined || this.#client.state === 'running' ? 'workbench.view.scm' : 'pond.showServerLog';
    this.#item.show();
  }
}
