import { selectedPaths, sourceControlRoot, type Context } from '../context.ts';
import { showChanges } from '../sourceControl/diffEditor.ts';
import { pondName } from '../pondUri.ts';
import { derivedContentAt } from '../resources/derivedContent.ts';
import { pickCommit } from '../history/versions.ts';

/** Lists the commits of a pond, or of a selected path, latest first; shows the changes of the one picked. */
export async function showLog({ client, ponds }: Context, ...args: readonly unknown[]): Promise<void> {
  const selected = selectedPaths(args);
  const root = sourceControlRoot(args);
  const pond = selected?.pond ?? (await ponds.choose(root));
  if (pond === undefined) return;
  const { path, placeHolder } = await logTarget(client, pond, selected?.paths[0]);
  const commit = await pickCommit(client, pond, { ...(path === undefined ? {} : { path }), placeHolder });
  if (commit === undefined) return;
  const { changes } = await client.request('show', { pond, commit: String(commit.number) });
  const sides = { pond, from: String(commit.parent ?? 0), to: String(commit.number) };
  await showChanges(sides, `Commit ${commit.number}: ${commit.message}`, changes);
}

/** The path to list commits of: for derived content, which is never committed, the resource that computes it. */
async function logTarget(
  client: Context['client'],
  pond: string,
  path: string | undefined,
): Promise<{ readonly path: string | undefined; readonly placeHolder: string }> {
  if (path === undefined || path === '/') return { path: undefined, placeHolder: `Commits of ${pondName(pond)}` };
  const derived = await derivedContentAt(client, pond, path);
  if (derived === undefined) return { path, placeHolder: `Commits of ${path}` };
  return { path: derived.resourceDirectory, placeHolder: `Commits of the resource that computes ${path}` };
}
