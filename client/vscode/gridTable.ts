/** Tables as a panel opens and shows them. */
import * as vscode from 'vscode';
import { errorData, errorMessage, isCancelled } from './errors.ts';
import { hintText } from './hints.ts';
import { queryTitle } from './queryStrings.ts';
import { type GridState, type TableQuery } from './webviews/grid/messages.ts';

/** The params that open a table. */
export function openParams(query: Exclude<TableQuery, { readonly diff: unknown }>): {
  readonly pond: string;
  readonly at?: string;
  readonly table: { readonly path: string } | { readonly sql: string };
} {
  if ('sql' in query) return { pond: query.pond, table: { sql: query.sql } };
  return { pond: query.pond, table: { path: query.path }, ...(query.at !== undefined && { at: query.at }) };
}

/** The source of a file's table. */
export function located({ path, at }: Extract<TableQuery, { path: string }>): {
  readonly path: string;
  readonly at?: string;
} {
  return { path, ...(at !== undefined && { at }) };
}

/** What a person calls a table while it is opened. */
export function tableTitle(query: TableQuery): string {
  if ('sql' in query) return queryTitle(query.sql);
  return 'diff' in query ? 'differences of two tables' : query.path;
}

/** Name of a table in INSERT statements. */
export function tableName(query: TableQuery): string {
  if ('sql' in query) return 'result';
  if ('diff' in query) return 'differences';
  return (
    query.path
      .split('/')
      .at(-1)
      ?.replace(/\.[^.]*$/, '') ?? 'result'
  );
}

/** The state of a page whose table could not be opened. */
export function failure(about: Pick<GridState, 'run' | 'query' | 'source'>, error: unknown): GridState {
  const { run, query, source } = about;
  if (isCancelled(error)) return { type: 'cancelled', run, query, source };
  const hint = errorData(error)?.hint;
  return {
    type: 'failed',
    ...{ run, query, source },
    message: errorMessage(error),
    ...(hint === undefined ? {} : { hint: hintText(hint) }),
  };
}

/** The file whose rows a page edits, with its content; undefined for a table that cannot be edited. */
export function editedFile({
  query,
  info: { editing },
}: Extract<GridState, { type: 'result' }>): { readonly path: string; readonly base: string } | undefined {
  return 'path' in query && editing !== undefined && 'base' in editing
    ? { path: query.path, base: editing.base }
    : undefined;
}

/** Says that edits are not among the rows that are written. */
export function warnOfEdits(): void {
  void vscode.window.showWarningMessage('The rows are written as they are saved, without the edits.');
}
