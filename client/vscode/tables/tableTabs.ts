import * as vscode from 'vscode';
import { type PondClient } from '../client.ts';
import { errorText } from '../errors.ts';
import { isTextTable, opensAsTable } from './openedFile.ts';
import { type OpenPonds } from '../ponds.ts';
import { parsePondUri } from '../pondUri.ts';
import { tableEditor, textTableEditor } from './viewTypes.ts';

/** A text that opens within this time after its table was closed takes its place: "Reopen Editor With…". Milliseconds. */
const reopenMs = 1_000;

/**
 * Shows files as tables that VS Code opens as text, since it knows neither their size nor their type: large CSV and JSON
 * files, and series without an extension. Their text is not read meanwhile. "Reopen Editor With…" shows it.
 */
export class TableTabs implements vscode.Disposable {
  readonly #client: PondClient;
  readonly #ponds: OpenPonds;
  /** Files whose tab was just opened: whether they are shown as tables. */
  readonly #decisions = new Map<string, Promise<boolean>>();
  /** When a table was closed, milliseconds since 1970 UTC, by its file. */
  readonly #closedMs = new Map<string, number>();
  readonly #listener: vscode.Disposable;

  constructor(client: PondClient, ponds: OpenPonds) {
    this.#client = client;
    this.#ponds = ponds;
    this.#listener = vscode.window.tabGroups.onDidChangeTabs(({ opened, closed }) => {
      for (const tab of closed) this.#closed(tab);
      for (const tab of opened) this.#opened(tab);
    });
  }

  /** True when the text of a file is not needed, since its tab became a table. Resolves at once for any other file. */
  async isTable(uri: vscode.Uri): Promise<boolean> {
    return (await this.#decisions.get(uri.toString())) ?? false;
  }

  dispose(): void {
    this.#listener.dispose();
  }

  #closed(tab: vscode.Tab): void {
    const uri = tableOf(tab);
    if (uri !== undefined) this.#closedMs.set(uri.toString(), Date.now());
  }

  #opened(tab: vscode.Tab): void {
    const uri = textOf(tab);
    if (uri === undefined || isTextWanted(uri)) return;
    const closedMs = this.#closedMs.get(uri.toString()) ?? 0;
    if (Date.now() - closedMs < reopenMs) return;
    const key = uri.toString();
    const decision = this.#decide(tab, uri).catch((error: unknown) => {
      this.#client.log.info(`${uri.path} is shown as text: ${errorText(error)}`);
      return false;
    });
    this.#decisions.set(key, decision);
    void decision.finally(() => this.#decisions.delete(key));
  }

  async #decide(tab: vscode.Tab, uri: vscode.Uri): Promise<boolean> {
    const location = parsePondUri(uri);
    if (location === undefined) return false;
    const { pond, path, at } = location;
    await this.#ponds.open(pond);
    const node = await this.#client.request('stat', { pond, path, ...(at !== undefined && { at }), followLinks: true });
    const limit = vscode.workspace.getConfiguration('pond.table').get<number>('openAbove') ?? 0;
    if (!opensAsTable(node, limit * 1024 ** 2)) return false;
    const { isPreview, group } = tab;
    const { viewColumn } = group;
    // A single click in the explorer leaves the focus there.
    const place = { viewColumn, preview: isPreview, preserveFocus: isPreview };
    await vscode.commands.executeCommand('vscode.openWith', uri, textTableEditor, place);
    const left = group.tabs.filter((other) => textOf(other)?.toString() === uri.toString());
    await vscode.window.tabGroups.close(left, true);
    return true;
  }
}

/** The table that the active tab shows, as rows or as text; undefined for any other tab. */
export function activeTable(): vscode.Uri | undefined {
  const tab = vscode.window.tabGroups.activeTabGroup.activeTab;
  if (tab === undefined) return undefined;
  const text = textOf(tab);
  return tableOf(tab) ?? (text !== undefined && isTextTable(text.path) ? text : undefined);
}

/** The file of a pond that a tab shows as text; undefined for any other tab. */
function textOf({ input }: vscode.Tab): vscode.Uri | undefined {
  return input instanceof vscode.TabInputText && parsePondUri(input.uri) !== undefined ? input.uri : undefined;
}

/** The file that a tab shows as a table; undefined for any other tab. */
export function tableOf({ input }: vscode.Tab): vscode.Uri | undefined {
  const isTable = input instanceof vscode.TabInputCustom && [tableEditor, textTableEditor].includes(input.viewType);
  return isTable ? input.uri : undefined;
}

/** True for a file whose text is there already, and for one that is shown as a table: the text was asked for. */
function isTextWanted(uri: vscode.Uri): boolean {
  const key = uri.toString();
  if (vscode.workspace.textDocuments.some((document) => document.uri.toString() === key)) return true;
  return vscode.window.tabGroups.all.some(({ tabs }) => tabs.some((tab) => tableOf(tab)?.toString() === key));
}
