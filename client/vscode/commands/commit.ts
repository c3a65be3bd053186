import * as vscode from 'vscode';
import { type CommitInfo } from '../../../server/src/protocol/commands.ts';
import { type Context, selectedPaths } from '../context.ts';
import { pondName } from '../pondUri.ts';
import { requestChange } from '../progress.ts';
import { QuickSteps } from '../quickSteps.ts';

/** Commits all staged changes of a pond, with the message of its input box or one that the user is prompted for. */
export async function commitPond(
  context: Context,
  root?: vscode.Uri | vscode.SourceControl,
): Promise<CommitInfo | undefined> {
  return await commitAs(context, async (steps) => {
    const pond = await context.ponds.choose(steps, root instanceof vscode.Uri ? root : root?.rootUri);
    return pond === undefined ? undefined : { pond };
  });
}

/** Commits the selected staged changes of a pond, with a message as above; the others stay staged. */
export async function commitSelected(
  context: Context,
  ...states: readonly vscode.SourceControlResourceState[]
): Promise<CommitInfo | undefined> {
  const selected = selectedPaths(states);
  if (selected === undefined || selected.paths.length === 0) return undefined;
  return await commitAs(context, () => Promise.resolve(selected));
}

/** The scope of a commit: all that is staged, or only what is at and below some paths. */
interface CommitScope {
  readonly pond: string;
  readonly paths?: readonly string[];
}

/** Commits with the message of the input box, else with one that the user types after the questions of `choose`. */
async function commitAs(
  { client, sourceControls }: Context,
  choose: (steps: QuickSteps) => Promise<CommitScope | undefined>,
): Promise<CommitInfo | undefined> {
  const asked = await QuickSteps.ask(async (steps) => {
    const scope = await choose(steps);
    if (scope === undefined) return undefined;
    // Unsaved text is not in the pond yet: commit what the user sees.
    await vscode.workspace.saveAll(false);
    const typed = sourceControls.inputBox(scope.pond).value.trim();
    const message = typed === '' ? await askMessage(scope.pond, steps) : typed;
    return message === undefined ? undefined : { scope, typed, message };
  });
  if (asked === undefined) return undefined;
  const { scope, typed, message } = asked;
  const { pond } = scope;
  const commit = await requestChange(client, 'commit', { ...scope, message });
  const box = sourceControls.inputBox(pond);
  if (box.value.trim() === typed) box.value = '';
  await sourceControls.refresh(pond);
  vscode.window.setStatusBarMessage(`Committed ${commit.number}: ${message}`, 5_000);
  return commit;
}

async function askMessage(pond: string, steps: QuickSteps): Promise<string | undefined> {
  const message = await steps.type({
    title: `Commit in ${pondName(pond)}`,
    prompt: 'What does this commit change?',
    placeholder: 'Message',
    validate: (text) => (text.trim() === '' ? 'A commit needs a message.' : undefined),
  });
  return message?.trim();
}
