import * as vscode from 'vscode';
import { type ChangeInfo, type CommitInfo } from '../../../server/src/protocol/commands.ts';
import { type PondClient } from '../client.ts';
import { comparisonTitle, openFile } from '../openFile.ts';
import { parsePondUri, pondUri, shownPath } from '../pondUri.ts';
import { comparedFiles, isComparedByRows } from '../tables/tableDiff.ts';
import { type TableDiffs } from '../tables/tableDiffs.ts';

/** Both sides of a diff: versions of one pond, undefined for the working tree. */
export interface Sides {
  readonly pond: string;
  readonly from: string | undefined;
  readonly to: string | undefined;
}

/** Shows one changed file: both sides, tables by their rows, or the only side if it was added or removed. */
export async function showChange(tableDiffs: TableDiffs, sides: Sides, change: ChangeInfo): Promise<void> {
  const [before, after] = uris(sides, change);
  if (before !== undefined && after !== undefined) {
    await showDiff(tableDiffs, [before, after], change.type);
  } else {
    const only = after ?? before;
    if (only !== undefined) await openFile(only);
  }
}

/** Shows two files: tables by their rows, others as text. `type` is that of the later one. */
export async function showDiff(
  tableDiffs: TableDiffs,
  [before, after]: readonly [vscode.Uri, vscode.Uri],
  type: string,
): Promise<void> {
  const [from, to] = [parsePondUri(before) ?? before, parsePondUri(after) ?? after];
  const title = comparisonTitle(from, to);
  const files = isComparedByRows(to.path, type) ? comparedFiles(before, after) : undefined;
  if (files === undefined) await vscode.commands.executeCommand('vscode.diff', before, after, title);
  else await tableDiffs.open(files, title);
}

/** Shows all changed files in one editor. Directories have no content to show and are skipped. */
export async function showChanges(sides: Sides, title: string, changes: readonly ChangeInfo[]): Promise<void> {
  const files = changes.filter((change) => change.type !== 'directory');
  if (files.length === 0) {
    void vscode.window.showInformationMessage(`${title}: no file differs.`);
    return;
  }
  const resources = files.map((change) => [pondUri(sides.pond, shownPath(change), sides.to), ...uris(sides, change)]);
  await vscode.commands.executeCommand('vscode.changes', title, resources);
}

/** Shows all changes of a commit in one editor. */
export async function showCommit(client: PondClient, pond: string, commit: CommitInfo): Promise<void> {
  const { changes } = await client.request('show', { pond, commit: String(commit.number) });
  const sides = { pond, from: String(commit.parent ?? 0), to: String(commit.number) };
  await showChanges(sides, `Commit ${commit.number}: ${commit.message}`, changes);
}

/** Names of the two sides in titles. */
export function sideNames({ from, to }: Sides): string {
  return `${from ?? 'working tree'} ↔ ${to ?? 'working tree'}`;
}

/** Path on the older side: the resource name may exist on the newer side only. */
function pathBefore(change: ChangeInfo): string {
  return change.kind === 'removed' ? shownPath(change) : (change.displayFrom ?? change.from ?? change.path);
}

function uris({ pond, from, to }: Sides, change: ChangeInfo): [vscode.Uri | undefined, vscode.Uri | undefined] {
  const before = change.kind === 'added' ? undefined : pondUri(pond, pathBefore(change), from);
  const after = change.kind === 'removed' ? undefined : pondUri(pond, shownPath(change), to);
  return [before, after];
}
