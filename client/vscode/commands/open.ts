import * as vscode from 'vscode';
import { type Context } from '../context.ts';
import { addToExplorer, nearestPond } from '../discover.ts';

/** Opens the pond in a host folder (or the `.pond` folder at or above it) and shows it in the explorer. */
export async function openPond({ ponds }: Context, directory?: vscode.Uri): Promise<string | undefined> {
  const picked = directory ?? (await pickDirectory());
  if (picked === undefined) return undefined;
  const pond = await pondOf(picked);
  await ponds.open(pond);
  addToExplorer(pond);
  return pond;
}

async function pickDirectory(): Promise<vscode.Uri | undefined> {
  const picked = await vscode.window.showOpenDialog({
    title: 'Folder of the pond',
    openLabel: 'Open Pond',
    canSelectFiles: false,
    canSelectFolders: true,
  });
  return picked?.[0];
}

async function pondOf(folder: vscode.Uri): Promise<string> {
  try {
    await vscode.workspace.fs.stat(vscode.Uri.joinPath(folder, '_delta_log'));
    return folder.fsPath;
  } catch {
    // The server also explains what is wrong with a folder that is not a pond.
    return (await nearestPond(folder)) ?? folder.fsPath;
  }
}
