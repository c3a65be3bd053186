import * as vscode from 'vscode';
import { type Context } from '../context.ts';
import { QuickSteps } from '../quickSteps.ts';
import { atPosition, documentUri } from '../resources/treeLocations.ts';
import { titleOf } from '../resources/strings.ts';
import { chooseResources, choosePond, nodesOf, selectedResources } from './chooseResources.ts';

/** Opens the document of a resource, at the problem if the row is one. */
export async function openResource(context: Context, ...args: readonly unknown[]): Promise<void> {
  const chosen = await QuickSteps.ask((steps) => chooseResources(context, args, 'Resource to open', steps));
  const [resource] = chosen?.resources ?? [];
  if (chosen === undefined || resource === undefined) return;
  const document = documentUri(chosen.pond, resource);
  const [node] = nodesOf(args);
  const uri = node?.type === 'problem' ? atPosition(document, node.problem.line, node.problem.character) : document;
  await vscode.commands.executeCommand('vscode.open', uri);
}

/** Shows a file or series of a resource: tables in a grid, anything else in an editor. */
export async function openOutput(context: Context, ...args: readonly unknown[]): Promise<void> {
  const [node] = nodesOf(args);
  if (node?.type === 'output') {
    await context.outputs.open(node.pond, node.output);
    return;
  }
  const picked = await QuickSteps.ask(async (steps) => {
    const chosen = await chooseResources(context, args, 'Resource whose outputs to open', steps);
    const [resource] = chosen?.resources ?? [];
    if (chosen === undefined || resource === undefined) return undefined;
    const output = await context.outputs.pick(chosen.pond, resource, steps);
    return output && { pond: chosen.pond, output };
  });
  if (picked !== undefined) await context.outputs.open(picked.pond, picked.output);
}

/** Shows the run records of the selected resources, the named ones, or all of the pond. */
export async function openRunLog(context: Context, ...args: readonly unknown[]): Promise<void> {
  const named = args[0] as { readonly pond: string; readonly titles?: readonly string[] } | undefined;
  if (named?.titles !== undefined) {
    await context.runLog.show(named.pond, named.titles);
    return;
  }
  const chosen = selectedResources(context, args);
  const pond = chosen?.pond ?? (await QuickSteps.ask((steps) => choosePond(context, args, steps)));
  if (pond !== undefined) await context.runLog.show(pond, (chosen?.resources ?? []).map(titleOf));
}

/** Shows the graph of a pond's resources. */
export async function showGraph(context: Context, ...args: readonly unknown[]): Promise<void> {
  const pond = await QuickSteps.ask((steps) => choosePond(context, args, steps));
  if (pond !== undefined) context.graphs.show(pond);
}

/** Reloads the resources of all ponds. */
export async function refreshResources({ store }: Context): Promise<void> {
  await Promise.all(store.all.map((pond) => store.refresh(pond)));
}
