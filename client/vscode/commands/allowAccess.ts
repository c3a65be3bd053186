import * as vscode from 'vscode';
import { printable } from '../../../server/src/base/printable.ts';
import { type ResourceInfo } from '../../../server/src/protocol/resources.ts';
import { type Context } from '../context.ts';
import { titleOf } from '../resources/strings.ts';

/**
 * Asks the user to allow what committed documents do on this computer, once for each: those of others, and changed ones.
 * `resources` are those to run, all when there are none. False when the user declines.
 */
export async function allowAccess(
  { client }: Context,
  pond: string,
  resources: readonly ResourceInfo[],
): Promise<boolean> {
  const names = resources.length === 0 ? {} : { names: resources.map(({ id }) => id) };
  const found = await client.request('hostAccess', { pond, ...names });
  const missing = found.filter(({ state, isAllowed }) => state === 'committed' && !isAllowed);
  if (missing.length === 0) return true;
  const [first] = resources;
  const subject = first !== undefined && resources.length === 1 ? titleOf(first) : 'Resources of this pond';
  const answer = await vscode.window.showWarningMessage(
    printable(`${subject} may do more than change the pond. Do you trust the author?`),
    {
      modal: true,
      detail: missing.map(({ resource, access }) => printable(`${resource} ${access}`)).join('\n'),
    },
    'Allow and Run',
  );
  if (answer === undefined) return false;
  await client.request('allow', { pond, accesses: missing.map(({ home, access }) => ({ home, access })) });
  return true;
}
