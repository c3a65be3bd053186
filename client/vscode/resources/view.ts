import * as vscode from 'vscode';
import { type ResourceInfo } from '../../../server/src/protocol/resources.ts';
import { type PondClient } from '../client.ts';
import { eachMinute } from '../clock.ts';
import { TreeRows } from '../treeRows.ts';
import { errorText } from '../errors.ts';
import { badgeOf, itemOf } from './items.ts';
import { withLatest } from './freshness.ts';
import { kindNodes, nodeId, resourceChildren, resourceNodes, type ViewNode } from './nodes.ts';
import { readableText } from './treeLocations.ts';
import { type ResourceStore } from './resourceStore.ts';
import { type Runner } from './runner.ts';
import { type Schedules } from './schedules.ts';
import { idle, stateOf, titleOf } from './strings.ts';

const viewId = 'pond.resources';

/** Content of the rows, in addition to the state of the ponds. */
interface ViewParts {
  readonly store: ResourceStore;
  readonly runner: Runner;
  readonly schedules: Schedules;
}

/** The Resources view: ponds (if there are several) → kinds → resources → outputs. */
export class ResourcesView implements vscode.TreeDataProvider<ViewNode>, vscode.Disposable {
  readonly #client: PondClient;
  readonly #store: ResourceStore;
  readonly #runner: Runner;
  readonly #schedules: Schedules;
  readonly #tree: vscode.TreeView<ViewNode>;
  readonly #changed = new vscode.EventEmitter<ViewNode[] | undefined>();
  readonly #drawn = new TreeRows(nodeId);
  readonly #listeners: vscode.Disposable[];
  readonly #firstLoads = new Map<string, Promise<void>>();
  readonly onDidChangeTreeData = this.#changed.event;

  constructor(client: PondClient, { store, runner, schedules }: ViewParts) {
    this.#client = client;
    this.#store = store;
    this.#runner = runner;
    this.#schedules = schedules;
    this.#tree = vscode.window.createTreeView(viewId, {
      treeDataProvider: this,
      canSelectMany: true,
      showCollapseAll: true,
    });
    this.#listeners = [
      this.#tree,
      eachMinute(() => this.#tick()),
      this.#tree.onDidChangeVisibility(() => this.#tick()),
      this.#tree.onDidCollapseElement(({ element }) => this.#drawn.setClosed(element, true)),
      this.#tree.onDidExpandElement(({ element }) => this.#drawn.setClosed(element, false)),
      store.onDidChange(() => this.#show()),
      runner.onDidChange(() => this.#show()),
      schedules.onDidChange(() => this.#show()),
      vscode.workspace.onDidGrantWorkspaceTrust(() => this.#show()),
    ];
    this.#show();
  }

  getTreeItem(node: ViewNode): vscode.TreeItem {
    return this.#drawn.row(node, this.#item(node));
  }

  async getChildren(node?: ViewNode): Promise<ViewNode[]> {
    return this.#drawn.below(node, await this.#children(node));
  }

  getParent(node: ViewNode): ViewNode | undefined {
    switch (node.type) {
      case 'output':
        return node.parent;
      case 'problem':
        return { type: 'resource', pond: node.pond, resource: node.resource };
      case 'resource':
        return { type: 'kind', pond: node.pond, kind: node.resource.kind };
      case 'kind':
      case 'failure':
        return this.#store.all.length > 1 ? { type: 'pond', pond: node.pond } : undefined;
      case 'pond':
        return undefined;
    }
  }

  /** Reveals a resource and selects it. */
  async reveal(pond: string, resource: ResourceInfo, options: { readonly focus: boolean }): Promise<void> {
    await this.#tree.reveal({ type: 'resource', pond, resource }, { select: true, ...options });
  }

  /** Rows below a row, as shown. */
  async rows(node: ViewNode): Promise<readonly { readonly node: ViewNode; readonly item: vscode.TreeItem }[]> {
    return (await this.#children(node)).map((child) => ({ node: child, item: this.#item(child) }));
  }

  dispose(): void {
    for (const listener of this.#listeners) listener.dispose();
    this.#changed.dispose();
  }

  #item(node: ViewNode): vscode.TreeItem {
    const running = node.type === 'resource' ? this.#runner.at(node.pond, node.resource) : idle;
    const resources = this.#store.resources(node.pond);
    return itemOf(node, running, {
      ...{ nowMs: Date.now(), resources, readable: (text) => readableText(resources, text) },
      interval: (resource) => this.#schedules.intervalOf(node.pond, titleOf(resource)),
    });
  }

  async #children(node: ViewNode | undefined): Promise<ViewNode[]> {
    if (node?.type === 'resource') return await withLatest(this.#client, resourceChildren(node));
    if (node?.type === 'output') return [...(await this.#entries(node))];
    if (node?.type === 'problem' || node?.type === 'failure') return [];
    const [only, ...more] = this.#store.all;
    if (node?.type === 'pond') await this.#loaded(node.pond);
    else if (node === undefined && only !== undefined && more.length === 0) await this.#loaded(only);
    return [...this.#knownChildren(node)];
  }

  /** Rows below a row that no request is needed for: those of ponds and kinds. */
  #knownChildren(node: ViewNode | undefined): readonly ViewNode[] {
    if (node?.type === 'kind') return resourceNodes(node, this.#store.resources(node.pond));
    const [only, ...more] = this.#store.all;
    if (node === undefined && more.length > 0) return this.#store.all.map((pond) => ({ type: 'pond', pond }));
    const pond = node?.pond ?? only;
    if (pond === undefined) return [];
    const { resources = [], error } = this.#store.report(pond) ?? {};
    const failure: readonly ViewNode[] =
      error === undefined ? [] : [{ type: 'failure', pond, of: 'The resources', message: error }];
    return [...failure, ...kindNodes(pond, resources)];
  }

  /** Shows ages as of now, of which the server knows those of backups, and files that came since. */
  #tick(): void {
    if (!this.#tree.visible) return;
    for (const pond of this.#store.all) {
      if (this.#store.resources(pond).some(({ backup }) => backup !== null)) void this.#store.refresh(pond);
    }
    this.#redraw();
    for (const node of this.#drawn.parents)
      if (node?.type === 'resource' || node?.type === 'output') void this.#relist(node);
  }

  async #relist(node: ViewNode): Promise<void> {
    if (this.#drawn.isClosed(node)) return;
    try {
      if (this.#drawn.isOther(node, await this.#children(node))) this.#changed.fire([node]);
    } catch (error) {
      this.#client.log.warn(`the rows of ${nodeId(node)} were not listed again: ${errorText(error)}`);
    }
  }

  /** Draws the rows again that changed. */
  #redraw(): void {
    const parents = this.#drawn.parents.filter(
      (node) => node === undefined || node.type === 'pond' || node.type === 'kind',
    );
    const others = parents.filter((node) => this.#drawn.isOther(node, this.#knownChildren(node)));
    if (parents.length === 0 || others.includes(undefined)) {
      this.#drawn.clear();
      this.#changed.fire(undefined);
      return;
    }
    const rows = [...others.filter((node) => node !== undefined), ...this.#drawn.changed((node) => this.#item(node))];
    if (rows.length > 0) this.#changed.fire(rows);
  }

  #show(): void {
    const states = this.#store.all.flatMap((pond) =>
      this.#store.resources(pond).map((resource) => stateOf(resource, this.#runner.at(pond, resource))),
    );
    this.#tree.badge = badgeOf(states);
    this.#tree.message = vscode.workspace.isTrusted
      ? ''
      : 'Restricted Mode: nothing runs until the workspace is trusted.';
    void vscode.commands.executeCommand('setContext', 'pond.openPonds', this.#store.all.length);
    void vscode.commands.executeCommand('setContext', 'pond.running', states.includes('running'));
    this.#redraw();
  }

  /** Waits for the first report of a pond: the view shows that it is busy until then. */
  async #loaded(pond: string): Promise<void> {
    if (this.#store.report(pond) !== undefined) return;
    const loading = this.#firstLoads.get(pond) ?? this.#store.refresh(pond);
    this.#firstLoads.set(pond, loading);
    await loading;
    this.#firstLoads.delete(pond);
  }

  /** Entries of a directory of a resource. */
  async #entries(node: Extract<ViewNode, { type: 'output' }>): Promise<readonly ViewNode[]> {
    const { pond, output } = node;
    try {
      const listed = await this.#client.request('list', { pond, path: output.path });
      // Use the path as listed: the server reports paths with links resolved.
      return await withLatest(
        this.#client,
        listed.map(({ name, type }): ViewNode => {
          return { type: 'output', pond, output: { path: `${output.path}/${name}`, type }, parent: node };
        }),
      );
    } catch (error) {
      return [{ type: 'failure', pond, of: output.path, message: errorText(error) }];
    }
  }
}
