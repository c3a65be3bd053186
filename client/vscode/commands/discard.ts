import * as vscode from 'vscode';
import { type ChangeInfo } from '../../../server/src/protocol/commands.ts';
import { selectedPaths, sourceControlRoot, type Context } from '../context.ts';
import { errorData } from '../errors.ts';
import { pondName, shownPath } from '../pondUri.ts';
import { requestChange } from '../progress.ts';
import { QuickSteps } from '../quickSteps.ts';
import { changeLines } from './changeList.ts';
import { numberText } from '../numberStrings.ts';

const cannotBeUndone = 'This cannot be undone.';

/** Discards the selected staged changes, or all, after confirmation: they cannot be recovered. */
export async function discardChanges(context: Context, ...args: readonly unknown[]): Promise<number | undefined> {
  const selected = selectedPaths(args);
  const root = sourceControlRoot(args);
  const pond = selected?.pond ?? (await QuickSteps.ask((steps) => context.ponds.choose(steps, root)));
  if (pond === undefined) return undefined;
  const paths = selected?.paths.filter((path) => path !== '/') ?? [];
  return await askAndDiscard(context, { pond, paths, notice: cannotBeUndone });
}

interface Discarding {
  readonly pond: string;
  /** Of the selected changes; empty for all. */
  readonly paths: readonly string[];
  /** First line below the question. */
  readonly notice: string;
}

/** Discards exactly what the question listed: asks again where something else is staged by then. */
async function askAndDiscard(context: Context, { pond, paths, notice }: Discarding): Promise<number | undefined> {
  const { client, sourceControls } = context;
  await sourceControls.refresh(pond);
  const staged = sourceControls.countedChanges(pond) ?? [];
  const stagedHash = sourceControls.status(pond)?.stagedHash;
  if (paths.length + staged.length === 0) {
    void vscode.window.showInformationMessage(`Nothing is staged in ${pondName(pond)}.`);
    return 0;
  }
  if (!(await isConfirmed(pond, { paths, staged, notice }))) return undefined;
  try {
    const { discarded } = await requestChange(client, 'discard', {
      ...{ pond, ...(paths.length > 0 && { paths }) },
      ...(stagedHash !== undefined && { stagedHash }),
    });
    await sourceControls.refresh(pond);
    return discarded;
  } catch (error) {
    if (errorData(error)?.code !== 'conflict') throw error;
    return await askAndDiscard(context, {
      pond,
      paths,
      notice: `What is staged has changed since you were asked. ${cannotBeUndone}`,
    });
  }
}

/** Asks whether the changes at some paths are discarded, or all without any. */
async function isConfirmed(
  pond: string,
  { paths, staged, notice }: Omit<Discarding, 'pond'> & { readonly staged: readonly ChangeInfo[] },
): Promise<boolean> {
  const [only] = paths.length === 0 ? staged.map(shownPath) : paths;
  const count = paths.length === 0 ? staged.length : paths.length;
  const many = `${paths.length === 0 ? 'all' : 'the'} ${numberText(count)} staged changes`;
  const question = `Discard ${count === 1 ? `the changes of ${only}` : many} of ${pondName(pond)}?`;
  const listed = paths.length === 0 ? staged : staged.filter((change) => paths.includes(shownPath(change)));
  const detail = [notice, ...(listed.length > 1 ? ['', ...changeLines(listed)] : [])].join('\n');
  const discard = 'Discard';
  return (await vscode.window.showWarningMessage(question, { modal: true, detail }, discard)) === discard;
}
