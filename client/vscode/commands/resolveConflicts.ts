import { selectedPaths, type Context } from '../context.ts';
import { requestChange } from '../progress.ts';

/** Resolves conflicts in favor of the staged changes: they replace the other commit's version of the selected paths. */
export async function resolveConflicts(
  { client, sourceControls }: Context,
  ...args: readonly unknown[]
): Promise<void> {
  const selected = selectedPaths(args);
  if (selected === undefined) return;
  await requestChange(client, 'resolve', selected);
  await sourceControls.refresh(selected.pond);
}
