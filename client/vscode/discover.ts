import * as vscode from 'vscode';
import { type OpenPonds } from './ponds.ts';
import { directoryName, parsePondUri, pondUri } from './pondUri.ts';

/**
 * Opens the ponds of the workspace: its `pond:` folders, and the nearest `.pond` folder at or above each host folder,
 * which is offered for the explorer. In a restricted workspace only `pond:` folders, which the user added.
 */
export async function openWorkspacePonds(ponds: OpenPonds): Promise<void> {
  const folders = vscode.workspace.workspaceFolders ?? [];
  for (const folder of folders) {
    const named = parsePondUri(folder.uri)?.pond;
    if (named !== undefined) await ponds.tryOpen(named);
  }
  if (!vscode.workspace.isTrusted) return;
  for (const folder of folders.filter(({ uri }) => uri.scheme === 'file')) {
    const pond = await nearestPond(folder.uri);
    if (pond === undefined || ponds.all.includes(pond)) continue;
    await ponds.tryOpen(pond);
    if (ponds.all.includes(pond)) void offer(pond);
  }
}

/** Host directory of the nearest `.pond` folder at or above `folder`; undefined when there is none. */
export async function nearestPond(folder: vscode.Uri): Promise<string | undefined> {
  const candidate = vscode.Uri.joinPath(folder, '.pond');
  try {
    const { type } = await vscode.workspace.fs.stat(candidate);
    if ((type & vscode.FileType.Directory) !== 0) return candidate.fsPath;
  } catch {
    // Not found: try the parent folder.
  }
  const above = vscode.Uri.joinPath(folder, '..');
  return above.path === folder.path ? undefined : nearestPond(above);
}

/** Shows a pond in the explorer. Returns false when it is already there. */
export function addToExplorer(pond: string): boolean {
  const folders = vscode.workspace.workspaceFolders ?? [];
  if (folders.some(({ uri }) => parsePondUri(uri)?.pond === pond)) return false;
  return vscode.workspace.updateWorkspaceFolders(folders.length, 0, { uri: pondUri(pond), name: directoryName(pond) });
}

async function offer(pond: string): Promise<void> {
  const add = 'Add to Workspace';
  const choice = await vscode.window.showInformationMessage(
    `This folder contains a pond: ${directoryName(pond)}.`,
    add,
  );
  if (choice === add) addToExplorer(pond);
}
