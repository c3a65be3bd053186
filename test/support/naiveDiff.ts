import { type FileSystem } from '../../server/src/tinyfs/fs.ts';
import { textRead } from './tree.ts';

export interface PlainNode {
  readonly id: string;
  readonly type: string;
  readonly version: number;
  /** Type, attributes and content. */
  readonly text: string;
}

/** All nodes of a tree by path, except the root. */
export type TreeNodes = ReadonlyMap<string, PlainNode>;

/** Reads a whole tree. Content of a series is that of all its versions. */
export async function describeNodes(fs: FileSystem): Promise<TreeNodes> {
  const { backend } = fs;
  const nodes = new Map<string, PlainNode>();
  for await (const { path, node } of (await fs.root()).walk()) {
    const contents: string[] = [];
    if (node.type === 'symlink') contents.push(await backend.readlink(node));
    else if (node.type === 'series')
      for await (const version of backend.versions(node)) contents.push(await textRead(backend.read(version)));
    else if (node.type !== 'directory') contents.push(await textRead(backend.read(node)));
    const attributes = Object.entries(node.attributes).sort(([a], [b]) => (a < b ? -1 : 1));
    const { id, type, version } = node;
    nodes.set(path, { id, type, version, text: JSON.stringify([node.type, attributes, contents]) });
  }
  return nodes;
}

/** Paths that differ between two trees. */
export function naiveDiff(before: TreeNodes, after: TreeNodes): readonly string[] {
  const paths = new Set([...before.keys(), ...after.keys()]);
  return [...paths].filter((path) => before.get(path)?.text !== after.get(path)?.text);
}
