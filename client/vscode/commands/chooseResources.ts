import * as vscode from 'vscode';
import { activeUri } from '../activeFile.ts';
import { printable } from '../../../server/src/base/printable.ts';
import { type ResourceInfo } from '../../../server/src/protocol/resources.ts';
import { type Context } from '../context.ts';
import { parsePondUri } from '../pondUri.ts';
import { type QuickSteps } from '../quickSteps.ts';
import { resourcesOf, type ViewNode } from '../resources/nodes.ts';
import { idle, summaryOf, titleOf } from '../resources/strings.ts';

/** Resources of one pond. */
export interface ChosenResources {
  readonly pond: string;
  readonly resources: readonly ResourceInfo[];
}

/**
 * Resources to which a command applies: the selected rows of the Resources view, else the resource of a document, else
 * the one that the user picks. Undefined without one, and when the user cancels.
 */
export async function chooseResources(
  context: Context,
  args: readonly unknown[],
  placeholder: string,
  steps: QuickSteps,
): Promise<ChosenResources | undefined> {
  const selected = selectedResources(context, args);
  if (selected !== undefined) return selected;
  const pond = await choosePond(context, args, steps);
  if (pond === undefined) return undefined;
  const picked = await pick(context.store.resources(pond), placeholder, steps);
  return picked && { pond, resources: [picked] };
}

/**
 * The selected rows of the Resources view, else the resource of a document; undefined when neither denotes a resource.
 */
export function selectedResources({ store }: Context, args: readonly unknown[]): ChosenResources | undefined {
  const nodes = nodesOf(args);
  const [first] = nodes;
  if (first !== undefined) {
    const resources = resourcesOf(
      nodes.filter(({ pond }) => pond === first.pond),
      (pond) => store.resources(pond),
    );
    return resources.length === 0 ? undefined : { pond: first.pond, resources };
  }
  const uri = args[0] instanceof vscode.Uri ? args[0] : activeUri();
  const location = uri === undefined ? undefined : parsePondUri(uri);
  const owner = location === undefined ? undefined : store.at(location.pond, location.path);
  return location === undefined || owner === undefined ? undefined : { pond: location.pond, resources: [owner] };
}

/** The pond to which a command of the view applies. */
export async function choosePond(
  { ponds }: Context,
  args: readonly unknown[],
  steps: QuickSteps,
): Promise<string | undefined> {
  const [node] = nodesOf(args);
  return node?.pond ?? ponds.choose(steps, args[0] instanceof vscode.Uri ? args[0] : undefined);
}

/** Rows passed by a menu of the view: the row, or the whole selection when the row is part of it. */
export function nodesOf([first, selected]: readonly unknown[]): readonly ViewNode[] {
  if (!isNode(first)) return [];
  const all = Array.isArray(selected) ? selected.filter(isNode) : [];
  return all.length > 0 ? all : [first];
}

function isNode(value: unknown): value is ViewNode {
  return typeof value === 'object' && value !== null && 'type' in value && 'pond' in value;
}

async function pick(
  resources: readonly ResourceInfo[],
  placeholder: string,
  steps: QuickSteps,
): Promise<ResourceInfo | undefined> {
  if (resources.length === 0) {
    void vscode.window.showInformationMessage(
      'This pond has no resources. Run "Pond: New Resource" or "Pond: Apply Resource".',
    );
    return undefined;
  }
  const items = resources.map((resource) => ({
    label: printable(titleOf(resource)),
    description: summaryOf(resource, idle, Date.now()),
    detail: printable(resource.desc),
    resource,
  }));
  return (await steps.choose(items, { placeholder, matchOnDetail: true }))?.resource;
}
