import * as vscode from 'vscode';
import { type ChangeInfo, type NodeInfo } from '../../../server/src/protocol/commands.ts';
import { openCommits } from '../history/commitPages.ts';
import { selectedPaths, sourceControlRoot, type Context } from '../context.ts';
import { showChange, showChanges, sideNames, type Sides } from '../sourceControl/diffEditor.ts';
import { pondName } from '../pondUri.ts';
import { QuickSteps } from '../quickSteps.ts';
import { derivedContentAt } from '../resources/derivedContent.ts';
import { commitItem, pickFromPages } from '../history/versions.ts';

/**
 * Shows differences. On a selected path: its staged change. From the palette or the title of source control: all files
 * between two versions that the user picks, by default the working tree and the latest commit.
 */
export async function openDiff(context: Context, ...args: readonly unknown[]): Promise<void> {
  const selected = selectedPaths(args);
  const path = selected?.paths[0];
  if (selected !== undefined && path !== undefined && path !== '/') {
    await openStaged(context, selected.pond, path);
    return;
  }
  const sourceControl = sourceControlRoot(args);
  const sides = await QuickSteps.ask(async (steps) => {
    const pond = selected?.pond ?? (await context.ponds.choose(steps, sourceControl));
    if (pond === undefined) return undefined;
    return sourceControl === undefined ? pickSides(context, pond, steps) : { pond, from: 'HEAD', to: undefined };
  });
  if (sides !== undefined) await openAll(context, sides);
}

async function openStaged({ client, sourceControls, tableDiffs }: Context, pond: string, path: string): Promise<void> {
  await sourceControls.refresh(pond);
  const change = sourceControls.change(pond, path);
  if (change?.type === 'directory') return;
  if (change !== undefined) {
    await showChange(tableDiffs, { pond, from: 'HEAD', to: undefined }, change);
    return;
  }
  const derived = await derivedContentAt(client, pond, path);
  if (derived !== undefined && derived.node.type !== 'directory') {
    await openDerived({ client, tableDiffs }, pond, path, derived.node);
    return;
  }
  const [below] = await client.request('diff', { pond, paths: [path] });
  if (below === undefined) void vscode.window.showInformationMessage(`${path} is unchanged since the last commit.`);
  else await openAll({ client }, { pond, from: 'HEAD', to: undefined }, [path]);
}

/**
 * Shows the current derived content next to that of the latest commit, which stores only the document and the inputs.
 */
async function openDerived(
  { client, tableDiffs }: Pick<Context, 'client' | 'tableDiffs'>,
  pond: string,
  path: string,
  now: NodeInfo,
): Promise<void> {
  const before = await derivedContentAt(client, pond, path, 'HEAD');
  if (before?.node.sha256 === now.sha256) {
    void vscode.window.showInformationMessage(
      `${path} is computed from committed files only: no staged change affects it.`,
    );
    return;
  }
  const kind = before === undefined ? 'added' : 'modified';
  const sizes = { sizeBefore: before?.node.size ?? null, sizeAfter: now.size };
  await showChange(tableDiffs, { pond, from: 'HEAD', to: undefined }, { kind, path, type: now.type, ...sizes });
}

async function openAll({ client }: Pick<Context, 'client'>, sides: Sides, paths?: readonly string[]): Promise<void> {
  const { pond, from, to } = sides;
  const changes: readonly ChangeInfo[] = await client.request('diff', {
    pond,
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    ...(paths === undefined ? {} : { paths }),
  });
  await showChanges(sides, `${pondName(pond)}: ${sideNames(sides)}`, changes);
}

async function pickSides({ client }: Context, pond: string, steps: QuickSteps): Promise<Sides | undefined> {
  const commits = await openCommits(client, pond);
  const working = { label: '$(edit) Working tree', detail: 'With the staged changes', commit: undefined };
  const from = await pickFromPages(commits, 'Compare: the older side', steps);
  if (from === undefined) return undefined;
  // The list contains every commit newer than a listed one.
  const later = commits.loaded.filter(({ number }) => number > from.number).map(commitItem);
  const to = await steps.choose([working, ...later], { placeholder: 'Compare: the newer side' });
  if (to === undefined) return undefined;
  return { pond, from: String(from.number), to: to.commit === undefined ? undefined : String(to.commit.number) };
}
