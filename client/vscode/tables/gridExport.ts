import * as vscode from 'vscode';
import { type ResultFormat } from '../../../server/src/protocol/commands.ts';
import { type PondClient } from '../client.ts';
import { errorData } from '../errors.ts';
import { askHostFile } from '../hostFile.ts';
import { QuickSteps } from '../quickSteps.ts';
import { pondName, pondUri } from '../pondUri.ts';
import { requestWithProgress } from '../progress.ts';
import { tableFileName } from './gridTable.ts';
import { type GridState, type ShownView, type TableQuery } from '../webviews/grid/messages.ts';
import { countText } from '../numberStrings.ts';

interface Format {
  readonly label: string;
  readonly format: ResultFormat;
  readonly extension: string;
}

/** Formats of exported views, with the extensions of their files. */
const formats: readonly Format[] = [
  { label: 'CSV', format: 'csv', extension: 'csv' },
  { label: 'JSON', format: 'json', extension: 'json' },
  { label: 'NDJSON', format: 'ndjson', extension: 'ndjson' },
  { label: 'Parquet', format: 'parquet', extension: 'parquet' },
  { label: 'Arrow', format: 'arrow', extension: 'arrow' },
  { label: 'Excel', format: 'xlsx', extension: 'xlsx' },
];

/**
 * Writes a view to a file of the user's choice, on this computer or in the pond, with progress. Throws the server's
 * error.
 */
export async function exportView(
  client: PondClient,
  { query, info: { source } }: Extract<GridState, { type: 'result' }>,
  { view, columns }: ShownView,
): Promise<void> {
  const { pond } = query;
  const target = await QuickSteps.ask((steps) => askTarget(query, steps));
  if (target === undefined) return;
  const { path, extension, label, format } = target;
  const params = { pond, source, view, columns: columns.map(({ name }) => name), format };
  if (path === undefined) {
    const name = tableFileName(query, extension);
    const file = await askHostFile('Export Rows', { name, type: label, extension });
    if (file === undefined) return;
    const done = await requestWithProgress(client, `Exporting to ${file.fsPath}`, 'exportTable', {
      ...params,
      file: file.fsPath,
    });
    report(done.rowCount, file.fsPath);
    return;
  }
  const save = (overwrite: boolean): Promise<{ readonly rowCount: number }> =>
    requestWithProgress(client, `Writing ${path}`, 'saveTable', { ...params, path, overwrite });
  const done = await saveAsking(save, path);
  if (done === undefined) return;
  report(done.rowCount, path);
  await vscode.commands.executeCommand('vscode.open', pondUri(pond, path), { preview: true });
}

/** The format that the user chooses, and a path in the pond, or none for a file on this computer; undefined for neither. */
async function askTarget(
  query: TableQuery,
  steps: QuickSteps,
): Promise<(Format & { readonly path: string | undefined }) | undefined> {
  const format = await steps.choose(formats, { placeholder: 'Format of the file' });
  if (format === undefined) return undefined;
  const here = { label: '$(desktop-download) On This Computer…', isHost: true };
  const inside = { label: `$(database) In the Pond ${pondName(query.pond)}…`, isHost: false };
  const place = await steps.choose([here, inside], { placeholder: 'Where to write the rows as seen' });
  if (place === undefined || place.isHost) return place && { ...format, path: undefined };
  const value = `/${tableFileName(query, format.extension)}`;
  const path = await steps.type({
    prompt: 'Path in the pond',
    value,
    valueSelection: [1, value.lastIndexOf('.')],
  });
  return path === undefined ? undefined : { ...format, path };
}

/** Asks before a file is replaced; undefined when the user keeps it. */
async function saveAsking<T>(save: (overwrite: boolean) => Promise<T>, path: string): Promise<T | undefined> {
  try {
    return await save(false);
  } catch (error) {
    if (errorData(error)?.code !== 'already-exists') throw error;
    const replace = 'Replace';
    const answer = await vscode.window.showWarningMessage(`${path} exists already.`, { modal: true }, replace);
    return answer === replace ? await save(true) : undefined;
  }
}

function report(rowCount: number, where: string): void {
  void vscode.window.showInformationMessage(`Wrote ${countText(rowCount, 'row')} to ${where}.`);
}
