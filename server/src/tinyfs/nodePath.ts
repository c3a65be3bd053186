import { assert } from '../base/assert.ts';
import { type DirectoryPath, type Node } from './backend.ts';
import { basename, dirname, joinPath } from './path.ts';

/** A node with its path. The path contains no links: a node reached through one has its real path. */
export class NodePath {
  readonly node: Node;
  /** Absolute, without '.', '..' or a trailing slash; '/' for the root. */
  readonly path: string;
  /** The directories above, from the root to the parent, as they were when this was read. Empty for the root. */
  readonly directories: readonly Node[];

  constructor(node: Node, path: string, directories: readonly Node[]) {
    this.node = node;
    this.path = path;
    this.directories = directories;
  }

  /** The entry's name; '' for the root. */
  get basename(): string {
    return basename(this.path);
  }

  /** The path of the directory that holds it; '/' for the root. */
  get dirname(): string {
    return dirname(this.path);
  }

  get isDirectory(): boolean {
    return this.node.type === 'directory';
  }

  /** The nodes from the root to this directory, both inclusive. */
  get chain(): DirectoryPath {
    const [root, ...below] = this.directories;
    return root === undefined ? [this.node] : [root, ...below, this.node];
  }

  /** Returns the path of an entry of this directory. */
  child(name: string, node: Node): NodePath {
    return new NodePath(node, joinPath(this.path, name), this.chain);
  }

  /** Returns the same path with the next version of its node. */
  withNode(node: Node): NodePath {
    return new NodePath(node, this.path, this.directories);
  }

  /** Returns the parent directory; undefined for the root. */
  parent(): NodePath | undefined {
    const node = this.directories.at(-1);
    return node === undefined ? undefined : new NodePath(node, this.dirname, this.directories.slice(0, -1));
  }

  /** True when this is `directory` or anywhere below it. */
  isWithin(directory: NodePath): boolean {
    return this.path === directory.path || this.path.startsWith(joinPath(directory.path, ''));
  }
}

/** Returns the path of a root directory. */
export function rootPath(root: Node): NodePath {
  assert(root.type === 'directory', () => `the root is a ${root.type}`);
  return new NodePath(root, '/', []);
}
