import * as vscode from 'vscode';
import { printable, printableLines } from '../../../server/src/base/printable.ts';
import { type ChangeInfo, type CommitInfo } from '../../../server/src/protocol/commands.ts';
import { pondName, pondUri, shownPath } from '../pondUri.ts';
import { timeText } from '../times.ts';
import { ago } from '../timeStrings.ts';
import { countTexts } from './versions.ts';
import { type CommitNode, type FileNode, filtersText, type HistoryNode, nodeId } from './nodes.ts';

const { None, Collapsed, Expanded } = vscode.TreeItemCollapsibleState;

/** Tree item of a row, with ages at a time: milliseconds since 1970 UTC. */
export function itemOf(node: HistoryNode, nowMs: number): vscode.TreeItem {
  switch (node.type) {
    case 'pond':
      return { ...row(pondName(node.pond), Expanded, 'database'), id: nodeId(node), description: node.pond };
    case 'filters':
      return {
        ...row(`Only ${filtersText(node.filters)}`, None, 'filter'),
        id: nodeId(node),
        contextValue: 'filters',
        command: { command: 'pond.filterHistory', title: 'Filter History', arguments: [node] },
      };
    case 'commit':
      return commitRow(node, nowMs);
    case 'file':
      return fileRow(node);
    case 'more':
      return {
        ...row('Show more…', None, 'ellipsis'),
        id: nodeId(node),
        description: node.text,
        command: { command: 'pond.showMoreHistory', title: 'Show More', arguments: [node] },
      };
    case 'note':
      return {
        ...row(printable(node.text), None, node.isFailure ? 'error' : 'info'),
        tooltip: printableLines(node.text),
        ...(node.isFailure && { command: { command: 'pond.showServerLog', title: 'Show Server Log' } }),
      };
  }
}

function commitRow(node: CommitNode, nowMs: number): vscode.TreeItem {
  const { commit } = node;
  const { number, message, operation, author, tags = [] } = commit;
  const title = printable(message.split('\n', 1)[0] || operation);
  const counts = countTexts(commit);
  const named = tags.map((tag) => `(${tag}) `).join('');
  return {
    ...row(title, counts.length === 0 ? None : Collapsed, iconOf(commit)),
    id: nodeId(node),
    // The first words are all that a narrow view has room for; the tooltip has the time.
    description: printable(`${named}${number} · ${ago(Date.parse(commit.time), nowMs)} · ${author}`),
    tooltip: printableLines(tooltipOf(commit)),
    contextValue: counts.length === 0 ? 'commit.empty' : 'commit',
    accessibilityInformation: {
      label: printable(
        `Commit ${number}, ${named}${title}, by ${author}, ${timeText(commit.time)}, ${counts.join(', ')}`,
      ),
    },
  };
}

function iconOf({ tags = [], operation }: CommitInfo): string {
  if (tags.length > 0) return 'tag';
  return operation === 'run' || operation.includes('/') ? 'play-circle' : 'git-commit';
}

function tooltipOf(commit: CommitInfo): string {
  const { number, message, author, operation, tags = [], hash } = commit;
  const lines = [
    message,
    '',
    `Commit ${number}, made by ${operation}`,
    author,
    timeText(commit.time),
    countTexts(commit).join(', '),
    tags.length === 0 ? '' : `Tags: ${tags.join(', ')}`,
    hash === null ? '' : `Hash: ${hash}`,
  ];
  return lines.filter((line, index) => index === 1 || line !== '').join('\n');
}

const letters = { added: 'A', modified: 'M', removed: 'D', renamed: 'R' } as const;

function fileRow(node: FileNode): vscode.TreeItem {
  const { pond, commit, change } = node;
  const path = shownPath(change);
  const directory = path.slice(0, path.lastIndexOf('/')) || '/';
  const origin = change.displayFrom ?? change.from;
  const moved = change.kind === 'renamed' && origin !== undefined ? `${origin} → ` : '';
  const isFile = change.type !== 'directory';
  return {
    ...row(printable(path.slice(path.lastIndexOf('/') + 1)), None, isFile ? 'file' : 'folder'),
    id: nodeId(node),
    description: printable(`${letters[change.kind]}  ${moved}${directory}`),
    tooltip: printable(`${path}: ${change.kind} in commit ${commit.number}`),
    contextValue: contextOf(change),
    ...(isFile && { resourceUri: pondUri(pond, path, String(commit.number)) }),
    accessibilityInformation: { label: printable(`${path}, ${change.kind}`) },
    ...(isFile && {
      command: { command: 'pond.compareWithPrevious', title: 'Compare with Previous', arguments: [node] },
    }),
  };
}

/** Directories have no content to compare; a removed file has none at its commit. */
function contextOf({ type, kind }: ChangeInfo): string {
  if (type === 'directory') return 'directory';
  return kind === 'removed' ? 'file.removed' : 'file.present';
}

function row(label: string, state: vscode.TreeItemCollapsibleState, icon: string): vscode.TreeItem {
  const item = new vscode.TreeItem(label, state);
  item.iconPath = new vscode.ThemeIcon(icon);
  return item;
}
