import * as vscode from 'vscode';
import { type Context } from '../context.ts';
import { QuickSteps } from '../quickSteps.ts';
import { titleOf } from '../resources/strings.ts';
import { chooseResources } from './chooseResources.ts';
import { countText } from '../numberStrings.ts';
import { requestChange } from '../progress.ts';

/** Stages the removal of resources and all their content, after confirmation. Returns their titles. */
export async function deleteResources(
  context: Context,
  ...args: readonly unknown[]
): Promise<readonly string[] | undefined> {
  const chosen = await QuickSteps.ask((steps) => chooseResources(context, args, 'Resource to delete', steps));
  if (chosen === undefined) return undefined;
  const { pond, resources } = chosen;
  const ids = new Set(resources.map(({ id }) => id));
  const readers = context.store
    .resources(pond)
    .filter(({ id, reads }) => !ids.has(id) && reads.some((one) => ids.has(one)));
  const what = resources.length === 1 ? resources.map(titleOf).join() : countText(resources.length, 'resource');
  const remove = 'Delete';
  const answer = await vscode.window.showWarningMessage(
    `Delete ${what} and all its data?`,
    {
      modal: true,
      detail: [
        ...(readers.length === 0 ? [] : [`Read by ${readers.map(titleOf).join(', ')}.`]),
        'The removal is staged: until you commit, "Pond: Discard" reverts it.',
      ].join('\n'),
    },
    remove,
  );
  if (answer !== remove) return undefined;
  const { removed } = await requestChange(context.client, 'deleteResources', { pond, names: [...ids] });
  await context.store.refresh(pond);
  return removed;
}
