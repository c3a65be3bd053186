import * as vscode from 'vscode';
import { type ResourceInfo } from '../../../server/src/protocol/resources.ts';
import { eachMinute } from '../clock.ts';
import { pondName } from '../pondUri.ts';
import { webviewPage } from '../webviewPage.ts';
import { type FromGraphPage, type GraphNode, type GraphState } from '../webviews/graph/messages.ts';
import { documentUri, readableText } from './treeLocations.ts';
import { type ResourceStore } from './resourceStore.ts';
import { type Runner } from './runner.ts';
import { type ResourcesView } from './view.ts';
import { stateOf, summaryOf, titleOf } from './strings.ts';

const viewType = 'pond.graph';

/** Graphs of the resources, one for each pond, kept up to date. */
export class GraphPanels implements vscode.Disposable {
  readonly #extension: vscode.Uri;
  readonly #store: ResourceStore;
  readonly #runner: Runner;
  readonly #view: ResourcesView;
  readonly #panels = new Map<string, vscode.WebviewPanel>();
  readonly #listeners: vscode.Disposable;

  constructor(extension: vscode.Uri, store: ResourceStore, runner: Runner, view: ResourcesView) {
    this.#extension = extension;
    this.#store = store;
    this.#runner = runner;
    this.#view = view;
    this.#listeners = vscode.Disposable.from(
      store.onDidChange((pond) => this.#send(pond)),
      runner.onDidChange((pond) => this.#send(pond)),
      eachMinute(() => {
        for (const pond of this.#panels.keys()) this.#send(pond);
      }),
      vscode.window.registerWebviewPanelSerializer(viewType, {
        deserializeWebviewPanel: async (panel, state) => this.#restore(panel, state),
      }),
    );
  }

  /** Shows the graph of a pond. */
  show(pond: string): void {
    const known = this.#panels.get(pond);
    if (known !== undefined) known.reveal();
    else
      this.#open(
        pond,
        vscode.window.createWebviewPanel(viewType, `Graph: ${pondName(pond)}`, vscode.ViewColumn.Active),
      );
  }

  /** The pond whose graph is the active tab; undefined for another tab. */
  activePond(): string | undefined {
    return [...this.#panels].find(([, { active }]) => active)?.[0];
  }

  /** Shows the graph in a panel of an earlier window. */
  #restore(panel: vscode.WebviewPanel, state: unknown): void {
    const isKept = typeof state === 'object' && state !== null && 'directory' in state;
    const pond = isKept && typeof state.directory === 'string' ? state.directory : undefined;
    if (pond === undefined || this.#panels.has(pond)) {
      panel.dispose();
      return;
    }
    this.#open(pond, panel);
    void this.#store.refresh(pond);
  }

  #open(pond: string, panel: vscode.WebviewPanel): void {
    const assets = vscode.Uri.joinPath(this.#extension, 'out', 'webviews');
    panel.webview.options = { enableScripts: true, localResourceRoots: [assets] };
    this.#panels.set(pond, panel);
    panel.webview.onDidReceiveMessage((message: FromGraphPage) => void this.#receive(pond, message));
    panel.onDidDispose(() => this.#panels.delete(pond));
    panel.webview.html = webviewPage(panel.webview, assets, { name: 'graph', title: 'Graph of resources' });
  }

  /** Content of the graph of a pond; undefined when it is not open. */
  state(pond: string): GraphState | undefined {
    return this.#panels.has(pond) ? this.#graph(pond) : undefined;
  }

  dispose(): void {
    this.#listeners.dispose();
    for (const panel of this.#panels.values()) panel.dispose();
  }

  async #receive(pond: string, message: FromGraphPage): Promise<void> {
    if (message.type === 'ready') {
      this.#send(pond);
      return;
    }
    const resource = this.#store.resources(pond).find(({ id }) => id === message.id);
    if (resource === undefined) return;
    await this.#view.reveal(pond, resource, { focus: false });
    if (message.type === 'open') await vscode.commands.executeCommand('vscode.open', documentUri(pond, resource));
  }

  #send(pond: string): void {
    void this.#panels.get(pond)?.webview.postMessage(this.#graph(pond));
  }

  #graph(pond: string): GraphState {
    const resources = this.#store.resources(pond);
    return {
      type: 'graph',
      pond: pondName(pond),
      directory: pond,
      nodes: resources.map((resource) => this.#node(pond, resource)),
      edges: resources.flatMap(({ id, reads }) => reads.map((from) => ({ from, to: id }))),
    };
  }

  #node(pond: string, resource: ResourceInfo): GraphNode {
    const { id, kind, name, desc, problems, lastRun } = resource;
    const running = this.#runner.at(pond, resource);
    const summary = summaryOf(resource, running, Date.now());
    const troubles = [...problems.map(({ message }) => message), ...(lastRun?.error ? [lastRun.error.message] : [])];
    const lines = [titleOf(resource), desc, summary, ...troubles].filter((line) => line !== '');
    const tooltip = readableText(this.#store.resources(pond), lines.join('\n'));
    return { id, kind, name, state: stateOf(resource, running), summary, tooltip };
  }
}
