import type * as vscode from 'vscode';
import { type PondClient } from '../client.ts';
import { type Context } from '../context.ts';
import { type OpenPonds } from '../ponds.ts';
import { ActiveResource } from './activeResource.ts';
import { ApplyProblems, RunProblems } from './diagnostics.ts';
import { GraphPanels } from './graphPanel.ts';
import { ResourceLenses } from './lenses.ts';
import { Outputs } from './outputs.ts';
import { PatternFeatures, type PatternsHost } from './patterns.ts';
import { QueryProblems } from './queryProblems.ts';
import { Renames } from './renames.ts';
import { ResourceStore } from './resourceStore.ts';
import { RunLog } from './runLog.ts';
import { Runner } from './runner.ts';
import { Schedules } from './schedules.ts';
import { ResourcesView } from './view.ts';

/** Parts of the editor that deal with resources. */
interface ResourceParts extends Pick<
  Context,
  'store' | 'runner' | 'schedules' | 'outputs' | 'runLog' | 'graphs' | 'applyProblems' | 'queryProblems'
> {
  readonly view: ResourcesView;
  readonly disposables: readonly vscode.Disposable[];
}

/** Interface of the window to the parts. */
interface ResourcesHost extends PatternsHost {
  readonly ponds: OpenPonds;
}

/** Creates all parts. Sends no request before the server runs. */
export function resourceParts(
  client: PondClient,
  { ponds, ...documents }: ResourcesHost,
  { extensionUri: extension, workspaceState }: vscode.ExtensionContext,
): ResourceParts {
  const store = new ResourceStore(client, ponds);
  const runner = new Runner(client, store);
  const schedules = new Schedules(client, { ponds, store, runner }, workspaceState);
  const view = new ResourcesView(client, { store, runner, schedules });
  const graphs = new GraphPanels(extension, store, runner, view);
  ponds.addShown(() => graphs.activePond());
  const runLog = new RunLog(client, store);
  const applyProblems = new ApplyProblems();
  const queryProblems = new QueryProblems(client, documents.pondOf);
  const lenses = new ResourceLenses(store, runner);
  const problems = new RunProblems(store);
  const active = new ActiveResource(client, store);
  const patterns = new PatternFeatures(documents, store);
  const renames = new Renames(client, store);
  const disposables = [
    schedules,
    renames,
    patterns,
    active,
    problems,
    lenses,
    applyProblems,
    queryProblems,
    runLog,
    graphs,
    view,
    runner,
    store,
  ];
  const outputs = new Outputs(client);
  return { store, runner, schedules, view, graphs, runLog, applyProblems, queryProblems, outputs, disposables };
}
