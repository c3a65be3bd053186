import * as vscode from 'vscode';
import { type ChangeInfo } from '../../../server/src/protocol/commands.ts';
import { selectedPaths, type Context } from '../context.ts';
import { shownPath } from '../pondUri.ts';
import { changeLines } from './changeList.ts';

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
  const staged = sourceControls.countedChanges(pond) ?? [];
  if (paths.length + staged.length === 0) {
    void vscode.window.showInformationMessage('Nothing is staged.');
    return 0;
  }
  if (!(await isConfirmed(paths, staged))) return undefined;
  const { discarded } = await client.request('discard', paths.length > 0 ? { pond, paths } : { pond });
  await sourceControls.refresh(pond);
  return discarded;
}

/** Asks whether the changes at some paths are discarded, or all without any. */
async function isConfirmed(paths: readonly string[], staged: readonly ChangeInfo[]): Promise<boolean> {
  const [only] = paths.length === 0 ? staged.map(shownPath) : paths;
  const count = paths.length === 0 ? staged.length : paths.length;
  const many = `${paths.length === 0 ? 'all' : 'the'} ${count.toLocaleString('en')} staged changes`;
  const question = `Discard ${count === 1 ? `the changes of ${only}` : many}?`;
  const listed = paths.length === 0 ? staged : staged.filter((change) => paths.includes(shownPath(change)));
  const detail = ['This cannot be undone.', ...(listed.length > 1 ? ['', ...changeLines(listed)] : [])].join('\n');
  const discard = 'Discard';
  return (await vscode.window.showWarningMessage(question, { modal: true, detail }, discard)) === discard;
}
