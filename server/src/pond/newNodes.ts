/** The next state of a node, for each kind of change. Pure, except for ids and the clock. */
import { type FileType } from '../tinyfs/backend.ts';
import { nowUs } from './clock.ts';
import { leafHash } from './hash.ts';
import {
  type CommittedNode,
  directoryNode,
  type DirectoryNode,
  type NewDirectory,
  type PondNode,
  sameVersion,
  type StagedContent,
  type StagedNode,
} from './node.ts';
import { type EntryChange } from './overlay.ts';
import { isSameValue, replacesStaged, seriesHashAfter } from './series.ts';
import { uuidv7 } from './uuid.ts';

type Attributes = PondNode['attributes'];

/** A version of anything but a directory, before it has content. */
type UnfilledVersion = Omit<StagedNode, 'state' | 'content' | 'sizeBytes' | 'sha256' | 'seriesHash' | 'facts'>;

/** Staged content with its size and hash. */
export interface NewContent {
  readonly sizeBytes: number;
  readonly sha256: string;
  readonly content: StagedContent;
  readonly facts: StagedNode['facts'];
}

/** Returns a directory that did not exist before, version 1. */
export function newDirectory(name: string, attributes: Attributes = {}): NewDirectory {
  return {
    ...identity(name, attributes),
    state: 'new',
    type: 'directory',
    sizeBytes: 0,
    sha256: leafHash([]),
    seriesHash: '',
  };
}

/** Returns a directory with attributes, new unless it exists; undefined keeps those of the existing one. */
export function putDirectory(
  existing: PondNode | undefined,
  name: string,
  attributes: Attributes | undefined,
): DirectoryNode {
  if (existing === undefined) return newDirectory(name, attributes);
  return nextDirectory(directoryNode(existing), attributes ?? existing.attributes);
}

/**
 * Returns the committed node of an entry to which a change gives the same value again, so that nothing is staged;
 * undefined for every other change. `committed` is the entry as it is committed now: what is staged on an older one stays
 * staged, and is a conflict. `isElsewhere` says whether a changed entry has the node of an id.
 */
export function committedAgain(
  { node, base }: EntryChange,
  committed: CommittedNode | undefined,
  isElsewhere: (id: string) => boolean,
): CommittedNode | undefined {
  if (node?.state !== 'staged' || node.type === 'series' || base === null) return undefined;
  if (base.type !== node.type || !isSameValue(base, node) || !sameVersion(committed, base)) return undefined;
  return base.id === node.id || !isElsewhere(base.id) ? base : undefined;
}

/** Returns version 1 of anything but a directory that did not exist before. */
export function firstVersion(type: StagedNode['type'], name: string, attributes: Attributes = {}): UnfilledVersion {
  return { ...identity(name, attributes), type, placedTxn: undefined };
}

/** A put of a file. */
interface FilePut {
  readonly name: string;
  readonly attributes: Attributes | undefined;
  /** Stages the content of a version. */
  readonly stage: (version: UnfilledVersion) => NewContent;
}

/** Returns the next version of a file, or a new file unless it exists. */
export function putFile(
  type: StagedNode['type'],
  existing: PondNode | undefined,
  { name, attributes, stage }: FilePut,
): StagedNode {
  const version =
    existing === undefined || existing.state === 'new'
      ? firstVersion(type, name, attributes)
      : nextVersion(existing, attributes ?? existing.attributes);
  return withContent(version, stage(version), existing);
}

function identity(
  name: string,
  attributes: Attributes,
): Pick<PondNode, 'id' | 'version' | 'modifiedUs' | 'attributes' | 'name' | 'previous'> {
  return { id: uuidv7(), version: 1, modifiedUs: nowUs(), attributes, name, previous: undefined };
}

/** Returns the version after `existing`, which it replaces if that is only staged: see series.ts. */
export function nextVersion(existing: Exclude<PondNode, NewDirectory>, attributes: Attributes): UnfilledVersion {
  const { id, type, name, placedTxn, previous, version } = existing;
  assertFile(type);
  const replaces = replacesStaged(existing);
  return {
    ...{ id, type, name, placedTxn, attributes, modifiedUs: nowUs() },
    version: replaces ? version : version + 1,
    previous: existing.state === 'committed' ? existing.row : previous,
  };
}

/** Returns the version with content, after `existing` if there is one. */
export function withContent(
  { id, type, name, version, ...unfilled }: UnfilledVersion,
  { sizeBytes, sha256, content, facts }: NewContent,
  existing: PondNode | undefined,
): StagedNode {
  const seriesHash = seriesHashAfter(type, existing, sha256);
  return { state: 'staged', id, type, name, version, ...unfilled, sizeBytes, sha256, content, seriesHash, facts };
}

/** Returns the node with other attributes: a new version with the same content. */
export function withAttributes(existing: PondNode, attributes: Attributes): PondNode {
  if (existing.state !== 'staged' && existing.type === 'directory') return nextDirectory(existing, attributes);
  // A version of a series is rows; its attributes belong to the entry alone.
  if (existing.type === 'series') return withStagedEntry({ ...existing, attributes });
  return withContent(nextVersion(existing, attributes), contentOf(existing), existing);
}

/** Returns a directory with other attributes. It keeps its row: its content changes through its entries. */
export function nextDirectory(existing: DirectoryNode, attributes: Attributes): DirectoryNode {
  const modifiedUs = nowUs();
  if (existing.state === 'new') return { ...existing, version: existing.version + 1, modifiedUs, attributes };
  const isStaged = existing.changedTxn === undefined && existing.previous !== undefined;
  const version = isStaged ? existing.version : existing.version + 1;
  const previous = isStaged ? existing.previous : existing.row;
  return { ...existing, version, previous, changedTxn: undefined, modifiedUs, attributes };
}

/** Returns the node under another name, with the same version. */
export function movedNode(node: PondNode, name: string): PondNode {
  if (node.state === 'new') return { ...node, name };
  return withStagedEntry({ ...node, name, placedTxn: undefined });
}

function withStagedEntry<T extends CommittedNode | StagedNode>(node: T): T {
  return node.state === 'committed' ? { ...node, changedTxn: undefined } : node;
}

/** Returns a new node with the same content; a copy of a directory starts empty. */
export function copiedNode(source: PondNode, name: string): StagedNode | NewDirectory {
  if (source.state === 'new' || source.type === 'directory') return newDirectory(name, source.attributes);
  return withContent(firstVersion(source.type, name, source.attributes), contentOf(source), undefined);
}

/** Returns the content of a node other than a directory, for another version: it is not read. */
export function contentOf(node: Exclude<PondNode, NewDirectory>): NewContent {
  const { id, version, sizeBytes, sha256, facts } = node;
  const content: StagedContent =
    node.state === 'staged' ? node.content : { in: 'row', nodeId: id, row: node.row, version };
  return { sizeBytes, sha256, content, facts };
}

function assertFile(type: FileType): asserts type is StagedNode['type'] {
  if (type === 'directory') throw new Error('a directory has no content');
}
