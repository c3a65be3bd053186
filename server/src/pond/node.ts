import { type CommitNumber } from '../delta/commitNumber.ts';
import { type FileType, type Node } from '../tinyfs/backend.ts';
import { type DirectoryEntry } from '../oplog/directoryEntry.ts';
import { assert } from '../base/assert.ts';
import { type Fields } from '../delta/fields.ts';
import { type VersionFacts } from './versionFacts.ts';

/** Reference to a node's own row: in the data file of a commit. */
export interface RowRef {
  readonly txn: CommitNumber;
  readonly partId: string;
}

/** Parses a reference to a row, as the cache and the journal hold it. */
export function rowRefIn(fields: Fields): RowRef {
  return { txn: fields.commitNumber('txn'), partId: fields.text('partId') };
}

/** Location of staged content until it is committed. */
export type StagedContent =
  | { readonly in: 'journal'; readonly offset: number; readonly sizeBytes: number }
  | {
      readonly in: 'blob';
      /** True when the change that staged the content created the blob: no commit before refers to it. */
      readonly isNew: boolean;
    }
  | { readonly in: 'row'; readonly nodeId: string; readonly row: RowRef; readonly version: number };

interface PondNodeBase extends Node {
  /** Name that the node was found under; '' for the root. */
  readonly name: string;
  /** See DirectoryEntry. */
  readonly seriesHash: string;
  /** The row of the preceding version, where it is known and needed. */
  readonly previous: RowRef | undefined;
  /** Of a version of a series that was read from its row, or is staged: an entry has none. */
  readonly facts?: VersionFacts | undefined;
}

/** Commits of an entry. */
interface EntryCommits {
  /** Commit that put the node under its name; undefined when that is staged, or not known from a row alone. */
  readonly placedTxn: CommitNumber | undefined;
}

/** A version that a commit wrote. Its entry may differ: a staged one has another name or other attributes. */
export interface CommittedNode extends PondNodeBase, EntryCommits {
  readonly state: 'committed';
  readonly row: RowRef;
  /** Commit that last changed the entry; undefined when the entry is staged. */
  readonly changedTxn: CommitNumber | undefined;
}

/** A staged version of anything but a directory; no row holds it yet. */
export interface StagedNode extends PondNodeBase, EntryCommits {
  readonly state: 'staged';
  readonly type: Exclude<FileType, 'directory'>;
  readonly content: StagedContent;
}

/** A directory that no commit has written: all its entries are staged. */
export interface NewDirectory extends PondNodeBase {
  readonly state: 'new';
  readonly type: 'directory';
}

/** A node of a pond's tree: a committed version, a staged one, or a new directory. */
export type PondNode = CommittedNode | StagedNode | NewDirectory;

/** A directory in any state. */
export type DirectoryNode = CommittedNode | NewDirectory;

/** True for a node of the pond's own store; false for one that a layer adds. */
export const isStored = (node: Node): boolean => 'state' in node && 'seriesHash' in node;

/** Narrows a node returned by TinyFS, all of whose nodes come from a pond's backend. */
export function pondNode(node: Node): PondNode {
  assert(isStored(node), () => 'the node is of another backend');
  return node as PondNode;
}

/** Narrows to a committed node. */
export function requireCommitted(node: PondNode): CommittedNode {
  assert(node.state === 'committed', () => `${node.name} is staged, not committed`);
  return node;
}

/** Returns the row of a node; undefined for one that is not committed. */
export function rowOf(node: PondNode | undefined): RowRef | undefined {
  return node?.state === 'committed' ? node.row : undefined;
}

/** Returns the node of a directory entry; asserts that it is not a page. */
export function nodeOfEntry(entry: DirectoryEntry): CommittedNode {
  const { type } = entry;
  assert(type !== 'page', () => `${entry.name} is a page, not a node`);
  return {
    state: 'committed',
    id: entry.childId,
    type,
    version: entry.version,
    sizeBytes: entry.sizeBytes,
    modifiedUs: entry.modifiedUs,
    sha256: entry.sha256,
    attributes: entry.attributes,
    name: entry.name,
    row: { txn: entry.txn, partId: entry.partId },
    changedTxn: entry.changedTxn,
    placedTxn: entry.placedTxn,
    seriesHash: entry.seriesHash,
    previous: undefined,
  };
}

/** Returns the entry of a node whose row is, or will be, at `row`; changed by commit `changedTxn`. */
export function entryOfNode(node: PondNode, name: string, row: RowRef, changedTxn: CommitNumber): DirectoryEntry {
  return {
    name,
    childId: node.id,
    type: node.type,
    version: node.version,
    txn: row.txn,
    partId: row.partId,
    changedTxn,
    placedTxn: (node.state === 'new' ? undefined : node.placedTxn) ?? changedTxn,
    sizeBytes: node.sizeBytes,
    modifiedUs: node.modifiedUs,
    sha256: node.sha256,
    seriesHash: node.seriesHash,
    attributes: node.attributes,
  };
}

/** Names one version of a node by its content too: a staged one may have the number that another commit used since. */
export const versionKey = (node: Node): string => `${node.id}@${node.version} ${node.sha256}`;

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

/** Returns the directory as the latest commit left it, if that commit came after the node was looked up. */
export function latestState(latest: CommittedNode | undefined, directory: DirectoryNode): DirectoryNode {
  if (latest === undefined) return directory;
  if (directory.state === 'committed' && directory.row.txn >= latest.row.txn) return directory;
  const { row, version, sizeBytes, sha256, modifiedUs, previous } = latest;
  const entry =
    directory.state === 'committed' ? directory : ({ changedTxn: undefined, placedTxn: undefined } as const);
  const { changedTxn, placedTxn } = entry;
  return {
    ...{ ...directory, state: 'committed', row, version, sizeBytes, sha256, modifiedUs, previous },
    ...{ changedTxn, placedTxn },
  };
}

/** True for a node that a commit has somewhere. */
export function wasCommitted(node: PondNode): boolean {
  return node.state === 'committed' || node.previous !== undefined;
}

/** Narrows a node to a directory. */
export function directoryNode(node: Node): DirectoryNode {
  const found = pondNode(node);
  assert(found.state !== 'staged', () => `${found.name} is a ${found.type}, not a directory`);
  return found;
}
