import * as vscode from 'vscode';
import { type Context } from '../context.ts';

/** Opens the folder of a mirror in a new window. */
export async function openMirror({ client, ponds }: Context): Promise<void> {
  const pond = await ponds.choose();
  if (pond === undefined) return;
  const mirrors = (await client.request('mirrors', { pond })).filter(({ isFolderThere }) => isFolderThere);
  if (mirrors.length === 0) {
    void vscode.window.showInformationMessage('The pond has no mirror whose folder is there.');
    return;
  }
  const items = mirrors.map(({ resource, folder, path }) => ({ label: resource, description: folder, detail: path }));
  const picked =
    items.length === 1 ? items[0] : await vscode.window.showQuickPick(items, { placeHolder: 'Which mirror?' });
  if (picked === undefined) return;
  await vscode.commands.executeCommand('vscode.openFolder', vscode.Uri.file(picked.description), {
    forceNewWindow: true,
  });
}
