import * as vscode from 'vscode';
import { type ChangeInfo } from '../../../server/src/protocol/commands.ts';
import { selectedPaths, type Context } from '../context.ts';
import { parsePondUri } from '../pondUri.ts';
import { pickCommit } from '../versions.ts';

/**
 * Stages the selected paths (else the active document, else everything) as of a commit: the last argument if it is a
 * string, else prompted for.
 */
export async function restoreVersion(
  { client, ponds, sourceControls }: Context,
  ...args: readonly unknown[]
): Promise<readonly ChangeInfo[] | undefined> {
  const given = args.find((arg): arg is string => typeof arg === 'string');
  const selected = selectedPaths(args.filter((arg) => arg !== given)) ?? selectedPaths([activeUri()]);
  const pond = selected?.pond ?? (await ponds.choose());
  if (pond === undefined) return undefined;
  const paths = selected?.paths ?? ['/'];
  const at = given ?? (await pickVersion(client, pond, paths));
  if (at === undefined) return undefined;
  const changes = await client.request('restore', { pond, paths, at });
  await sourceControls.refresh(pond);
  const count = changes.filter(({ partOf }) => partOf === undefined).length;
  const target = `${paths.join(', ')} at version ${at}`;
  const text = count === 0 ? `Nothing differs from ${target}.` : `Staged ${count} changes to restore ${target}.`;
  void vscode.window.showInformationMessage(text);
  return changes;
}

async function pickVersion(
  client: Context['client'],
  pond: string,
  paths: readonly string[],
): Promise<string | undefined> {
  const [path] = paths;
  const filter = paths.length === 1 && path !== undefined && path !== '/' ? { path } : {};
  const commit = await pickCommit(client, pond, { ...filter, placeHolder: `Restore ${paths.join(', ')} as of` });
  return commit === undefined ? undefined : String(commit.number);
}

function activeUri(): vscode.Uri | undefined {
  const uri = vscode.window.activeTextEditor?.document.uri;
  return uri !== undefined && parsePondUri(uri) !== undefined ? uri : undefined;
}
