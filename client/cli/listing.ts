import { type NodeInfo } from '../../server/src/protocol/commands.ts';
import { shownPath } from './format.ts';

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

/** Compares paths name by name, so that a directory comes right before its content. */
function comparePaths(a: string, b: string): number {
  const [namesA, namesB] = [a.split('/'), b.split('/')];
  const index = namesA.findIndex((name, at) => name !== namesB[at]);
  if (index < 0) return namesA.length - namesB.length;
  const [nameA, nameB] = [namesA[index] ?? '', namesB[index]];
  return nameB === undefined || nameA > nameB ? 1 : -1;
}
