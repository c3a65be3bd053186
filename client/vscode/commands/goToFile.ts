import * as vscode from 'vscode';
import { type Context } from '../context.ts';
import { FilePicker } from '../filePicker.ts';
import { pickCommit } from '../history/versions.ts';
import { pondName, pondUri } from '../pondUri.ts';

const button = { iconPath: new vscode.ThemeIcon('history'), tooltip: 'Files of a Version…' };

/** Lets the user open a file of a pond by letters of its name: of the working tree, or of a version. */
export async function goToFile({ client, ponds }: Context): Promise<void> {
  const pond = await ponds.choose();
  if (pond === undefined) return;
  let at: string | undefined;
  for (;;) {
    const title = `Go to File of ${pondName(pond)}${at === undefined ? '' : `, version ${at}`}`;
    const chosen = await new FilePicker(client, { pond, at, title, button }).pick();
    if (chosen === 'button') {
      const commit = await pickCommit(client, pond, {
        placeHolder: 'Files of which version? Escape for the working tree',
      });
      at = commit === undefined ? undefined : String(commit.number);
    } else {
      if (chosen !== undefined) await vscode.commands.executeCommand('vscode.open', pondUri(pond, chosen, at));
      return;
    }
  }
}
