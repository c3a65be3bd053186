import * as vscode from 'vscode';
import { type Context } from '../context.ts';
import { parsePondUri, pondName, type PondLocation } from '../pondUri.ts';
import { queryLanguage } from '../queryDocuments.ts';

/** Opens a query document: for a file, one that reads it; else an example. */
export async function newQuery({ ponds, queries }: Context, target?: vscode.Uri): Promise<void> {
  const pond = await ponds.choose(target);
  if (pond === undefined) return;
  const location = target === undefined ? undefined : parsePondUri(target);
  await queries.create(pond, template(pond, location));
}

/** Runs the selection or the statement at the cursor of the active query document. */
export async function runQuery({ queries }: Context): Promise<void> {
  const editor = vscode.window.activeTextEditor;
  if (editor?.document.languageId !== queryLanguage) {
    void vscode.window.showInformationMessage('Open a query document first: run "Pond: New Query".');
    return;
  }
  await queries.run(editor);
}

/** Cancels the running query. */
export async function cancelQuery({ queries }: Context): Promise<void> {
  queries.cancel();
}

function template(pond: string, location: PondLocation | undefined): string {
  const head = `-- Pond ${pondName(pond)}. Paths and globs are tables: "/a/*.csv", of a version: "/a/*.csv@HEAD".\n`;
  if (location === undefined || location.path === '/') return `${head}SELECT * FROM "/**/*.csv" LIMIT 100;\n`;
  const version = location.at === undefined ? '' : `@${location.at}`;
  return `${head}SELECT * FROM "${location.path.replaceAll('"', '""')}${version}" LIMIT 1000;\n`;
}
