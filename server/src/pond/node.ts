import { type CommitNumber } from '../delta/commitNumber.ts';
import { type FileType, type Node } from '../tinyfs/backend.ts';
import { type DirectoryEntry } from '../oplog/directoryEntry.ts';
import { assert } from '../base/assert.ts';

/** Reference to a node's own row: in the data file of a commit. */
export interface RowRef {
  readonly txn: CommitNumber;
  readonly partId: string;
}

/** Location of staged content until it is committed. */
export type StagedContent =
  | { readonly in: 'journal'; readonly offset: number; readonly sizeBytes: number }
  | { readonly in: 'blob' }
  | { readonly in: 'row'; readonly nodeId: string; readonly row: RowRef; readonly version: number };

/** A node of the op log. A file has either `row` or `content`; one that was only moved keeps its `row`. */
export interface PondNode extends Node {
  /** Name that the node was found under; '' for the root. */
  readonly name: string;
  /** The committed row; undefined when this version is only staged. */
  readonly row: RowRef | undefined;
  /** Commit that last changed the entry; undefined when that is staged. */
  readonly changedTxn: CommitNumber | undefined;
  /** Commit that put the node under its name; undefined when that is staged. */
  readonly placedTxn: CommitNumber | undefined;
  /** Content of a staged version; undefined for committed versions and for directories. */
  readonly content: StagedContent | undefined;
  /** See DirectoryEntry. */
  readonly seriesHash: string;
  /** The row of the preceding version, for a staged version that has one. */
  readonly previous: RowRef | undefined;
}

/** The fixed id of every pond's root directory. */
export const rootId = '00000000-0000-7000-8000-000000000000';

/** Narrows a node returned by TinyFS, all of whose nodes come from a pond's backend. */
export function pondNode(node: Node): PondNode {
  // Fields that may be undefined are absent after a journal's replay.
  assert('seriesHash' in node && 'name' in node, () => 'the node is of another backend');
  return node as PondNode;
}

/** The node of a directory entry. */
export function nodeOfEntry(entry: DirectoryEntry): PondNode {
  return {
    id: entry.childId,
    type: entry.type as FileType,
    version: entry.version,
    sizeBytes: entry.sizeBytes,
    modifiedUs: entry.modifiedUs,
    sha256: entry.sha256,
    attributes: entry.attributes,
    name: entry.name,
    row: { txn: entry.txn, partId: entry.partId },
    changedTxn: entry.changedTxn,
    placedTxn: entry.placedTxn,
    content: undefined,
    seriesHash: entry.seriesHash,
    previous: undefined,
  };
}

/** The entry for a node whose row is, or will be, at `row`; changed by commit `changedTxn`. */
export function entryOfNode(node: PondNode, name: string, row: RowRef, changedTxn: CommitNumber): DirectoryEntry {
  return {
    name,
    childId: node.id,
    type: node.type,
    version: node.version,
    txn: row.txn,
    partId: row.partId,
    changedTxn,
    placedTxn: node.placedTxn ?? changedTxn,
    sizeBytes: node.sizeBytes,
    modifiedUs: node.modifiedUs,
    sha256: node.sha256,
    seriesHash: node.seriesHash,
    attributes: node.attributes,
  };
}

/** Names one version of a node. */
export const versionKey = (node: Node): string => `${node.id}@${node.version}`;

/** True when two states of a path are the same version of the same node, or both are absent. */
export function sameVersion(a: Node | undefined, b: Node | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  // The attributes of a series are not part of its versions.
  return (
    a.id === b.id && a.version === b.version && a.sha256 === b.sha256 && sameAttributes(a.attributes, b.attributes)
  );
}

/** True when both have the same keys and values. */
export function sameAttributes(a: PondNode['attributes'], b: PondNode['attributes']): boolean {
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key]);
}

/** The directory as the latest commit left it, if that commit came after the node was looked up. */
export function newestOf(newest: PondNode | undefined, directory: PondNode): PondNode {
  if (newest?.row === undefined || (directory.row !== undefined && directory.row.txn >= newest.row.txn))
    return directory;
  const { row, version, sizeBytes, sha256, modifiedUs, previous } = newest;
  return { ...directory, row, version, sizeBytes, sha256, modifiedUs, previous };
}

/** Hash of a node's whole value: of all versions for a series. */
export function contentKeyOf({ type, sha256, seriesHash }: PondNode): string {
  return type === 'series' && seriesHash !== '' ? seriesHash : sha256;
}
