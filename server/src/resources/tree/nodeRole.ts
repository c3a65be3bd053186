/** Nodes of a tree with their role for resources: a resource directory, or an entry that a resource derives. */
import { type Backend, type Node } from '../../tinyfs/backend.ts';
import { keyOf } from '../../materialize/contentKey.ts';
import { type DerivedDirectory, type DerivedFile } from '../model/derivedContent.ts';

const role = Symbol('role');

/** Role of a node for resources. */
export type NodeRole = OwnRole & {
  /** The tree of another pond, inside this one, whose node it is; undefined for the pond's own. */
  readonly copied?: Backend | undefined;
};

type OwnRole =
  /** A node of the pond itself: the root, the directory of a kind, a resource directory. */
  | { readonly in: 'root'; readonly base: Node }
  | { readonly in: 'kind'; readonly base: Node; readonly kind: string }
  | { readonly in: 'resource'; readonly base: Node; readonly kind: string; readonly id: string }
  /** A derived entry at an absolute path in its pond; its document was changed at `modifiedUs`. */
  | {
      readonly in: 'derived';
      readonly path: string;
      readonly modifiedUs: number;
      readonly node: DerivedDirectory | DerivedFile;
      /** True for a file that is not built yet: its size is 0, and not known. */
      readonly isUnbuilt?: true;
    };

interface NodeWithRole extends Node {
  readonly [role]?: NodeRole;
}

/** Returns the role of a node for resources; undefined for any other node. */
export function roleOf(node: Node): NodeRole | undefined {
  return (node as NodeWithRole)[role];
}

/** Returns the node of the pond itself. */
export function baseOf(node: Node): Node {
  const own = roleOf(node);
  return own !== undefined && 'base' in own ? own.base : node;
}

/** Returns a node of the pond with its role. */
export function withRole(
  own: Exclude<OwnRole, { readonly in: 'derived' }> & Pick<NodeRole, 'copied'>,
  entriesMore = 0,
): Node {
  const node: NodeWithRole = { ...own.base, sizeBytes: own.base.sizeBytes + entriesMore, [role]: own };
  return node;
}

/** Location of a derived node. */
interface DerivedLocation extends Pick<NodeRole, 'copied'> {
  /** Absolute path in its pond. */
  readonly path: string;
  /** Absolute path in this pond: the same path is the same node, regardless of its content. */
  readonly shownPath: string;
}

/**
 * Returns the node of a derived file; `sizeBytes` is undefined while it is not built. Its hash is its key, not the hash
 * of its bytes.
 */
export function derivedFileNode(
  { path, shownPath, copied }: DerivedLocation,
  node: DerivedFile,
  sizeBytes: number | undefined,
): Node {
  const { type, key, modifiedUs } = node;
  const derived: NodeWithRole = {
    ...common(shownPath),
    type,
    sizeBytes: sizeBytes ?? 0,
    modifiedUs,
    sha256: key,
    [role]: { in: 'derived', path, copied, modifiedUs, node, ...(sizeBytes === undefined && { isUnbuilt: true }) },
  };
  return derived;
}

/** Returns the node of a derived directory with this many entries. */
export function derivedDirectoryNode(
  { path, shownPath, copied }: DerivedLocation,
  node: DerivedDirectory,
  { entries, modifiedUs }: { readonly entries: number; readonly modifiedUs: number },
): Node {
  const derived: NodeWithRole = {
    ...common(shownPath),
    type: 'directory',
    sizeBytes: entries,
    modifiedUs,
    sha256: keyOf('derived directory', shownPath),
    [role]: { in: 'derived', path, copied, modifiedUs, node },
  };
  return derived;
}

function common(path: string): Pick<Node, 'id' | 'version' | 'attributes'> {
  return { id: uuidOf(keyOf('derived node', path)), version: 1, attributes: {} };
}

/** Formats hexadecimal digits as a UUID of version 8 (a custom hash): RFC 9562, 5.8. */
function uuidOf(hex: string): string {
  const digits = `${hex.slice(0, 12)}8${hex.slice(13, 16)}8${hex.slice(17, 32)}`;
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
