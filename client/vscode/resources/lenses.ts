import * as vscode from 'vscode';
import { type ResourceInfo } from '../../../server/src/protocol/resources.ts';
import { eachMinute } from '../clock.ts';
import { parsePondUri } from '../pondUri.ts';
import { type ViewNode } from './nodes.ts';
import { type ResourceStore } from './resourceStore.ts';
import { type Runner } from './runner.ts';
import { progressText, runText, titleOf } from './strings.ts';

/** Code lenses above a document that could be a resource: available actions, and the outcome of its last run. */
export class ResourceLenses implements vscode.CodeLensProvider, vscode.Disposable {
  readonly #store: ResourceStore;
  readonly #runner: Runner;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #registered: vscode.Disposable;
  readonly onDidChangeCodeLenses = this.#changed.event;

  constructor(store: ResourceStore, runner: Runner) {
    this.#store = store;
    this.#runner = runner;
    this.#registered = vscode.Disposable.from(
      vscode.languages.registerCodeLensProvider(
        { language: 'yaml', scheme: 'pond', pattern: '**/resource.yaml' },
        this,
      ),
      store.onDidChange(() => this.#changed.fire()),
      runner.onDidChange(() => this.#changed.fire()),
      vscode.workspace.onDidGrantWorkspaceTrust(() => this.#changed.fire()),
      eachMinute(() => this.#tick()),
    );
  }

  provideCodeLenses(document: vscode.TextDocument): vscode.CodeLens[] {
    const location = parsePondUri(document.uri);
    if (location === undefined || location.at !== undefined) return [];
    const resource = this.#store.at(location.pond, location.path);
    if (resource === undefined) return [];
    const top = new vscode.Range(0, 0, 0, 0);
    return this.#commands(location.pond, resource).map((command) => new vscode.CodeLens(top, command));
  }

  dispose(): void {
    this.#registered.dispose();
    this.#changed.dispose();
  }

  /** Shows the age of the last run as of now. */
  #tick(): void {
    const isShown = vscode.window.visibleTextEditors.some(
      ({ document }) => this.provideCodeLenses(document).length > 0,
    );
    if (isShown) this.#changed.fire();
  }

  #commands(pond: string, resource: ResourceInfo): readonly vscode.Command[] {
    const node: ViewNode = { type: 'resource', pond, resource };
    const lens = (title: string, command: string): vscode.Command => ({ title, command, arguments: [node] });
    const progress = this.#runner.progress(pond, titleOf(resource));
    const last = resource.lastRun === null ? 'Never run' : `Last run: ${runText(resource.lastRun, Date.now())}`;
    return [
      ...(progress !== undefined
        ? [
            lens(`$(sync~spin) ${progressText(progress)}`, 'pond.openRunLog'),
            lens('$(debug-stop) Cancel', 'pond.cancelRun'),
          ]
        : vscode.workspace.isTrusted
          ? [lens('$(play) Run', 'pond.runResource')]
          : []),
      ...(progress === undefined ? [lens(last, 'pond.openRunLog')] : []),
      ...(resource.outputs.length === 0 ? [] : [lens('Outputs', 'pond.openOutput')]),
      lens('Graph', 'pond.showGraph'),
    ];
  }
}
