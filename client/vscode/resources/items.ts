import * as vscode from 'vscode';
import { type ProblemInfo, type ResourceInfo } from '../../../server/src/protocol/resources.ts';
import { printable, printableLines } from '../../../server/src/base/printable.ts';
import { pondName, pondUri } from '../pondUri.ts';
import { nodeId, type ViewNode } from './nodes.ts';
import { resourceTooltip, type RowContext } from './tooltip.ts';
import { recordTime } from '../times.ts';
import { stateOf, summaryOf, titleOf, type ResourceState, type Running } from './strings.ts';
import { countText, numberText } from '../numberStrings.ts';
import { ago } from '../timeStrings.ts';

const { None, Collapsed, Expanded } = vscode.TreeItemCollapsibleState;

const stateIcons: Readonly<Record<ResourceState, readonly [icon: string, color: string]>> = {
  running: ['sync~spin', 'progressBar.background'],
  broken: ['error', 'list.errorForeground'],
  failed: ['error', 'testing.iconFailed'],
  staged: ['diff-added', 'pond.addedForeground'],
  changed: ['diff-modified', 'pond.modifiedForeground'],
  cancelled: ['circle-slash', 'testing.iconSkipped'],
  skipped: ['debug-step-over', 'testing.iconSkipped'],
  new: ['circle-large-outline', 'testing.iconUnset'],
  ok: ['pass', 'testing.iconPassed'],
};

/** Tree item of a row. `running`: run state of the row's resource. */
export function itemOf(node: ViewNode, running: Running, context: RowContext): vscode.TreeItem {
  const item = plainItem(node, running, context);
  item.id = nodeId(node);
  return item;
}

function plainItem(node: ViewNode, running: Running, context: RowContext): vscode.TreeItem {
  switch (node.type) {
    case 'pond':
      return { ...row(pondName(node.pond), Expanded, 'database'), description: node.pond, contextValue: 'pond' };
    case 'failure':
      return {
        ...row(`${node.of} could not be read`, None, 'error', 'list.errorForeground'),
        description: printable(node.message),
        tooltip: node.message,
        contextValue: 'failure',
        command: { command: 'pond.showServerLog', title: 'Show Server Log' },
      };
    case 'kind': {
      const ofKind = context.resources.filter(({ kind }) => kind === node.kind);
      return {
        ...row(node.kind, Expanded, ofKind[0]?.icon ?? 'symbol-misc'),
        description: numberText(ofKind.length),
        contextValue: 'kind',
      };
    }
    case 'resource':
      return resourceItem(node.pond, node.resource, running, context);
    case 'problem':
      return problemItem(node.problem, node);
    case 'output':
      return outputItem(node, context);
  }
}

function resourceItem(pond: string, resource: ResourceInfo, running: Running, context: RowContext): vscode.TreeItem {
  const state = stateOf(resource, running);
  const [icon, color] = stateIcons[state];
  const interval = context.interval(resource);
  const schedule = interval === undefined ? [] : [`every ${interval}`];
  const summary = [summaryOf(resource, running, context.nowMs), ...schedule].filter((part) => part !== '').join(' · ');
  // The screen reader text contains the state that the icon shows exactly once.
  const spoken = summary.startsWith(state) ? summary : `${state}, ${summary}`;
  const hasChildren = resource.problems.length + resource.outputs.length > 0;
  return {
    ...row(resource.name, hasChildren ? Collapsed : None, icon, color),
    description: printable(summary),
    tooltip: resourceTooltip(resource, context),
    contextValue: running.progress === undefined ? idleContext(resource) : 'resource.running',
    accessibilityInformation: { label: `${printable(titleOf(resource))}, ${spoken}` },
    // A click on a row opens its document, so the user can work from the view.
    command: {
      command: 'pond.openResource',
      title: 'Open Document',
      arguments: [{ type: 'resource', pond, resource }],
    },
  };
}

/** Context of a row for the menus: copies of the pond have commands of their own. */
function idleContext({ backup }: ResourceInfo): string {
  return backup === null ? 'resource.idle' : 'resource.idle.backup';
}

function problemItem(
  { severity, message, hint, line, code }: ProblemInfo,
  node: Extract<ViewNode, { type: 'problem' }>,
): vscode.TreeItem {
  const isError = severity === 'error';
  return {
    ...row(message, None, isError ? 'error' : 'warning', isError ? 'list.errorForeground' : 'list.warningForeground'),
    description: `line ${line + 1}`,
    tooltip: printableLines([message, hint, code].filter((text) => text !== undefined).join('\n\n')),
    contextValue: 'problem',
    command: { command: 'pond.openResource', title: 'Open Document', arguments: [node] },
  };
}

function outputItem(node: Extract<ViewNode, { type: 'output' }>, { nowMs }: RowContext): vscode.TreeItem {
  const { path, type } = node.output;
  const { latest } = node;
  const age = typeof latest === 'string' ? `${recordTime(latest)} · ${ago(Date.parse(latest), nowMs)}` : undefined;
  const name = path.split('/').at(-1) ?? path;
  const isDirectory = type === 'directory';
  const isTable = type === 'series' || type === 'table';
  return {
    ...row(name, isDirectory ? Collapsed : None),
    iconPath: isDirectory ? vscode.ThemeIcon.Folder : isTable ? new vscode.ThemeIcon('table') : vscode.ThemeIcon.File,
    ...(isTable ? {} : { resourceUri: pondUri(node.pond, path) }),
    ...(age === undefined ? {} : { description: age }),
    tooltip: [`${printable(path)} (${type})`, ...latestLine(latest, age)].join('\n'),
    contextValue: isDirectory ? 'output.directory' : isTable ? 'output.table' : 'output.file',
    ...(isDirectory ? {} : { command: { command: 'pond.openOutput', title: 'Open Output', arguments: [node] } }),
  };
}

/** Latest time of a series, as far as it is known; empty for anything else. */
function latestLine(latest: string | null | undefined, age: string | undefined): readonly string[] {
  if (latest === undefined) return [];
  return [age === undefined ? 'The latest time is known once it is read or run.' : `Latest time: ${age}`];
}

function row(
  label: string,
  collapsibleState: vscode.TreeItemCollapsibleState,
  icon?: string,
  color?: string,
): vscode.TreeItem {
  const theme = color === undefined ? undefined : new vscode.ThemeColor(color);
  return {
    label: printable(label),
    collapsibleState,
    ...(icon === undefined ? {} : { iconPath: new vscode.ThemeIcon(icon, theme) }),
  };
}

/** Badge of the view's icon: the number of failed resources; undefined when nothing failed. */
export function badgeOf(states: readonly ResourceState[]): vscode.ViewBadge | undefined {
  const failed = states.filter((state) => state === 'failed' || state === 'broken').length;
  return failed === 0 ? undefined : { value: failed, tooltip: `${countText(failed, 'resource')} failed` };
}
