import * as vscode from 'vscode';
import { type PondClient } from '../client.ts';
import { errorText, isCancelled } from '../errors.ts';
import { located } from './gridTable.ts';
import { type GridState, type ShownView } from '../webviews/grid/messages.ts';

/** Opens a query. */
interface QueryHost {
  readonly client: PondClient;
  readonly openQuery: (pond: string, sql: string) => Promise<unknown>;
}

/** Opens the SQL of a view as a query. */
export async function openAsQuery(
  { client, openQuery }: QueryHost,
  { query, diff, info: { source, columns } }: Extract<GridState, { type: 'result' }>,
  shown: ShownView,
): Promise<void> {
  const names = shown.columns.map(({ name }) => name);
  const isAll = JSON.stringify(names) === JSON.stringify(columns.map(({ name }) => name));
  const from = 'diff' in query ? diff?.sql : 'sql' in query ? query.sql : undefined;
  const { sql } = await client.request('tableSql', {
    ...{ pond: query.pond, source: 'path' in query ? located(query) : source, view: shown.view },
    ...(isAll ? {} : { columns: names }),
    ...(from !== undefined && { sql: from }),
  });
  await openQuery(query.pond, `${sql};\n`);
}

/** Runs work for the user, and shows its error, except cancellation. */
export async function reported(what: string, work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!isCancelled(error)) void vscode.window.showErrorMessage(`${what}: ${errorText(error)}`);
  }
}

/** Says that edits are not among the rows that are written. */
export function warnOfEdits(): void {
  void vscode.window.showWarningMessage('The rows are written as they are saved, without the edits.');
}
