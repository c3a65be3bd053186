import * as vscode from 'vscode';
import { type Result } from '../../../server/src/protocol/commands.ts';
import { type Context } from '../context.ts';
import { parsePondUri, pondName, pondUri } from '../pondUri.ts';
import { requestWithProgress } from '../progress.ts';
import { QuickSteps } from '../quickSteps.ts';
import { reportCopied } from './reportCopied.ts';
import { countText, numberText } from '../numberStrings.ts';

/** Copies host files and folders into a directory of a pond: the one at `target`, else the root. */
export async function importFiles(
  { client, ponds }: Context,
  target?: vscode.Uri,
  sources?: readonly vscode.Uri[],
): Promise<Result<'import'> | undefined> {
  const pond = await QuickSteps.ask((steps) => ponds.choose(steps, target));
  if (pond === undefined) return undefined;
  const path = target === undefined ? '/' : await directoryOf(target);
  const into = `${path} of ${pondName(pond)}`;
  // The explorer passes its selection as the second argument: those are pond URIs, not sources.
  const given = sources?.filter(({ scheme }) => scheme === 'file');
  const picked = given !== undefined && given.length > 0 ? given : await pickSources(into);
  if (picked === undefined || picked.length === 0) return undefined;
  const params = { pond, path, sources: picked.map(({ fsPath }) => fsPath) };
  const done = await requestWithProgress(client, `Importing into ${into}`, 'import', params);
  const same = done.unchanged > 0 ? `, ${done.unchanged} of them unchanged` : '';
  reportCopied(
    `Imported ${countText(done.files, 'file')} (${numberText(done.bytes)} bytes)${same} into ${into}.`,
    done,
  );
  return done;
}

async function directoryOf(target: vscode.Uri): Promise<string> {
  const location = parsePondUri(target);
  if (location === undefined) return '/';
  const { type } = await vscode.workspace.fs.stat(target);
  if ((type & vscode.FileType.Directory) !== 0) return location.path;
  return parsePondUri(vscode.Uri.joinPath(pondUri(location.pond, location.path), '..'))?.path ?? '/';
}

async function pickSources(into: string): Promise<readonly vscode.Uri[] | undefined> {
  return vscode.window.showOpenDialog({
    title: `Files and folders to import into ${into}`,
    openLabel: 'Import',
    canSelectMany: true,
    canSelectFiles: true,
    canSelectFolders: true,
  });
}
