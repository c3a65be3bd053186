import * as vscode from 'vscode';
import { activeUri } from '../activeFile.ts';
import { type Context } from '../context.ts';
import { parsePondUri } from '../pondUri.ts';
import { tableOf } from '../tables/tableTabs.ts';
import { textTableEditor } from '../tables/viewTypes.ts';

/**
 * Opens a file of a pond as rows: the one given, else that of the active tab, next to whose text it is shown. Where tables
 * are open already, it is shown with them: each text would make one more column otherwise.
 */
export async function openAsTable(_: Context, target?: vscode.Uri): Promise<void> {
  const { activeTab } = vscode.window.tabGroups.activeTabGroup;
  if (target === undefined && activeTab !== undefined && tableOf(activeTab) !== undefined) {
    void vscode.window.showInformationMessage(`${activeTab.label} is shown as a table already.`);
    return;
  }
  const active = activeUri();
  const uri = target ?? active;
  if (uri === undefined || parsePondUri(uri) === undefined) {
    void vscode.window.showInformationMessage('Open or select a file of a pond first.');
    return;
  }
  const tables = vscode.window.tabGroups.all.find(({ tabs }) => tabs.some((tab) => tableOf(tab) !== undefined));
  const column =
    uri.toString() === active?.toString() ? (tables?.viewColumn ?? vscode.ViewColumn.Beside) : vscode.ViewColumn.Active;
  await vscode.commands.executeCommand('vscode.openWith', uri, textTableEditor, column);
}
