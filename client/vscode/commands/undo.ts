import * as vscode from 'vscode';
import { type ChangeInfo, type CommitInfo } from '../../../server/src/protocol/commands.ts';
import { type Context } from '../context.ts';
import { errorData } from '../errors.ts';
import { requestChange } from '../progress.ts';
import { pondName } from '../pondUri.ts';
import { QuickSteps } from '../quickSteps.ts';
import { changeLines } from './changeList.ts';

/** Undoes the latest commit by a new one, after a question that says what changes. */
export async function undoCommit(
  context: Context,
  target?: vscode.SourceControl | { readonly pond?: string },
): Promise<CommitInfo | null | undefined> {
  const named = target !== undefined && 'pond' in target ? target.pond : undefined;
  const root = target !== undefined && 'rootUri' in target ? target.rootUri : undefined;
  const pond = named ?? (await QuickSteps.ask((steps) => context.ponds.choose(steps, root)));
  return pond === undefined ? undefined : await askAndUndo(context, pond);
}

/** Undoes exactly the commit that the question named: asks again where another was made by then. */
async function askAndUndo(context: Context, pond: string): Promise<CommitInfo | null | undefined> {
  const { client, sourceControls } = context;
  const { undone, changes } = await requestChange(client, 'undo', { pond, dryRun: true });
  const undo = 'Undo Commit';
  const question = `Undo commit ${undone.number} of ${pondName(pond)}: ${undone.message.split('\n', 1)[0]}?`;
  const answer = await vscode.window.showWarningMessage(question, { modal: true, detail: detailOf(changes) }, undo);
  if (answer !== undo) return undefined;
  try {
    const { commit } = await requestChange(client, 'undo', { pond, number: undone.number });
    await sourceControls.refresh(pond);
    vscode.window.setStatusBarMessage(`Commit ${commit?.number} undoes commit ${undone.number}`, 5_000);
    return commit;
  } catch (error) {
    if (errorData(error)?.code !== 'conflict') throw error;
    return await askAndUndo(context, pond);
  }
}

function detailOf(changes: readonly ChangeInfo[]): string {
  const counted = changes.filter(({ partOf }) => partOf === undefined);
  const what = 'A new commit makes these changes. Both commits stay in the history.';
  return [what, '', ...changeLines(counted)].join('\n');
}
