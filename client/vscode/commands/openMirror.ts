import * as vscode from 'vscode';
import { type Context } from '../context.ts';
import { openHostFolder } from '../mirrorOffers.ts';
import { titleOf } from '../resources/strings.ts';
import { choosePond, selectedResources } from './chooseResources.ts';

/** Opens the folder of a mirror in a new window: of a selected one, else of one that the user picks. */
export async function openMirror(context: Context, ...args: readonly unknown[]): Promise<void> {
  const selected = selectedResources(context, args);
  const titles = selected?.resources.filter(({ kind }) => kind === 'Mirror').map(titleOf) ?? [];
  const pond = selected !== undefined && titles.length > 0 ? selected.pond : await choosePond(context, args);
  if (pond === undefined) return;
  const all = await context.client.request('mirrors', { pond, ...(titles.length > 0 && { names: titles }) });
  const mirrors = all.filter(({ isFolderThere }) => isFolderThere);
  if (mirrors.length === 0) {
    void vscode.window.showInformationMessage('The pond has no mirror whose folder is there.');
    return;
  }
  const items = mirrors.map(({ resource, folder, path }) => ({ label: resource, description: folder, detail: path }));
  const picked =
    items.length === 1 ? items[0] : await vscode.window.showQuickPick(items, { placeHolder: 'Which mirror?' });
  if (picked !== undefined) await openHostFolder(picked.description);
}
