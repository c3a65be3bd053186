import { type NodeInfo } from '../../server/src/protocol/commands.ts';
import { shownPath } from './format.ts';
import { type Terminal } from './verb.ts';
import { printable } from '../../server/src/base/printable.ts';

/**
 * Returns the nodes of a listing by the names of their resources, each path once. A resource is one line although its
 * directory and the link with its name are two nodes. A listing without resources keeps its order.
 */
export function nodesToShow(nodes: readonly NodeInfo[]): readonly NodeInfo[] {
  if (nodes.every(({ displayPath }) => displayPath === undefined)) return nodes;
  const shown = new Map<string, NodeInfo>();
  for (const node of nodes) {
    const path = shownPath(node);
    const other = shown.get(path);
    if (other === undefined || other.type === 'symlink') shown.set(path, node);
  }
  return [...shown.values()].sort((a, b) => comparePaths(shownPath(a), shownPath(b)));
}

/** Returns the last name of the path of a node, with the name of its resource. */
export function lastName(node: NodeInfo): string {
  const path = shownPath(node);
  return path.slice(path.lastIndexOf('/') + 1);
}

/** Warns of directories that could not be listed. */
export function warnOfUnlisted(terminal: Terminal, nodes: readonly NodeInfo[]): void {
  for (const node of nodes) {
    const { unlisted } = node;
    if (unlisted !== undefined) terminal.warn(printable(`pond: ${shownPath(node)} is not listed: ${unlisted}`));
  }
}

/** Compares paths name by name, so that a directory comes right before its content. */
function comparePaths(a: string, b: string): number {
  const [namesA, namesB] = [a.split('/'), b.split('/')];
  const index = namesA.findIndex((name, at) => name !== namesB[at]);
  if (index < 0) return namesA.length - namesB.length;
  const [nameA, nameB] = [namesA[index] ?? '', namesB[index]];
  return nameB === undefined || nameA > nameB ? 1 : -1;
}
