/**
 * Staged changes in memory: for each changed directory the entries that differ from the committed ones.
 *
 * Invariants:
 * - An entry that equals its base is absent: reverting a change leaves no trace.
 * - `base` is the committed state that the first change of an entry was made on, and stays through later changes.
 * - Every changed directory has a link to its parent, up to the root.
 */
import {
  type CommittedNode,
  type PondNode,
  rowOf,
  sameAttributes,
  sameVersion,
  type StagedNode,
  wasCommitted,
} from './node.ts';
import { rootId } from '../oplog/rows.ts';
import { BlobReferences } from './blobReferences.ts';
import { earlierVersions } from './series.ts';
import { TouchedEntries } from './touchedEntries.ts';

export interface StagedEntry {
  /** Null when the entry is removed. */
  readonly node: PondNode | null;
  readonly base: CommittedNode | undefined;
  /** Versions of a series staged before `node`, oldest first. */
  readonly earlier: readonly StagedNode[];
}

/** One change of one entry, as the journal keeps it. `directory` is the path from the root to the directory. */
export interface EntryChange {
  readonly directory: readonly { readonly id: string; readonly name: string }[];
  readonly name: string;
  readonly node: PondNode | null;
  readonly base: CommittedNode | null;
}

/** Says of a staged entry, by its directory and name, whether it is in a part of what is staged. */
export type InPart = (directoryId: string, name: string) => boolean;

interface DirectoryChanges {
  readonly entries: Map<string, StagedEntry>;
  /**
   * Number of entries added (or, negative, removed) relative to the commit; kept because every read of the directory
   * uses it.
   */
  delta: number;
  /** Time of the last change to the set of names; undefined when only contents changed. */
  modifiedUs: number | undefined;
}

/** Changed entries over a committed tree; see the top of the file. */
export class Overlay {
  readonly #directories = new Map<string, DirectoryChanges>();
  readonly #links = new Map<string, { readonly parentId: string; readonly name: string }>();
  /** The inverse of the parent links: ids of the directories in each directory. */
  readonly #below = new Map<string, Set<string>>();
  readonly #blobs = new BlobReferences();
  /** Changes since it was last compared with the commit. */
  readonly touched = new TouchedEntries();

  /** True when a staged version has its content in the blob. */
  refersTo(hash: string): boolean {
    return this.#blobs.has(hash);
  }

  /** Hashes of the blobs that staged changes created, still in use or not since the last call. */
  newBlobs(): readonly string[] {
    return [...this.#blobs.inUse(), ...this.#blobs.takeUnused()];
  }

  /** Hashes of the blobs that staged changes created and that fell out of use since the last call. */
  takeUnusedBlobs(): readonly string[] {
    return this.#blobs.takeUnused();
  }

  get isEmpty(): boolean {
    return this.#directories.size === 0;
  }

  /** Number of staged entries. */
  get size(): number {
    let size = 0;
    for (const changes of this.#directories.values()) size += changes.entries.size;
    return size;
  }

  entry(directoryId: string, name: string): StagedEntry | undefined {
    return this.#directories.get(directoryId)?.entries.get(name);
  }

  entries(directoryId: string): ReadonlyMap<string, StagedEntry> {
    return this.#directories.get(directoryId)?.entries ?? none;
  }

  modifiedUs(directoryId: string): number | undefined {
    return this.#directories.get(directoryId)?.modifiedUs;
  }

  /** Number of entries a directory has more (or, negative, fewer) than the committed one. */
  countDelta(directoryId: string): number {
    return this.#directories.get(directoryId)?.delta ?? 0;
  }

  apply(change: EntryChange, timeUs: number): void {
    const directoryId = this.#linkDirectories(change.directory);
    const changes: DirectoryChanges = this.#directories.get(directoryId) ?? {
      entries: new Map<string, StagedEntry>(),
      delta: 0,
      modifiedUs: undefined,
    };
    const former = changes.entries.get(change.name);
    this.touched.add(directoryId, change.name);
    if (former !== undefined && former.node?.id !== change.node?.id) this.#left(former);
    const base = former === undefined ? (change.base ?? undefined) : former.base;
    this.#directories.set(directoryId, changes);
    if (change.node === null || former?.node === null || (former?.node ?? base) === undefined) {
      changes.modifiedUs = timeUs;
    }
    const removed = former === undefined ? change.base : former.node;
    if (removed?.type === 'directory' && removed.id !== change.node?.id)
      this.#forget(removed.id, directoryId, change.name);
    if (change.node?.type === 'directory') this.#link(change.node.id, directoryId, change.name);

    const isReverted = change.node === null ? base === undefined : isAsCommitted(change.node, base);
    const entry = {
      node: change.node,
      base,
      earlier: earlierVersions(former?.node, former?.earlier ?? [], change.node),
    };
    this.#set(directoryId, change.name, isReverted ? undefined : entry);
  }

  /** Changes that would turn an empty overlay into this one. */
  changes(): readonly EntryChange[] {
    return this.changedDirectories().flatMap((id) =>
      [...this.entries(id)].flatMap(([name, { node, base, earlier }]) =>
        [...earlier, node].map((version) => ({ directory: this.chain(id), name, node: version, base: base ?? null })),
      ),
    );
  }

  clear(): void {
    this.#directories.clear();
    this.#links.clear();
    this.#below.clear();
    this.#blobs.clear();
  }

  /** The node of that id in a changed entry; searches all of them. */
  find(id: string): PondNode | undefined {
    for (const { entries } of this.#directories.values()) {
      for (const { node } of entries.values()) if (node?.id === id) return node;
    }
    return undefined;
  }

  /** Ids of all nodes in changed entries. */
  presentIds(): ReadonlySet<string> {
    const ids = new Set<string>();
    for (const { entries } of this.#directories.values()) {
      for (const { node } of entries.values()) if (node !== null) ids.add(node.id);
    }
    return ids;
  }

  /** True for a directory that is staged at another path than it is committed. */
  isMoved(directoryId: string): boolean {
    const link = this.#links.get(directoryId);
    return link !== undefined && this.entry(link.parentId, link.name)?.node?.id === directoryId;
  }

  /** The directories with changed entries. */
  changedDirectories(): readonly string[] {
    return [...this.#directories.keys()];
  }

  /**
   * The chain from the root to a directory: ids, each with its name in the preceding directory; the root's name is ''.
   */
  chain(directoryId: string): readonly { readonly id: string; readonly name: string }[] {
    const chain: { id: string; name: string }[] = [];
    let id = directoryId;
    for (let link = this.#links.get(id); id !== rootId && link !== undefined; link = this.#links.get(id)) {
      chain.unshift({ id, name: link.name });
      id = link.parentId;
    }
    return [{ id: rootId, name: '' }, ...chain];
  }

  /** Directories to visit below each directory in order to reach every changed one: parent id → names and ids. */
  changedChildren(): ReadonlyMap<string, ReadonlyMap<string, string>> {
    const children = new Map<string, Map<string, string>>();
    for (const directoryId of this.#directories.keys()) {
      let parent = rootId;
      for (const { id, name } of this.chain(directoryId).slice(1)) {
        const names = children.get(parent) ?? new Map<string, string>();
        children.set(parent, names.set(name, id));
        parent = id;
      }
    }
    return children;
  }

  #set(directoryId: string, name: string, entry: StagedEntry | undefined): void {
    const changes = this.#directories.get(directoryId);
    if (changes === undefined) return;
    const former = changes.entries.get(name);
    changes.delta += deltaOf(entry) - deltaOf(former);
    // The new ones first: a blob that both have stays in use.
    if (entry !== undefined) this.#blobs.add(entry);
    if (former !== undefined) this.#blobs.remove(former);
    if (entry === undefined) changes.entries.delete(name);
    else changes.entries.set(name, entry);
    if (changes.entries.size === 0) this.#directories.delete(directoryId);
  }

  /** Notes that the node of an entry leaves it. */
  #left({ node, base }: StagedEntry): void {
    if (node !== null && node.id !== base?.id && wasCommitted(node)) this.touched.hasNodeLeft = true;
  }

  #linkDirectories(directory: EntryChange['directory']): string {
    let parentId = rootId;
    for (const { id, name } of directory.slice(1)) {
      this.#link(id, parentId, name);
      parentId = id;
    }
    return parentId;
  }

  #link(id: string, parentId: string, name: string): void {
    const former = this.#links.get(id);
    this.#links.set(id, { parentId, name });
    if (former?.parentId === parentId) return;
    if (former !== undefined) this.#below.get(former.parentId)?.delete(id);
    const below = this.#below.get(parentId) ?? new Set();
    this.#below.set(parentId, below.add(id));
  }

  /** Drops what is staged below a removed directory, unless the directory has been moved. */
  #forget(id: string, parentId: string, name: string): void {
    const link = this.#links.get(id);
    if (link !== undefined && (link.parentId !== parentId || link.name !== name)) return;
    const ids = [id];
    for (let at = ids.pop(); at !== undefined; at = ids.pop()) {
      for (const entry of this.entries(at).values()) {
        this.#blobs.remove(entry);
        this.#left(entry);
      }
      this.#directories.delete(at);
      for (const below of this.#below.get(at) ?? []) ids.push(below);
    }
    this.#below.get(parentId)?.delete(id);
    this.#links.delete(id);
  }
}

/** True for an entry whose committed node another one replaced. */
export function isReplaced({ node, base }: StagedEntry): boolean {
  return node !== null && base !== undefined && node.id !== base.id;
}

const none: ReadonlyMap<string, StagedEntry> = new Map();

function deltaOf(entry: StagedEntry | undefined): number {
  return entry === undefined ? 0 : Number(entry.node !== null) - Number(entry.base !== undefined);
}

/** The content of a directory is in its entries, so attributes that return to what they were leave no change. */
function isSameDirectory(node: PondNode, base: CommittedNode): boolean {
  return node.type === 'directory' && node.id === base.id && sameAttributes(node.attributes, base.attributes);
}

function isAsCommitted(node: PondNode, base: CommittedNode | undefined): boolean {
  if (base === undefined || !(sameVersion(node, base) || isSameDirectory(node, base))) return false;
  return node.name === base.name && rowOf(node)?.txn === base.row.txn;
}
