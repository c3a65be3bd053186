import * as vscode from 'vscode';
import { cloneText, storeUrl } from '../cloneStrings.ts';
import { type Context } from '../context.ts';
import { addToExplorer } from '../discover.ts';
import { requestWithProgress } from '../progress.ts';
import { QuickSteps } from '../quickSteps.ts';

/** Kinds of clones, by what they fetch at once and what may be done with them. */
const forms = [
  { label: 'Everything', description: 'the whole pond, with its history', thin: false },
  { label: 'Thin', description: 'contents over 64 KiB come when they are read', thin: true },
  { label: 'To Look At', description: 'thin, and read-only: the pond as it is now', thin: true, at: 'HEAD' },
] as const satisfies readonly (vscode.QuickPickItem & { readonly thin: boolean; readonly at?: string })[];

/**
 * Copies a pond from an address that the user types into a folder that the user picks, and shows it in the explorer. After
 * a failure or a cancellation, the same command with the same answers goes on.
 */
export async function clonePond({ client, ponds }: Context): Promise<string | undefined> {
  const asked = await QuickSteps.ask(askSource);
  const parent = asked === undefined ? undefined : await pickDirectory();
  if (asked === undefined || parent === undefined) return undefined;
  const { url, form } = asked;
  // As for a new pond: within an ordinary folder it is named `.pond`, where discovery finds it.
  const directory = parent.path.endsWith('.pond') ? parent : vscode.Uri.joinPath(parent, '.pond');
  const { thin } = form;
  const params = { url, directory: directory.fsPath, thin, ...('at' in form && { at: form.at }) };
  const info = await requestWithProgress(client, 'Cloning the pond', 'clone', params);
  await ponds.open(info.pond);
  addToExplorer(info.pond);
  void vscode.window.showInformationMessage(cloneText(info));
  return info.pond;
}

/** The address that the user types, and how much of it to fetch; undefined when the user cancels. */
async function askSource(
  steps: QuickSteps,
): Promise<{ readonly url: string; readonly form: (typeof forms)[number] } | undefined> {
  const typed = await steps.type({
    title: 'Clone Pond',
    prompt: 'Address of a backup, or path of the folder of a pond',
    placeholder: 's3://BUCKET/PREFIX?endpoint=https://HOST',
    validate: (text) =>
      text === '' || storeUrl(text) !== undefined ? undefined : 'Write s3://…, file:///… or an absolute path.',
  });
  const url = typed === undefined ? undefined : storeUrl(typed);
  const form = url === undefined ? undefined : await steps.choose(forms, { title: 'What to Clone' });
  return url === undefined || form === undefined ? undefined : { url, form };
}

async function pickDirectory(): Promise<vscode.Uri | undefined> {
  const picked = await vscode.window.showOpenDialog({
    title: 'Folder for the clone',
    openLabel: 'Clone Here',
    canSelectFiles: false,
    canSelectFolders: true,
  });
  return picked?.[0];
}
