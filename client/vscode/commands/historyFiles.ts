import * as vscode from 'vscode';
import { type Context } from '../context.ts';
import { errorData } from '../errors.ts';
import { openFile } from '../openFile.ts';
import { showChange, showDiff } from '../sourceControl/diffEditor.ts';
import { type FileNode, type HistoryNode } from '../history/nodes.ts';
import { pondUri, shownPath } from '../pondUri.ts';

type Node = HistoryNode | undefined;

/** Version of a file to compare another one with. */
let selected: vscode.Uri | undefined;

/** Opens a file as it was in a commit. */
export async function openVersion(_: Context, node: Node): Promise<void> {
  if (node?.type === 'file') await openFile(versionOf(node));
}

/** Compares a file in a commit with the version before it. */
export async function compareWithPrevious({ tableDiffs }: Context, node: Node): Promise<void> {
  if (node?.type !== 'file') return;
  const { pond, commit, change } = node;
  await showChange(tableDiffs, { pond, from: String(commit.parent ?? 0), to: String(commit.number) }, change);
}

/** Compares a file in a commit with what is at its path now, staged changes included. */
export async function compareWithWorking({ client, tableDiffs }: Context, node: Node): Promise<void> {
  if (node?.type !== 'file') return;
  const { pond, change } = node;
  const path = shownPath(change);
  const now = await client.request('stat', { pond, path }).catch((error: unknown) => {
    if (errorData(error)?.code !== 'not-found') throw error;
    return undefined;
  });
  if (now === undefined) {
    void vscode.window.showInformationMessage(`${path} is not in the working tree any more.`);
    return;
  }
  await showDiff(tableDiffs, [versionOf(node), pondUri(pond, path)], now.type);
}

/** Remembers a file in a commit as one side of a comparison. */
export async function selectForCompare(_: Context, node: Node): Promise<void> {
  if (node?.type !== 'file') return;
  selected = versionOf(node);
  await vscode.commands.executeCommand('setContext', 'pond.compareSelected', true);
}

/** Compares a file in a commit with the remembered one, whichever commits and paths they are of. */
export async function compareWithSelected({ tableDiffs }: Context, node: Node): Promise<void> {
  if (node?.type !== 'file' || selected === undefined) return;
  await showDiff(tableDiffs, [selected, versionOf(node)], node.change.type);
}

/** A removed file is at the version before its commit. */
function versionOf({ pond, commit, change }: FileNode): vscode.Uri {
  const at = change.kind === 'removed' ? (commit.parent ?? 0) : commit.number;
  return pondUri(pond, shownPath(change), String(at));
}
