import type * as vscode from 'vscode';
import { type PondClient } from './client.ts';
import { errorData, errorText } from './errors.ts';
import { parsePondUri, type PondLocation } from './pondUri.ts';
import { type TableDocument } from './tableDocument.ts';
import { tableEditsOf } from './webviews/grid/rowEdits.ts';

/** Stages the edits of a table as the next content of its file. They stay when that fails. */
export async function saveTable(
  client: PondClient,
  document: TableDocument,
  cancellation: vscode.CancellationToken,
): Promise<void> {
  const location = locationOf(document.uri);
  await document.whenIdle(cancellation);
  if (!document.isDirty) return;
  await stage(client, location, document, cancellation);
  document.clear();
}

/** Writes the table with its edits to another path of the pond. */
export async function saveTableAs(
  client: PondClient,
  document: TableDocument,
  target: vscode.Uri,
  cancellation: vscode.CancellationToken,
): Promise<void> {
  const { pond, path: from } = locationOf(document.uri);
  const to = parsePondUri(target);
  if (to === undefined || to.pond !== pond || to.at !== undefined)
    throw new Error('Save As writes to the same pond. Export… in the table writes elsewhere.');
  await document.whenIdle(cancellation);
  await client.request('copy', { pond, from, to: to.path, recursive: false, overwrite: true }, cancellation);
  if (!document.isDirty) return;
  const { editing } = await client.request('openTable', { pond, table: { path: to.path } }, cancellation);
  const base = editing !== undefined && 'base' in editing ? editing.base : undefined;
  if (base !== document.base) throw new Error(`${from} changed since its rows were read: ${to.path} has no edits.`);
  await stage(client, to, document, cancellation);
}

async function stage(
  client: PondClient,
  { pond, path }: PondLocation,
  { rows, base = '' }: TableDocument,
  cancellation: vscode.CancellationToken,
): Promise<void> {
  try {
    await client.request('editTable', { pond, path, base, edits: tableEditsOf(rows) }, cancellation);
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
