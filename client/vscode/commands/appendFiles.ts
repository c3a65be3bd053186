import * as vscode from 'vscode';
import { type Result } from '../../../server/src/protocol/commands.ts';
import { type Context } from '../context.ts';
import { parsePondUri, pondName } from '../pondUri.ts';
import { requestWithProgress } from '../progress.ts';
import { QuickSteps } from '../quickSteps.ts';
import { countText } from '../numberStrings.ts';

/** Adds rows of host files to the series at `target`; without one, asks for its path, where a series may be new. */
export async function appendFiles(
  { client, ponds }: Context,
  target?: vscode.Uri,
): Promise<Result<'append'> | undefined> {
  const series = await QuickSteps.ask(async (steps) => {
    const pond = await ponds.choose(steps, target);
    const path = pond === undefined ? undefined : await seriesPath(steps, pond, target);
    return pond === undefined || path === undefined ? undefined : { pond, path };
  });
  if (series === undefined) return undefined;
  const { pond, path } = series;
  const to = `${path} of ${pondName(pond)}`;
  const picked = await vscode.window.showOpenDialog({
    title: `Files whose rows to append to ${to}`,
    openLabel: 'Append',
    canSelectMany: true,
  });
  if (picked === undefined || picked.length === 0) return undefined;
  const params = { pond, path, sources: picked.map(({ fsPath }) => fsPath) };
  const done = await requestWithProgress(client, `Appending to ${to}`, 'append', params);
  const left = [
    ...(done.known.length === 0 ? [] : [`appended before: ${done.known.join(', ')}`]),
    ...(done.empty.length === 0 ? [] : [`without rows: ${done.empty.join(', ')}`]),
    ...(done.rowsWithoutTime === 0 ? [] : [`rows without a time: ${done.rowsWithoutTime}`]),
  ];
  const text = `Appended ${countText(done.rows, 'row')} to ${to}`;
  void vscode.window.showInformationMessage([`${text}.`, ...left.map((one) => `${one}.`)].join(' '));
  return done;
}

async function seriesPath(
  steps: QuickSteps,
  pond: string,
  target: vscode.Uri | undefined,
): Promise<string | undefined> {
  const location = target === undefined ? undefined : parsePondUri(target);
  if (location !== undefined && target !== undefined) {
    const { type } = await vscode.workspace.fs.stat(target);
    if ((type & vscode.FileType.Directory) === 0) return location.path;
  }
  const folder = location === undefined || location.path === '/' ? '' : location.path;
  return await steps.type({
    title: `Append to a Series of ${pondName(pond)}`,
    prompt: 'Path of the series in the pond; a new one is made',
    value: `${folder}/`,
    validate: (text) => (/^\/.*[^/]$/.test(text) ? undefined : 'A path begins with / and ends with a name.'),
  });
}
