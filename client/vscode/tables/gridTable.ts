/** Tables as a panel opens and shows them. */
import type * as vscode from 'vscode';
import { type ErrorData } from '../../../server/src/protocol/events.ts';
import { type PondClient } from '../client.ts';
import { errorData, errorMessage, isCancelled, errorText } from '../errors.ts';
import { formatOffers } from '../queries/formatStrings.ts';
import { queryFileName, queryTitle } from '../queries/queryStrings.ts';
import { type RunningQueries } from '../queries/runningQueries.ts';
import {
  type EditorCommand,
  type GridState,
  type PlainTableQuery,
  type TableQuery,
} from '../webviews/grid/messages.ts';
import { type TableSource } from '../../../server/src/protocol/tables.ts';
import { releaseTable } from './releaseTable.ts';

/** Interface of the window to a grid. */
export interface GridHost {
  readonly client: PondClient;
  readonly extension: vscode.Uri;
  /** Opens a pond, which a server that was restarted does not have open. */
  openPond(pond: string): Promise<unknown>;
  openQuery(pond: string, sql: string): Promise<unknown>;
  readonly running: RunningQueries;
}

/** The params that open a table. */
export function openParams(query: PlainTableQuery): {
  readonly pond: string;
  readonly at?: string;
  readonly table: { readonly path: string } | { readonly sql: string };
} {
  const at = query.at === undefined ? {} : { at: query.at };
  return { pond: query.pond, table: 'sql' in query ? { sql: query.sql } : { path: query.path }, ...at };
}

/** The source of a file's table. */
export function located({ path, at }: Extract<TableQuery, { path: string }>): {
  readonly path: string;
  readonly at?: string;
} {
  return { path, ...(at !== undefined && { at }) };
}

/** Releases a table without waiting. A failure is logged: a server that is gone has no rows. */
export function releaseLater(client: PondClient, pond: string, source: TableSource): void {
  releaseTable(client, pond, source).catch((error: unknown) => {
    client.log.debug(`a result was not released: ${errorText(error)}`);
  });
}

/** Name of a table, for people, while it is opened. */
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

/** Name of a file for the rows of a table: that of the table, or the first words of its query. */
export function tableFileName(query: TableQuery, extension: string): string {
  return 'sql' in query ? queryFileName(query.sql, extension) : `${tableName(query)}.${extension}`;
}

/** The state of a page whose table could not be opened. */
export function failure(about: Pick<GridState, 'run' | 'query' | 'source'>, error: unknown): GridState {
  const { run, query, source } = about;
  if (isCancelled(error)) return { type: 'cancelled', run, query, source };
  const data: Partial<ErrorData> = errorData(error) ?? {};
  // A stated format is for the files of the working tree.
  const isOfVersion = 'diff' in query || query.at !== undefined;
  const { hint } = data;
  return {
    type: 'failed',
    ...{ run, query, source },
    message: errorMessage(error),
    ...(hint === undefined ? {} : { hint }),
    offers: isOfVersion ? [] : formatOffers(query.pond, data),
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

/** VS Code's own commands for those of a page. */
export const editorCommands: Readonly<Record<EditorCommand, string>> = {
  undo: 'undo',
  redo: 'redo',
  save: 'workbench.action.files.save',
};
