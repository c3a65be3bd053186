import * as vscode from 'vscode';
import { type Context } from '../context.ts';
import { openHostFolder } from '../files/mirrorOffers.ts';
import { choosePond, selectedResources } from './chooseResources.ts';

/** Opens the folder of a mirror in a new window: of a selected one, else of one that the user picks. */
export async function openMirror(context: Context, ...args: readonly unknown[]): Promise<void> {
  const selected = selectedResources(context, args);
  const pond = selected?.pond ?? (await choosePond(context, args));
  if (pond === undefined) return;
  const all = (await context.client.request('mirrors', { pond })).filter(({ isFolderThere }) => isFolderThere);
  const chosen = all.filter(({ directory }) => selected?.resources.some(({ id }) => directory.endsWith(`/${id}`)));
  const mirrors = chosen.length > 0 ? chosen : all;
  if (mirrors.length === 0) {
    void vscode.window.showInformationMessage('The pond has no mirror whose folder is there.');
    return;
  }
  const items = mirrors.map(({ resource, folder, path }) => ({ label: resource, description: folder, detail: path }));
  const picked =
    items.length === 1 ? items[0] : await vscode.window.showQuickPick(items, { placeHolder: 'Which mirror?' });
  if (picked !== undefined) await openHostFolder(picked.description);
}
