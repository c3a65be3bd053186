import * as vscode from 'vscode';
import { printable } from '../../../server/src/base/printable.ts';
import { type CommitInfo } from '../../../server/src/protocol/commands.ts';
import { openCommits, type CommitPages } from './commitPages.ts';
import { type PondClient } from '../client.ts';
import { pondName } from '../pondUri.ts';
import { type QuickSteps } from '../quickSteps.ts';
import { timeText } from '../times.ts';
import { numberText } from '../numberStrings.ts';

/** A commit in a list. */
interface CommitItem extends vscode.QuickPickItem {
  readonly commit: CommitInfo;
}

/** Last item of a list that has more commits. */
interface MoreItem extends vscode.QuickPickItem {
  readonly commit: undefined;
}

/** Counts of a commit that are not zero, in words. */
export function countTexts({ added, modified, removed, renamed }: CommitInfo): readonly string[] {
  const counts = { added, modified, removed, renamed };
  return Object.entries(counts).flatMap(([word, count]) => (count > 0 ? [`${count} ${word}`] : []));
}

/** List item of a commit. */
export function commitItem(commit: CommitInfo): CommitItem {
  const changed = countTexts(commit);
  return {
    label: `$(git-commit) ${commit.number}  ${printable(firstLine(commit.message) || commit.operation)}`,
    description: printable(commit.author),
    detail: [timeText(commit.time), ...changed].join(' · '),
    commit,
  };
}

/** Lets the user pick a commit of the pond, latest first; only those that changed `path` if it is given. */
export async function pickCommit(
  client: PondClient,
  pond: string,
  { path, placeholder }: { readonly path?: string; readonly placeholder: string },
  steps: QuickSteps,
): Promise<CommitInfo | undefined> {
  const commits = await openCommits(client, pond, path);
  if (commits.loaded.length === 0) {
    void vscode.window.showInformationMessage(`${path ?? pondName(pond)} is in no commit yet.`);
    return undefined;
  }
  return pickFromPages(commits, placeholder, steps);
}

/** Lets the user pick one of the commits; loads more of them on demand. Undefined when none is picked. */
export function pickFromPages(
  commits: CommitPages,
  placeholder: string,
  steps: QuickSteps,
): Promise<CommitInfo | undefined> {
  const list = vscode.window.createQuickPick<CommitItem | MoreItem>();
  list.placeholder = placeholder;
  list.matchOnDescription = true;
  list.matchOnDetail = true;
  list.keepScrollPosition = true;
  list.items = itemsOf(commits);
  return new Promise<CommitInfo | undefined>((resolve, reject) => {
    const accept = async (): Promise<void> => {
      const [chosen] = list.selectedItems;
      if (chosen === undefined || list.busy) return;
      if (chosen.commit !== undefined) {
        steps.keep(list);
        return resolve(chosen.commit);
      }
      const before = commits.loaded.length;
      list.busy = true;
      await commits.loadMore();
      list.items = itemsOf(commits);
      list.activeItems = list.items.slice(before, before + 1);
      list.busy = false;
    };
    list.onDidAccept(() => void accept().catch(reject));
    list.onDidHide(() => resolve(undefined));
    steps.show(list);
  });
}

function itemsOf({ loaded, hasMore }: CommitPages): readonly (CommitItem | MoreItem)[] {
  const detail = `The latest ${numberText(loaded.length)} commits are listed.`;
  const more: MoreItem = { label: '$(ellipsis) Show more…', detail, commit: undefined, alwaysShow: true };
  return [...loaded.map(commitItem), ...(hasMore ? [more] : [])];
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? '';
}
