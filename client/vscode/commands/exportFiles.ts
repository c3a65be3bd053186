import * as vscode from 'vscode';
import { type Result } from '../../../server/src/protocol/commands.ts';
import { selectedPaths, type Context } from '../context.ts';
import { activePondUri } from '../activeFile.ts';
import { pondName } from '../pondUri.ts';
import { requestWithProgress } from '../progress.ts';
import { QuickSteps } from '../quickSteps.ts';
import { reportCopied } from './reportCopied.ts';
import { countText, numberText } from '../numberStrings.ts';

/** Copies the selection (or the whole pond) into a host folder: the last argument if it is one, else prompted for. */
export async function exportFiles(
  { client, ponds }: Context,
  ...args: readonly unknown[]
): Promise<Result<'export'> | undefined> {
  const last = args.at(-1);
  const given = last instanceof vscode.Uri && last.scheme === 'file' ? last : undefined;
  const selected = selectedPaths(args);
  const pond = selected?.pond ?? (await QuickSteps.ask((steps) => ponds.choose(steps, activePondUri())));
  if (pond === undefined) return undefined;
  const directory = given ?? (await pickDirectory(pond));
  if (directory === undefined) return undefined;
  const params = { pond, paths: selected?.paths ?? ['/'], directory: directory.fsPath };
  const done = await requestWithProgress(
    client,
    `Exporting from ${pondName(pond)} to ${directory.fsPath}`,
    'export',
    params,
  );
  reportCopied(
    `Exported ${countText(done.files, 'file')} (${numberText(done.bytes)} bytes) from ${pondName(pond)}.`,
    done,
  );
  return done;
}

async function pickDirectory(pond: string): Promise<vscode.Uri | undefined> {
  const picked = await vscode.window.showOpenDialog({
    title: `Folder to export into from ${pondName(pond)}`,
    openLabel: 'Export Here',
    canSelectFiles: false,
    canSelectFolders: true,
  });
  return picked?.[0];
}
