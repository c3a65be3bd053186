import { selectedPaths, sourceControlRoot, type Context } from '../context.ts';
import { showCommit } from '../sourceControl/diffEditor.ts';
import { pondName } from '../pondUri.ts';
import { QuickSteps } from '../quickSteps.ts';
import { derivedContentAt } from '../resources/derivedContent.ts';
import { pickCommit } from '../history/versions.ts';

/** Lists the commits of a pond, or of a selected path, latest first; shows the changes of the one picked. */
export async function showLog({ client, ponds }: Context, ...args: readonly unknown[]): Promise<void> {
  const selected = selectedPaths(args);
  const root = sourceControlRoot(args);
  const picked = await QuickSteps.ask(async (steps) => {
    const pond = selected?.pond ?? (await ponds.choose(steps, root));
    if (pond === undefined) return undefined;
    const commit = await pickCommit(client, pond, await logTarget(client, pond, selected?.paths[0]), steps);
    return commit && { pond, commit };
  });
  if (picked !== undefined) await showCommit(client, picked.pond, picked.commit);
}

/** The path to list commits of: for derived content, which is never committed, the resource that computes it. */
async function logTarget(
  client: Context['client'],
  pond: string,
  path: string | undefined,
): Promise<{ readonly path?: string; readonly placeholder: string }> {
  if (path === undefined || path === '/') return { placeholder: `Commits of ${pondName(pond)}` };
  const derived = await derivedContentAt(client, pond, path);
  if (derived === undefined) return { path, placeholder: `Commits of ${path}` };
  return { path: derived.resourceDirectory, placeholder: `Commits of the resource that computes ${path}` };
}
