import * as vscode from 'vscode';
import { type ResourceInfo } from '../../../server/src/protocol/resources.ts';
import { accessQuestion, allowAnswer, missingAccess, tooManyText } from '../accessStrings.ts';
import { type Context } from '../context.ts';
import { pondName } from '../pondUri.ts';
import { requestChange } from '../progress.ts';

/**
 * Asks the user to allow what committed documents do on this computer, once for each: those of others, and changed ones.
 * `resources` are those to run, all when there are none. False when the user declines, and when the question cannot show
 * all of it.
 */
export async function allowAccess(
  { client }: Context,
  pond: string,
  resources: readonly ResourceInfo[],
): Promise<boolean> {
  const names = resources.length === 0 ? {} : { names: resources.map(({ id }) => id) };
  const missing = missingAccess(await client.request('hostAccess', { pond, ...names }));
  if (missing.length === 0) return true;
  const asked = accessQuestion(pondName(pond), resources, missing);
  if (asked === undefined) {
    void vscode.window.showWarningMessage(tooManyText(missing.length));
    return false;
  }
  const { question, detail } = asked;
  const answer = await vscode.window.showWarningMessage(question, { modal: true, detail }, allowAnswer);
  if (answer === undefined) return false;
  await requestChange(client, 'allow', {
    pond,
    accesses: missing.map(({ directory, access }) => ({ directory, access })),
  });
  return true;
}
