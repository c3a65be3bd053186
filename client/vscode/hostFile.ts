import { homedir } from 'node:os';
import * as vscode from 'vscode';

/** The folder that the user chose last in this window. */
let lastFolder: vscode.Uri | undefined;

/**
 * A file on this computer that the user names to write it; undefined for none. The dialog proposes a name, in the
 * folder of the last file, else in the first folder of the workspace on this computer, else in the user's own.
 */
export async function askHostFile(
  title: string,
  { name, type, extension }: { readonly name: string; readonly type: string; readonly extension: string },
): Promise<vscode.Uri | undefined> {
  const onHost = vscode.workspace.workspaceFolders?.find(({ uri }) => uri.scheme === 'file')?.uri;
  const folder = lastFolder ?? onHost ?? vscode.Uri.file(homedir());
  const defaultUri = vscode.Uri.joinPath(folder, name.replaceAll(/[^\p{L}\p{N}._-]+/gu, '-'));
  const file = await vscode.window.showSaveDialog({ title, filters: { [type]: [extension] }, defaultUri });
  if (file !== undefined) lastFolder = vscode.Uri.joinPath(file, '..');
  return file;
}
