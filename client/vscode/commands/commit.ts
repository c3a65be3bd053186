import * as vscode from 'vscode';
import { type CommitInfo } from '../../../server/src/protocol/commands.ts';
import { type Context, selectedPaths } from '../context.ts';

/** Commits all staged changes of a pond, with the message of its input box or one that the user is prompted for. */
export async function commitPond(
  { client, ponds, sourceControls }: Context,
  root?: vscode.Uri | vscode.SourceControl,
): Promise<CommitInfo | undefined> {
  const pond = await ponds.choose(root instanceof vscode.Uri ? root : root?.rootUri);
  if (pond === undefined) return undefined;
  // Unsaved text is not in the pond yet: commit what the user sees.
  await vscode.workspace.saveAll(false);
  const box = sourceControls.inputBox(pond);
  const typed = box.value.trim();
  const message = typed === '' ? await askMessage() : typed;
  if (message === undefined) return undefined;
  const commit = await client.request('commit', { pond, message });
  if (box.value.trim() === typed) box.value = '';
  await sourceControls.refresh(pond);
  vscode.window.setStatusBarMessage(`Committed ${commit.number}: ${message}`, 5_000);
  return commit;
}

/** Commits the selected staged changes of a pond, with a message as above; the others stay staged. */
export async function commitSelected(
  { client, sourceControls }: Context,
  ...states: readonly vscode.SourceControlResourceState[]
): Promise<CommitInfo | undefined> {
  const selected = selectedPaths(states);
  if (selected === undefined || selected.paths.length === 0) return undefined;
  const { pond, paths } = selected;
  await vscode.workspace.saveAll(false);
  const box = sourceControls.inputBox(pond);
  const typed = box.value.trim();
  const message = typed === '' ? await askMessage() : typed;
  if (message === undefined) return undefined;
  const commit = await client.request('commit', { pond, message, paths });
  if (box.value.trim() === typed) box.value = '';
  await sourceControls.refresh(pond);
  vscode.window.setStatusBarMessage(`Committed ${commit.number}: ${message}`, 5_000);
  return commit;
}

async function askMessage(): Promise<string | undefined> {
  const message = await vscode.window.showInputBox({
    prompt: 'What does this commit change?',
    placeHolder: 'Message',
    validateInput: (text) => (text.trim() === '' ? 'A commit needs a message.' : undefined),
  });
  return message?.trim();
}
