import type * as vscode from 'vscode';
import { selectedPaths, type Context } from '../context.ts';
import { showChanges } from '../diffEditor.ts';
import { pickCommit } from '../versions.ts';

/** Lists the commits of a pond, or of a selected path, newest first; the one picked is shown as what it changed. */
export async function showLog({ client, ponds }: Context, ...args: readonly unknown[]): Promise<void> {
  const selected = selectedPaths(args);
  const root = (args[0] as Partial<vscode.SourceControl> | undefined)?.rootUri;
  const pond = selected?.pond ?? (await ponds.choose(root));
  if (pond === undefined) return;
  const path = selected?.paths[0];
  const filter = path === undefined || path === '/' ? {} : { path };
  const commit = await pickCommit(client, pond, { ...filter, placeHolder: `Commits of ${filter.path ?? pond}` });
  if (commit === undefined) return;
  const { changes } = await client.request('show', { pond, commit: String(commit.number) });
  const sides = { pond, from: String(commit.parent ?? 0), to: String(commit.number) };
  await showChanges(sides, `Commit ${commit.number}: ${commit.message}`, changes);
}
