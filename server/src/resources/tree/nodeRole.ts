/** Nodes of a tree that know what they are to resources: a home, or something that a resource derives. */
import { type Node } from '../../tinyfs/backend.ts';
import { keyOf } from '../../materialize/contentKey.ts';
import { type DerivedDirectory, type DerivedFile } from '../model/derivedContent.ts';

const place = Symbol('place');

/** What a node of a tree is to resources. */
export type NodeRole =
  /** A node of the pond itself: the root, the directory of a kind, the home of a resource. */
  | { readonly in: 'root'; readonly base: Node }
  | { readonly in: 'kind'; readonly base: Node; readonly kind: string }
  | { readonly in: 'home'; readonly base: Node; readonly kind: string; readonly id: string }
  /** Something derived, at an absolute pond path; the document that derives it is of `modifiedUs`. */
  | {
      readonly in: 'derived';
      readonly path: string;
      readonly modifiedUs: number;
      readonly node: DerivedDirectory | DerivedFile;
    };

interface NodeWithRole extends Node {
  readonly [place]?: NodeRole;
}

/** Returns what a node is to resources; undefined for any other node. */
export function roleOf(node: Node): NodeRole | undefined {
  return (node as NodeWithRole)[place];
}

/** Returns the node as the pond itself knows it. */
export function baseOf(node: Node): Node {
  const at = roleOf(node);
  return at !== undefined && 'base' in at ? at.base : node;
}

/** Returns a node of the pond with its place. */
export function withRole(at: Exclude<NodeRole, { readonly in: 'derived' }>, entriesMore = 0): Node {
  const node: NodeWithRole = { ...at.base, sizeBytes: at.base.sizeBytes + entriesMore, [place]: at };
  return node;
}

/** The node of a derived file; `sizeBytes` is 0 while it is not known. Its hash is its key, not that of its bytes. */
export function derivedFileNode(path: string, node: DerivedFile, sizeBytes: number): Node {
  const { type, key, modifiedUs } = node;
  const made: NodeWithRole = {
    ...common(path),
    type,
    sizeBytes,
    modifiedUs,
    sha256: key,
    [place]: { in: 'derived', path, modifiedUs, node },
  };
  return made;
}

/** The node of a derived directory with so many entries. */
export function derivedDirectoryNode(
  path: string,
  node: DerivedDirectory,
  { entries, modifiedUs }: { readonly entries: number; readonly modifiedUs: number },
): Node {
  const made: NodeWithRole = {
    ...common(path),
    type: 'directory',
    sizeBytes: entries,
    modifiedUs,
    sha256: keyOf('derived directory', path),
    [place]: { in: 'derived', path, modifiedUs, node },
  };
  return made;
}

/** The same path is the same node, whatever it holds. */
function common(path: string): Pick<Node, 'id' | 'version' | 'attributes'> {
  return { id: uuidOf(keyOf('derived node', path)), version: 1, attributes: {} };
}

/** A UUID of version 8 (a hash of our own) out of hexadecimal digits: RFC 9562, 5.8. */
function uuidOf(hex: string): string {
  const digits = `${hex.slice(0, 12)}8${hex.slice(13, 16)}8${hex.slice(17, 32)}`;
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
