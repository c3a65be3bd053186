import * as vscode from 'vscode';
import { type PondClient } from '../client.ts';
import { type Context } from '../context.ts';
import { FilePicker } from '../filePicker.ts';
import { pickCommit } from '../history/versions.ts';
import { QuickSteps } from '../quickSteps.ts';
import { pondName, pondUri } from '../pondUri.ts';

const button = { iconPath: new vscode.ThemeIcon('history'), tooltip: 'Files of a Version…' };

/** Lets the user open a file of a pond by letters of its name: of the working tree, or of a version. */
export async function goToFile({ client, ponds }: Context): Promise<void> {
  const pond = await ponds.choose();
  if (pond === undefined) return;
  const picked = await QuickSteps.ask((steps) => pickFile(client, pond, steps));
  if (picked !== undefined) await vscode.commands.executeCommand('vscode.open', pondUri(pond, picked.path, picked.at));
}

async function pickFile(
  client: PondClient,
  pond: string,
  steps: QuickSteps,
): Promise<{ readonly path: string; readonly at: string | undefined } | undefined> {
  let at: string | undefined;
  for (;;) {
    const title = `Go to File of ${pondName(pond)}${at === undefined ? '' : `, version ${at}`}`;
    const path = await new FilePicker(client, { pond, at, title, button }).pick(steps);
    if (path === undefined) return undefined;
    if (path !== 'button') return { path, at };
    const commit = await pickCommit(client, pond, {
      placeHolder: 'Files of which version? Escape for the working tree',
    });
    at = commit === undefined ? undefined : String(commit.number);
  }
}
