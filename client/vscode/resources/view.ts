import * as vscode from 'vscode';
import { type ResourceInfo } from '../../../server/src/protocol/resources.ts';
import { type PondClient } from '../client.ts';
import { errorText } from '../errors.ts';
import { badgeOf, itemOf } from './items.ts';
import { withLatest } from './freshness.ts';
import { kindNodes, resourceChildren, type ViewNode } from './nodes.ts';
import { readableText } from './treeLocations.ts';
import { type ResourceStore } from './resourceStore.ts';
import { type Runner } from './runner.ts';
import { type Schedules } from './schedules.ts';
import { idle, stateOf, titleOf } from './strings.ts';

const viewId = 'pond.resources';

/** Refresh interval: the age of a run is shown in minutes. */
const clockMs = 60_000;

/** Content of the rows, in addition to the state of the ponds. */
interface ViewParts {
  readonly store: ResourceStore;
  readonly runner: Runner;
  readonly schedules: Schedules;
}

/** The Resources view: ponds (if there are several) → kinds → resources → outputs. */
export class ResourcesView implements vscode.TreeDataProvider<ViewNode>, vscode.Disposable {
  private readonly client: PondClient;
  private readonly store: ResourceStore;
  private readonly runner: Runner;
  private readonly schedules: Schedules;
  private readonly tree: vscode.TreeView<ViewNode>;
  private readonly changed = new vscode.EventEmitter<undefined>();
  private readonly listeners: vscode.Disposable[];
  private readonly clock: NodeJS.Timeout;
  private readonly firstLoads = new Map<string, Promise<void>>();
  readonly onDidChangeTreeData = this.changed.event;

  constructor(client: PondClient, { store, runner, schedules }: ViewParts) {
    this.client = client;
    this.store = store;
    this.runner = runner;
    this.schedules = schedules;
    this.tree = vscode.window.createTreeView(viewId, {
      treeDataProvider: this,
      canSelectMany: true,
      showCollapseAll: true,
    });
    this.listeners = [
      this.tree,
      this.tree.onDidChangeVisibility(() => this.tick()),
      store.onDidChange(() => this.show()),
      runner.onDidChange(() => this.show()),
      schedules.onDidChange(() => this.show()),
      vscode.workspace.onDidGrantWorkspaceTrust(() => this.show()),
    ];
    this.clock = setInterval(() => this.tick(), clockMs);
    this.show();
  }

  getTreeItem(node: ViewNode): vscode.TreeItem {
    const running = node.type === 'resource' ? this.runner.at(node.pond, node.resource) : idle;
    return itemOf(node, running, {
      nowMs: Date.now(),
      readable: (text) => readableText(this.store.resources(node.pond), text),
      interval: (resource) => this.schedules.intervalOf(node.pond, titleOf(resource)),
    });
  }

  async getChildren(node?: ViewNode): Promise<ViewNode[]> {
    if (node === undefined) return [...(await this.roots())];
    switch (node.type) {
      case 'pond':
        return [...(await this.pondChildren(node.pond))];
      case 'kind':
        return node.resources.map((resource) => ({ type: 'resource', pond: node.pond, resource }));
      case 'resource':
        return [...(await withLatest(this.client, resourceChildren(node)))];
      case 'output':
        return [...(await this.entries(node))];
      default:
        return [];
    }
  }

  getParent(node: ViewNode): ViewNode | undefined {
    switch (node.type) {
      case 'output':
        return node.parent;
      case 'problem':
        return { type: 'resource', pond: node.pond, resource: node.resource };
      case 'resource': {
        const { kind } = node.resource;
        return kindNodes(node.pond, this.store.resources(node.pond)).find(
          (one) => one.type === 'kind' && one.kind === kind,
        );
      }
      case 'kind':
      case 'failure':
        return this.store.all.length > 1 ? { type: 'pond', pond: node.pond } : undefined;
      case 'pond':
        return undefined;
    }
  }

  /** Reveals a resource and selects it. */
  async reveal(pond: string, resource: ResourceInfo, options: { readonly focus: boolean }): Promise<void> {
    await this.tree.reveal({ type: 'resource', pond, resource }, { select: true, ...options });
  }

  /** Rows below a row, as shown. */
  async rows(node: ViewNode): Promise<readonly { readonly node: ViewNode; readonly item: vscode.TreeItem }[]> {
    return (await this.getChildren(node)).map((child) => ({ node: child, item: this.getTreeItem(child) }));
  }

  dispose(): void {
    clearInterval(this.clock);
    for (const listener of this.listeners) listener.dispose();
    this.changed.dispose();
  }

  /** Shows ages as of now; the server knows those of backups. */
  private tick(): void {
    if (!this.tree.visible) return;
    for (const pond of this.store.all) {
      if (this.store.resources(pond).some(({ backup }) => backup !== null)) void this.store.refresh(pond);
    }
    this.changed.fire(undefined);
  }

  private show(): void {
    const states = this.store.all.flatMap((pond) =>
      this.store.resources(pond).map((resource) => stateOf(resource, this.runner.at(pond, resource))),
    );
    this.tree.badge = badgeOf(states);
    this.tree.message = vscode.workspace.isTrusted
      ? ''
      : 'Restricted Mode: nothing runs until the workspace is trusted.';
    void vscode.commands.executeCommand('setContext', 'pond.openPonds', this.store.all.length);
    void vscode.commands.executeCommand('setContext', 'pond.running', states.includes('running'));
    this.changed.fire(undefined);
  }

  private async roots(): Promise<readonly ViewNode[]> {
    const ponds = this.store.all;
    const [only] = ponds;
    if (only === undefined) return [];
    return ponds.length === 1 ? this.pondChildren(only) : ponds.map((pond) => ({ type: 'pond', pond }));
  }

  private async pondChildren(pond: string): Promise<readonly ViewNode[]> {
    if (this.store.report(pond) === undefined) {
      // The view shows that it is busy until this resolves.
      const loading = this.firstLoads.get(pond) ?? this.store.refresh(pond);
      this.firstLoads.set(pond, loading);
      await loading;
      this.firstLoads.delete(pond);
    }
    const report = this.store.report(pond);
    const failure: readonly ViewNode[] =
      report?.error === undefined ? [] : [{ type: 'failure', pond, of: 'The resources', message: report.error }];
    return [...failure, ...kindNodes(pond, report?.resources ?? [])];
  }

  /** Entries of a directory of a resource. */
  private async entries(node: Extract<ViewNode, { type: 'output' }>): Promise<readonly ViewNode[]> {
    const { pond, output } = node;
    try {
      const listed = await this.client.request('list', { pond, path: output.path });
      // Use the path as listed: the server reports paths with links resolved.
      return await withLatest(
        this.client,
        listed.map(({ name, type }): ViewNode => {
          return { type: 'output', pond, output: { path: `${output.path}/${name}`, type }, parent: node };
        }),
      );
    } catch (error) {
      return [{ type: 'failure', pond, of: output.path, message: errorText(error) }];
    }
  }
}
