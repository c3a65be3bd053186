import * as vscode from 'vscode';
import { type PondClient } from '../client.ts';
import { diffAction } from './tableDiff.ts';
import { type FromGridPage, type GridState, type TableQuery } from '../webviews/grid/messages.ts';

/** An action after which the table of a page is opened again. */
export type TableAction = Extract<FromGridPage, { type: 'diff' | 'stateFormat' }>;

/** Carries an action out, and returns the query to run then; undefined for none. */
export async function tableAction(
  client: PondClient,
  state: GridState,
  action: TableAction,
): Promise<TableQuery | undefined> {
  if (action.type === 'diff') return await diffAction(client, state, action);
  const { path, options } = action.offer;
  const { pond } = state.query;
  await vscode.commands.executeCommand('pond.stateFormat', { pond, path, options });
  return state.query;
}
