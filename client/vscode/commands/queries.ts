import * as vscode from 'vscode';
import { type Context } from '../context.ts';
import { parsePondUri, pondName, type PondLocation } from '../pondUri.ts';
import { QuickSteps } from '../quickSteps.ts';
import { activeTable } from '../tables/tableTabs.ts';

/** Opens a query document: for a file, or the table of the active tab, one that reads it; else an example. */
export async function newQuery({ ponds, queries }: Context, target = activeTable()): Promise<void> {
  const pond = await QuickSteps.ask((steps) => ponds.choose(steps, target));
  if (pond === undefined) return;
  const location = target === undefined ? undefined : parsePondUri(target);
  await queries.create(pond, template(pond, location));
}

/** Runs the selection or the statement at the cursor of the active query. */
export async function runQuery({ activeQuery }: Context): Promise<void> {
  await activeQuery.run();
}

/** Cancels the running query; of several, those that the user picks. */
export async function cancelQuery({ queries }: Context): Promise<void> {
  await queries.running.cancel();
}

/**
 * A query of a file, else of the history: one of all files would read the files that others are derived from again. The
 * statement is first: VS Code calls a document without a file by its first line.
 */
function template(pond: string, location: PondLocation | undefined): string {
  const rows = vscode.workspace.getConfiguration('pond.query').get<number>('rows') ?? 0;
  const limit = rows > 0 ? ` LIMIT ${Math.floor(rows)}` : '';
  const help = `-- Pond ${pondName(pond)}. Paths and globs are tables: "/a/*.csv", of a version: "/a/*.csv@HEAD".`;
  return `${selectFrom(location)}${limit};\n${help}\n`;
}

function selectFrom(location: PondLocation | undefined): string {
  if (location === undefined || location.path === '/')
    return 'SELECT number, time, author, message FROM pond.commits ORDER BY number DESC';
  const { path, at } = location;
  return `SELECT * FROM "${path.replaceAll('"', '""')}${at === undefined ? '' : `@${at}`}"`;
}
