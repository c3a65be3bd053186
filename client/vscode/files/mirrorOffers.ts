import * as vscode from 'vscode';
import { type MirrorInfo } from '../../../server/src/protocol/mirrors.ts';
import { type RunInfo } from '../../../server/src/protocol/resources.ts';
import { printable } from '../../../server/src/base/printable.ts';
import { type PondClient } from '../client.ts';

/**
 * Offers to open the folders of mirrors whose first run ended well. `isFirst` says for which resources a run is their
 * first. Does nothing for a folder that the window shows already.
 */
export async function offerMirrored(
  client: PondClient,
  pond: string,
  runs: readonly RunInfo[],
  isFirst: (run: RunInfo) => boolean,
): Promise<void> {
  const first = runs.filter((run) => run.status === 'ok' && isFirst(run));
  if (first.length === 0) return;
  for (const mirror of await client.request('mirrors', { pond })) {
    const isRun = first.some(({ id }) => mirror.directory.endsWith(`/${id}`));
    if (isRun && mirror.isFolderThere && !isShown(mirror.folder)) void offer(mirror);
  }
}

/** Opens a folder of the host in a new window. */
export async function openHostFolder(folder: string): Promise<void> {
  await vscode.commands.executeCommand('vscode.openFolder', vscode.Uri.file(folder), { forceNewWindow: true });
}

async function offer({ resource, folder, path }: MirrorInfo): Promise<void> {
  const open = 'Open Folder';
  const message = printable(`${resource} keeps ${folder} equal to ${path} of the pond.`);
  if ((await vscode.window.showInformationMessage(message, open)) === open) await openHostFolder(folder);
}

function isShown(folder: string): boolean {
  const { fsPath } = vscode.Uri.file(folder);
  return (vscode.workspace.workspaceFolders ?? []).some(({ uri }) => uri.scheme === 'file' && uri.fsPath === fsPath);
}
