import * as vscode from 'vscode';
import { type CommitInfo } from '../../server/src/protocol/commands.ts';
import { type PondClient } from './client.ts';

const listMax = 200;

/** How a commit is shown in a list. */
export function commitItem(commit: CommitInfo): vscode.QuickPickItem & { readonly commit: CommitInfo } {
  const counts = [
    [commit.added, 'added'],
    [commit.modified, 'modified'],
    [commit.removed, 'removed'],
    [commit.renamed, 'renamed'],
  ] as const;
  const changed = counts.filter(([count]) => count > 0).map(([count, word]) => `${count} ${word}`);
  return {
    label: `$(git-commit) ${commit.number}  ${firstLine(commit.message) || commit.operation}`,
    description: commit.author,
    detail: [localTime(commit.time), ...changed].join(' · '),
    commit,
  };
}

/** Lets the person pick a commit of the pond, newest first; of those that touched `path` when it is given. */
export async function pickCommit(
  client: PondClient,
  pond: string,
  { path, placeHolder }: { readonly path?: string; readonly placeHolder: string },
): Promise<CommitInfo | undefined> {
  const params = { pond, limit: listMax, ...(path === undefined ? {} : { path }) };
  const commits = await client.request('log', params);
  if (commits.length === 0) {
    void vscode.window.showInformationMessage(`${path ?? pond} is in no commit yet.`);
    return undefined;
  }
  const options = { placeHolder, matchOnDescription: true, matchOnDetail: true };
  return (await vscode.window.showQuickPick(commits.map(commitItem), options))?.commit;
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? '';
}

function localTime(iso: string): string {
  const time = new Date(iso);
  return Number.isNaN(time.getTime()) ? iso : time.toLocaleString();
}
