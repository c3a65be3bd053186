import * as vscode from 'vscode';
import { type ChangeInfo } from '../../../server/src/protocol/commands.ts';
import { selectedPaths, type Context } from '../context.ts';
import { showChange, showChanges } from '../sourceControl/diffEditor.ts';
import { type HistoryNode } from '../history/nodes.ts';
import { activePondUri } from '../activeFile.ts';
import { shownPath } from '../pondUri.ts';
import { requestChange } from '../progress.ts';
import { QuickSteps } from '../quickSteps.ts';
import { pickCommit } from '../history/versions.ts';
import { countText, numberText } from '../numberStrings.ts';

/** Paths to stage as they were at a version. */
interface Restoration {
  readonly pond: string;
  readonly paths: readonly string[];
  readonly at: string;
}

/** Staged paths that the question lists. */
const listedMax = 5;

/**
 * Stages the selected paths (else the active document, else everything) as of a commit: the last argument if it is a
 * string, else that of a row of the History view, else one that the user picks. Unless the commit is given as a string, the
 * differences are shown first, and a question follows.
 */
export async function restoreVersion(
  context: Context,
  ...args: readonly unknown[]
): Promise<readonly ChangeInfo[] | undefined> {
  const given = args.find((arg): arg is string => typeof arg === 'string');
  const restoration = nodeRestoration(args[0]) ?? (await chosenRestoration(context, args, given));
  if (restoration === undefined) return undefined;
  const { pond, paths, at } = restoration;
  const target = `${paths.join(', ')} at version ${at}`;
  if (given === undefined && !(await confirm(context, restoration, target))) return undefined;
  const changes = await requestChange(context.client, 'restore', { pond, paths, at });
  await context.sourceControls.refresh(pond);
  const staged = changes.filter(({ partOf }) => partOf === undefined).length;
  const text =
    staged === 0 ? `Nothing differs from ${target}.` : `Staged ${countText(staged, 'change')} to restore ${target}.`;
  void vscode.window.showInformationMessage(text);
  return changes;
}

/** The restoration of a row of the History view: its path, or everything. A removed file is as it was before its commit. */
function nodeRestoration(arg: unknown): Restoration | undefined {
  const node = typeof arg === 'object' && arg !== null && 'type' in arg ? (arg as HistoryNode) : undefined;
  if (node?.type === 'commit') return { pond: node.pond, paths: ['/'], at: String(node.commit.number) };
  if (node?.type !== 'file') return undefined;
  const { pond, commit, change } = node;
  const number = change.kind === 'removed' ? (commit.parent ?? 0) : commit.number;
  return { pond, paths: [shownPath(change)], at: String(number) };
}

async function chosenRestoration(
  { client, ponds }: Context,
  args: readonly unknown[],
  given: string | undefined,
): Promise<Restoration | undefined> {
  const selected = selectedPaths(args.filter((arg) => arg !== given)) ?? selectedPaths([activePondUri()]);
  const paths = selected?.paths ?? ['/'];
  return await QuickSteps.ask(async (steps) => {
    const pond = selected?.pond ?? (await ponds.choose(steps));
    if (pond === undefined) return undefined;
    const at = given ?? (await pickVersion(client, { pond, paths }, steps));
    return at === undefined ? undefined : { pond, paths, at };
  });
}

/** Shows what differs, and asks. Says which staged changes would be replaced. */
async function confirm(context: Context, { pond, paths, at }: Restoration, target: string): Promise<boolean> {
  await vscode.workspace.saveAll(false);
  await context.sourceControls.refresh(pond);
  const changes = await context.client.request('diff', { pond, from: at, paths });
  const [first] = changes;
  // The server says so.
  if (first === undefined) return true;
  const sides = { pond, from: at, to: undefined };
  if (changes.length === 1 && first.type !== 'directory') await showChange(context.tableDiffs, sides, first);
  else await showChanges(sides, `Restore ${target}`, changes);
  const replaced = changes.filter(({ path }) => context.sourceControls.change(pond, path) !== undefined);
  const restore = 'Restore';
  const answer = await vscode.window.showWarningMessage(
    `Restore ${target}?`,
    { modal: true, detail: detailOf(changes, replaced) },
    restore,
  );
  return answer === restore;
}

function detailOf(changes: readonly ChangeInfo[], replaced: readonly ChangeInfo[]): string {
  const count = changes.filter(({ partOf }) => partOf === undefined).length;
  const what = `${count === 1 ? 'One change is' : `${numberText(count)} changes are`} staged, for you to commit.`;
  if (replaced.length === 0) return what;
  const listed = replaced.slice(0, listedMax).map(shownPath);
  const more = replaced.length > listedMax ? [`and ${numberText(replaced.length - listedMax)} more`] : [];
  return [what, 'What is staged there now is replaced, and cannot be recovered:', '', ...listed, ...more].join('\n');
}

async function pickVersion(
  client: Context['client'],
  { pond, paths }: Omit<Restoration, 'at'>,
  steps: QuickSteps,
): Promise<string | undefined> {
  const [path] = paths;
  const filter = paths.length === 1 && path !== undefined && path !== '/' ? { path } : {};
  const placeholder = `Restore ${paths.join(', ')} as of`;
  const commit = await pickCommit(client, pond, { ...filter, placeholder }, steps);
  return commit === undefined ? undefined : String(commit.number);
}
