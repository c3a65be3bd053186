import * as vscode from 'vscode';
import { type PondClient } from './client.ts';
import { type HistoryView } from './history/view.ts';
import { errorText, isCancelled } from './errors.ts';
import { parsePondUri } from './pondUri.ts';
import { type OpenPonds } from './ponds.ts';
import { type ActiveQuery } from './queries/activeQuery.ts';
import { type QueryDocuments } from './queries/queryDocuments.ts';
import { type ApplyProblems } from './resources/diagnostics.ts';
import { type GraphPanels } from './resources/graphPanel.ts';
import { type Outputs } from './resources/outputs.ts';
import { type QueryProblems } from './resources/queryProblems.ts';
import { type ResourceStore } from './resources/resourceStore.ts';
import { type RunLog } from './resources/runLog.ts';
import { type Runner } from './resources/runner.ts';
import { type Schedules } from './resources/schedules.ts';
import { type SearchView } from './search/view.ts';
import { type SourceControls } from './sourceControl/sourceControl.ts';
import { type TableDiffs } from './tables/tableDiffs.ts';

/** Dependencies of the commands. */
export interface Context {
  readonly client: PondClient;
  readonly ponds: OpenPonds;
  readonly sourceControls: SourceControls;
  readonly queries: QueryDocuments;
  readonly activeQuery: ActiveQuery;
  readonly history: HistoryView;
  readonly search: SearchView;
  readonly tableDiffs: TableDiffs;
  readonly store: ResourceStore;
  readonly runner: Runner;
  readonly schedules: Schedules;
  readonly outputs: Outputs;
  readonly runLog: RunLog;
  readonly graphs: GraphPanels;
  readonly applyProblems: ApplyProblems;
  readonly queryProblems: QueryProblems;
}

/** Root of the pond whose menu in Source Control ran a command; undefined for any other argument. */
export function sourceControlRoot([first]: readonly unknown[]): vscode.Uri | undefined {
  return (first as Partial<vscode.SourceControl> | undefined)?.rootUri;
}

/** Registers a command of category Pond. Shows its errors to the user, except cancellation. */
export function registerCommand<A extends readonly unknown[]>(
  id: string,
  context: Context,
  run: (context: Context, ...args: A) => Promise<unknown>,
): vscode.Disposable {
  return vscode.commands.registerCommand(id, async (...args: unknown[]) => {
    try {
      return await run(context, ...(args as unknown as A));
    } catch (error) {
      if (isCancelled(error)) return undefined;
      context.client.log.error(`${id}: ${errorText(error)}`);
      const log = 'Show Log';
      void vscode.window.showErrorMessage(errorText(error), log).then((choice) => {
        if (choice === log) context.client.log.show();
      });
      return undefined;
    }
  });
}

/**
 * Paths that a command in a menu was called on: the explorer passes a URI and the selection, source control passes
 * resource states, the palette nothing. Only `pond:` resources of the working tree count.
 */
export function selectedPaths(
  args: readonly unknown[],
): { readonly pond: string; readonly paths: readonly string[] } | undefined {
  const [first, second] = args;
  const candidates: readonly unknown[] =
    Array.isArray(second) && second.length > 0 ? second : first === undefined ? [] : args;
  const located = candidates
    .map((item) => (item instanceof vscode.Uri ? item : resourceUri(item)))
    .map((uri) => (uri === undefined ? undefined : parsePondUri(uri)))
    .filter((location) => location !== undefined && location.at === undefined);
  const pond = located[0]?.pond;
  if (pond === undefined) return undefined;
  return { pond, paths: located.flatMap((location) => (location?.pond === pond ? [location.path] : [])) };
}

function resourceUri(item: unknown): vscode.Uri | undefined {
  const uri = (item as { readonly resourceUri?: unknown } | undefined)?.resourceUri;
  return uri instanceof vscode.Uri ? uri : undefined;
}
