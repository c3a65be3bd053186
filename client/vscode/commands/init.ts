import * as vscode from 'vscode';
import { type Context } from '../context.ts';
import { addToExplorer } from '../discover.ts';

/** Creates a pond in a host folder that the user picks (or `directory`) and shows it in the explorer. */
export async function initPond({ client, ponds }: Context, directory?: vscode.Uri): Promise<string | undefined> {
  const chosen = directory ?? (await pickDirectory());
  if (chosen === undefined) return undefined;
  const { pond } = await client.request('init', { directory: chosen.fsPath });
  await ponds.open(pond);
  addToExplorer(pond);
  return pond;
}

async function pickDirectory(): Promise<vscode.Uri | undefined> {
  const folder = vscode.workspace.workspaceFolders?.find(({ uri }) => uri.scheme === 'file')?.uri;
  const picked = await vscode.window.showOpenDialog({
    title: 'Folder for the new pond',
    openLabel: 'Create Pond Here',
    canSelectFiles: false,
    canSelectFolders: true,
    ...(folder === undefined ? {} : { defaultUri: folder }),
  });
  // A pond has a folder of its own: within an ordinary folder it is named `.pond`, where discovery finds it.
  const parent = picked?.[0];
  return parent === undefined || parent.path.endsWith('.pond') ? parent : vscode.Uri.joinPath(parent, '.pond');
}
