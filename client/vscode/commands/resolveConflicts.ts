import { selectedPaths, type Context } from '../context.ts';

/** Settles conflicts for what is staged: it replaces what the other commit made of the selected paths. */
export async function resolveConflicts(
  { client, sourceControls }: Context,
  ...args: readonly unknown[]
): Promise<void> {
  const selected = selectedPaths(args);
  if (selected === undefined) return;
  await client.request('keepStaged', selected);
  await sourceControls.refresh(selected.pond);
}
