import * as vscode from 'vscode';
import { selectedPaths, type Context } from '../context.ts';

/** Discards the selected staged changes, or all, after confirmation: they cannot be recovered. */
export async function discardChanges(
  { client, ponds, sourceControls }: Context,
  ...args: readonly unknown[]
): Promise<number | undefined> {
  const selected = selectedPaths(args);
  const root = (args[0] as Partial<vscode.SourceControl> | undefined)?.rootUri;
  const pond = selected?.pond ?? (await ponds.choose(root));
  if (pond === undefined) return undefined;
  await sourceControls.refresh(pond);
  const paths = selected?.paths.filter((path) => path !== '/') ?? [];
  const count = paths.length > 0 ? paths.length : (sourceControls.countedChanges(pond)?.length ?? 0);
  if (count === 0) {
    void vscode.window.showInformationMessage('Nothing is staged.');
    return 0;
  }
  const what =
    paths.length === 1 ? `the changes of ${paths[0]}` : `${paths.length > 0 ? 'the' : 'all'} ${count} staged changes`;
  const discard = 'Discard';
  const answer = await vscode.window.showWarningMessage(
    `Discard ${what}?`,
    { modal: true, detail: 'This cannot be undone.' },
    discard,
  );
  if (answer !== discard) return undefined;
  const { discarded } = await client.request('discard', paths.length > 0 ? { pond, paths } : { pond });
  await sourceControls.refresh(pond);
  return discarded;
}
