import * as vscode from 'vscode';
import { type Params } from '../../../server/src/protocol/commands.ts';
import { type PondClient } from '../client.ts';
import { errorData, errorText } from '../errors.ts';
import { parsePondUri, type PondLocation } from '../pondUri.ts';
import { rowsBefore } from './rowsBefore.ts';
import { type TableDocument } from './tableDocument.ts';
import { tableEditsOf } from '../webviews/grid/rowEdits.ts';

/** Stages the edits of a table as the next content of its file. They stay when that fails. */
export async function saveTable(
  client: PondClient,
  document: TableDocument,
  cancellation: vscode.CancellationToken,
): Promise<void> {
  await document.whenIdle(cancellation);
  await document.saving(async () => {
    const before = await rowsBefore(client, document, cancellation);
    const base = await write(client, document, undefined, cancellation);
    return before === undefined || base === undefined ? undefined : { base, before };
  });
}

/** Writes the table with its edits to another path of the pond, or to a file of this computer. */
export async function saveTableAs(
  client: PondClient,
  document: TableDocument,
  target: vscode.Uri,
  cancellation: vscode.CancellationToken,
): Promise<void> {
  await document.whenIdle(cancellation);
  if (!document.isDirty) return await vscode.workspace.fs.copy(document.uri, target, { overwrite: true });
  const { pond } = locationOf(document.uri);
  const to = parsePondUri(target);
  const isHere = to === undefined ? target.scheme === 'file' : to.pond === pond && to.at === undefined;
  if (!isHere) throw new Error('Edited rows are saved in the same pond, or on this computer.');
  const place = to === undefined ? { file: target.fsPath } : { path: to.path };
  await document.saving(async () => {
    await write(client, document, place, cancellation);
    return undefined;
  });
}

/** Writes the edits, and returns the content that the file has then; undefined for a file of this computer. */
async function write(
  client: PondClient,
  { uri, rows, base = '' }: TableDocument,
  to: Params<'editTable'>['to'],
  cancellation: vscode.CancellationToken,
): Promise<string | undefined> {
  const { pond, path } = locationOf(uri);
  const params = { pond, path, base, edits: tableEditsOf(rows), ...(to !== undefined && { to }) };
  try {
    return (await client.request('editTable', params, cancellation))?.base;
  } catch (error) {
    // The editor shows this message, and keeps the table unsaved.
    throw new Error(errorData(error) === undefined ? String(error) : errorText(error), { cause: error });
  }
}

function locationOf(uri: vscode.Uri): PondLocation {
  const location = parsePondUri(uri);
  if (location === undefined) throw new Error(`${uri.path} is not in a pond`);
  return location;
}
