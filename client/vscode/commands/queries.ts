import * as vscode from 'vscode';
import { type Context } from '../context.ts';
import { parsePondUri, pondName } from '../pondUri.ts';
import { queryLanguage } from '../queryDocuments.ts';

/** Opens a query document: on a file, one that reads it; else an example. */
export async function newQuery({ ponds, queries }: Context, target?: vscode.Uri): Promise<void> {
  const pond = await ponds.choose(target);
  if (pond === undefined) return;
  const path = target === undefined ? undefined : parsePondUri(target)?.path;
  await queries.create(pond, template(pond, path));
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

/** Stops the query that runs. */
export async function cancelQuery({ queries }: Context): Promise<void> {
  queries.cancel();
}

function template(pond: string, path: string | undefined): string {
  const head = `-- Pond ${pondName(pond)}. Paths and globs are tables. Ctrl+Enter runs the statement at the cursor.\n`;
  if (path === undefined || path === '/') return `${head}SELECT * FROM "/**/*.csv" LIMIT 100;\n`;
  return `${head}SELECT * FROM "${path.replaceAll('"', '""')}" LIMIT 1000;\n`;
}
