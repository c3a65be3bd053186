import * as vscode from 'vscode';
import { type Context } from '../context.ts';
import { openHostFolder } from '../files/mirrorOffers.ts';
import { QuickSteps } from '../quickSteps.ts';
import { choosePond, selectedResources } from './chooseResources.ts';

/** Opens the folder of a mirror in a new window: of a selected one, else of one that the user picks. */
export async function openMirror(context: Context, ...args: readonly unknown[]): Promise<void> {
  const folder = await QuickSteps.ask((steps) => pickFolder(context, args, steps));
  if (folder !== undefined) await openHostFolder(folder);
}

async function pickFolder(context: Context, args: readonly unknown[], steps: QuickSteps): Promise<string | undefined> {
  const selected = selectedResources(context, args);
  const pond = selected?.pond ?? (await choosePond(context, args, steps));
  if (pond === undefined) return undefined;
  const all = (await context.client.request('mirrors', { pond })).filter(({ isFolderThere }) => isFolderThere);
  const chosen = all.filter(({ directory }) => selected?.resources.some(({ id }) => directory.endsWith(`/${id}`)));
  const mirrors = chosen.length > 0 ? chosen : all;
  if (mirrors.length === 0) {
    void vscode.window.showInformationMessage('The pond has no mirror whose folder is there.');
    return undefined;
  }
  const items = mirrors.map(({ resource, folder, path }) => ({ label: resource, description: folder, detail: path }));
  const picked = items.length === 1 ? items[0] : await steps.choose(items, { placeholder: 'Which mirror?' });
  return picked?.description;
}
