import * as vscode from 'vscode';
import { type PondClient } from '../client.ts';
import { type Context } from '../context.ts';
import { FilePicker } from '../filePicker.ts';
import { pickCommit } from '../history/versions.ts';
import { QuickSteps } from '../quickSteps.ts';
import { openFile } from '../openFile.ts';
import { pondName, pondUri } from '../pondUri.ts';

const whichVersion = { placeholder: 'Files of which version? Escape for the working tree' };

const button = { iconPath: new vscode.ThemeIcon('history'), tooltip: 'Files of a Version…' };

/** Lets the user open a file of a pond by letters of its name: of the working tree, or of a version. */
export async function goToFile({ client, ponds }: Context): Promise<void> {
  const picked = await QuickSteps.ask(async (steps) => {
    const pond = await ponds.choose(steps);
    return pond === undefined ? undefined : await pickFile(client, pond, steps);
  });
  if (picked !== undefined) await openFile(picked);
}

async function pickFile(client: PondClient, pond: string, steps: QuickSteps): Promise<vscode.Uri | undefined> {
  let at: string | undefined;
  for (;;) {
    const title = `Go to File of ${pondName(pond)}${at === undefined ? '' : `, version ${at}`}`;
    const path = await new FilePicker(client, { pond, at, title, button }).pick(steps);
    if (path === undefined) return undefined;
    if (path !== 'button') return pondUri(pond, path, at);
    const commit = await pickCommit(client, pond, whichVersion, steps);
    at = commit === undefined ? undefined : String(commit.number);
  }
}
