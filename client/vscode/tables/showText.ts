import * as vscode from 'vscode';
import { type PondClient } from '../client.ts';
import { pondUri } from '../pondUri.ts';
import { type PlainTableQuery } from '../webviews/grid/messages.ts';
import { lineOfRow } from './textLine.ts';

/** A file that is shown as a table. */
type TableFile = Extract<PlainTableQuery, { path: string }>;

/** Largest text in which the line of a row is looked for, bytes. */
const bytesMax = 20_000_000;

/** Returns the line of a row of a table in its text, 1-based; undefined where it is not known, as by lineOfRow. */
export async function lineInText(
  client: PondClient,
  { pond, path, at }: TableFile,
  row: number,
): Promise<number | undefined> {
  const version = at === undefined ? {} : { at };
  const [described] = await client.request('describe', { pond, paths: [path], ...version });
  if (described === undefined || described.type !== 'file' || described.size > bytesMax) return undefined;
  return lineOfRow(await vscode.workspace.fs.readFile(pondUri(pond, path, at)), described, row);
}

/** Shows the text of a table next to it, at the line of a row if that is known. */
export async function showText(client: PondClient, table: TableFile, row: number | null): Promise<void> {
  const line = row === null ? undefined : await lineInText(client, table, row);
  await showLine(pondUri(table.pond, table.path, table.at), line ?? 1);
  if (row !== null && line === undefined)
    vscode.window.setStatusBarMessage('The line of the row is not known: lines and rows do not correspond.', 5_000);
}

/**
 * Shows a line of a text, 1-based: where the text is open already, else next to the active editor. With a line, VS Code
 * shows a file as text whose table is open.
 */
export async function showLine(uri: vscode.Uri, line: number): Promise<void> {
  const selection = new vscode.Range(line - 1, 0, line - 1, 0);
  const isShown = ({ input }: vscode.Tab): boolean =>
    input instanceof vscode.TabInputText && input.uri.toString() === uri.toString();
  const { viewColumn = vscode.ViewColumn.Beside } =
    vscode.window.tabGroups.all.find(({ tabs }) => tabs.some(isShown)) ?? {};
  await vscode.window.showTextDocument(uri, { selection, viewColumn });
}
