import * as vscode from 'vscode';
import { parsePondUri } from './pondUri.ts';

/**
 * URI of the file that the active tab shows, as text or as a table, the right one of a comparison; undefined for any other
 * tab. VS Code's active text editor knows no tables, and no text that was opened without the focus by a slow server.
 */
export function activeUri(): vscode.Uri | undefined {
  const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  if (input instanceof vscode.TabInputText || input instanceof vscode.TabInputCustom) return input.uri;
  if (input instanceof vscode.TabInputTextDiff) return input.modified;
  return vscode.window.activeTextEditor?.document.uri;
}

/** The file of a pond that the active tab shows; undefined for any other. */
export function activePondUri(): vscode.Uri | undefined {
  const uri = activeUri();
  return uri !== undefined && parsePondUri(uri) !== undefined ? uri : undefined;
}
