/** The next state of a node, for each kind of change. Pure, except for ids and the clock. */
import { type FileType } from '../tinyfs/backend.ts';
import { nowUs } from './clock.ts';
import { chainHash, leafHash } from './hash.ts';
import { type PondNode, type StagedContent } from './node.ts';
import { type StagedEntry } from './overlay.ts';
import { uuidv7 } from './uuid.ts';

/** A node that did not exist before: version 1, without content yet. */
export function newNode(type: FileType, name: string, attributes: PondNode['attributes'] = {}): PondNode {
  return {
    id: uuidv7(),
    type,
    version: 1,
    sizeBytes: 0,
    modifiedUs: nowUs(),
    sha256: leafHash([]),
    attributes,
    name,
    row: undefined,
    changedTxn: undefined,
    placedTxn: undefined,
    content: undefined,
    seriesHash: '',
    previous: undefined,
  };
}

/**
 * The version after `existing`. A version that is only staged is replaced, since it was never committed; except in a
 * series, where every version counts.
 */
export function nextVersion(
  existing: PondNode,
  staged: StagedEntry | undefined,
  attributes: PondNode['attributes'],
): PondNode {
  const replaces = isStagedVersion(existing) && (existing.type !== 'series' || staged === undefined);
  return {
    ...existing,
    version: replaces ? existing.version : existing.version + 1,
    previous: replaces ? existing.previous : (existing.row ?? existing.previous),
    // A directory keeps its row: its content changes through its entries.
    row: existing.type === 'directory' ? existing.row : undefined,
    changedTxn: undefined,
    modifiedUs: nowUs(),
    attributes,
  };
}

/** The node with other attributes: a new version with the same content. */
export function withAttributes(
  existing: PondNode,
  staged: StagedEntry | undefined,
  attributes: PondNode['attributes'],
): PondNode {
  // A version of a series is rows; its attributes belong to the entry alone.
  if (existing.type === 'series') return { ...existing, attributes, changedTxn: undefined };
  const next = nextVersion(existing, staged, attributes);
  return existing.type === 'directory' ? next : { ...next, content: contentOf(existing) };
}

/** The node under another name, with the same version. */
export function movedNode(node: PondNode, name: string): PondNode {
  return { ...node, name, changedTxn: undefined, placedTxn: undefined };
}

/** A new node with the same content. The copy of a directory starts empty. */
export function copiedNode(source: PondNode, name: string): PondNode {
  const bare = newNode(source.type, name, source.attributes);
  if (source.type === 'directory') return bare;
  return {
    ...bare,
    sizeBytes: source.sizeBytes,
    sha256: source.sha256,
    seriesHash: source.seriesHash === '' ? '' : chainHash('', source.sha256),
    content: contentOf(source),
  };
}

/** `node`, the next version of `existing`, with the content of `source`. */
export function withContentOf(source: PondNode, node: PondNode, existing: PondNode): PondNode {
  const earlier = existing.version < node.version ? existing.seriesHash : '';
  return {
    ...node,
    sizeBytes: source.sizeBytes,
    sha256: source.sha256,
    seriesHash: node.type === 'series' ? chainHash(earlier, source.sha256) : '',
    content: contentOf(source),
  };
}

function contentOf(node: PondNode): StagedContent | undefined {
  return node.content ?? (node.row && { in: 'row', nodeId: node.id, row: node.row, version: node.version });
}

function isStagedVersion(node: PondNode): boolean {
  return node.type === 'directory'
    ? node.changedTxn === undefined && node.previous !== undefined
    : node.row === undefined;
}
