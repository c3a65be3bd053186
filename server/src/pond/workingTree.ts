/**
 * The working tree: the latest commit with staged changes on top. Every change is in the journal before it is visible
 * here.
 *
 * Invariants:
 * - Changes are made one at a time, under the mutex; readers never wait for it.
 * - The overlay always equals the result of replaying the journal.
 */
import { type CommitNumber } from '../delta/commitNumber.ts';
import { PondError } from '../base/error.ts';
import { type DirectoryPath, type Entry, type NewNode, type Node } from '../tinyfs/backend.ts';
import { listCommitted, lookupCommitted } from './committedTree.ts';
import { type Mutex } from '../base/mutex.ts';
import { copiedNode, movedNode, newNode, nextVersion, withAttributes, withContentOf } from './newNodes.ts';
import { type PondNode, pondNode, sameAttributes } from './node.ts';
import { type EntryChange, type Overlay, type StagedEntry } from './overlay.ts';
import { compareNames } from './pages.ts';
import { type RestorableTree } from './restore.ts';
import { type StagedContentStore } from './stagedContent.ts';
import { committedValue } from './seriesVersions.ts';
import { committedVersions, rootAt, type Store } from './store.ts';

/** Makes changes durable: in the journal, or for a transaction only in its spool. */
export interface ChangeLog {
  /** Applies changes that belong together to the overlay, durably, and notifies listeners of their paths. */
  record(changes: readonly EntryChange[]): void;
  /** Runs `work`; the changes that it records become durable together, or are reverted together when it fails. */
  batch<T>(work: () => Promise<T>): Promise<T>;
}

export interface WorkingTreeParts {
  readonly store: Store;
  readonly overlay: Overlay;
  readonly sink: ChangeLog;
  readonly contents: StagedContentStore;
  readonly mutex: Mutex;
  readonly writable: boolean;
  /** Number of the underlying commit. */
  readonly head: () => CommitNumber;
  /** The latest committed state of a directory that was committed since the node was looked up. */
  readonly newest: (directory: PondNode) => PondNode;
}

/** The backend of a working tree, or of a transaction's. */
export function createWorkingTree(parts: WorkingTreeParts): RestorableTree {
  const { store, overlay, sink, contents } = parts;

  /** A directory with staged changes: its size and time follow its own entries; its hash is computed at the commit. */
  function asStaged(node: PondNode): PondNode {
    const delta = overlay.countDelta(node.id);
    const modifiedUs = overlay.modifiedUs(node.id);
    if (node.type !== 'directory' || (delta === 0 && modifiedUs === undefined)) return node;
    return { ...node, sizeBytes: node.sizeBytes + delta, modifiedUs: modifiedUs ?? node.modifiedUs };
  }

  async function committedEntry(directory: PondNode, name: string): Promise<PondNode | undefined> {
    const newest = parts.newest(directory);
    return newest.row === undefined ? undefined : await lookupCommitted(store, newest, name);
  }

  async function lookup(directory: PondNode, name: string): Promise<PondNode | undefined> {
    const staged = overlay.entry(directory.id, name);
    const node = staged === undefined ? await committedEntry(directory, name) : (staged.node ?? undefined);
    return node && asStaged(node);
  }

  async function list(directory: PondNode): Promise<readonly Entry[]> {
    const newest = parts.newest(directory);
    const committed = newest.row === undefined ? [] : await listCommitted(store, newest);
    const staged = overlay.entries(directory.id);
    if (staged.size === 0) return committed.map(({ name, node }) => ({ name, node: asStaged(node) }));
    const kept = committed.filter(({ name }) => !staged.has(name));
    const present = [...staged].flatMap(([name, { node }]) => (node === null ? [] : [{ name, node }]));
    return [...kept, ...present].sort(compareNames).map(({ name, node }) => ({ name, node: asStaged(node) }));
  }

  /** A change with the committed entry that it is based on, for a name whose entry is `existing` now. */
  async function change(path: DirectoryPath, name: string, node: PondNode | null): Promise<EntryChange> {
    const directory = last(path);
    await checkStillThere(path);
    const staged = overlay.entry(directory.id, name);
    const base = staged === undefined ? await committedEntry(directory, name) : staged.base;
    return {
      directory: path.map((step) => ({ id: step.id, name: pondNode(step).name })),
      name,
      node,
      base: base ?? null,
    };
  }

  /** Checks that the directory still exists: the path was resolved before the mutex was acquired. */
  async function checkStillThere(path: DirectoryPath): Promise<void> {
    for (let i = 1; i < path.length; i++) {
      const step = pondNode(path[i]!);
      const now = await lookup(pondNode(path[i - 1]!), step.name);
      if (now?.id !== step.id) throw new PondError('not-found', `the directory ${step.name} is not there any more`);
    }
  }

  async function put(path: DirectoryPath, name: string, wanted: NewNode): Promise<Node> {
    // Content is stored before the mutex is acquired: a slow stream must not block other changes.
    const content = wanted.type === 'directory' ? undefined : await contents.take(wanted);
    return await changing(async () => {
      const existing = await lookup(last(path), name);
      if (existing !== undefined && existing.type !== wanted.type) {
        throw new PondError('already-exists', `${name} is a ${existing.type}, not a ${wanted.type}`);
      }
      const attributes = 'attributes' in wanted ? wanted.attributes : undefined;
      if (existing !== undefined && isUnchanged(existing, content?.sha256, attributes)) return existing;
      const base = overlay.entry(last(path).id, name);
      const bare =
        existing === undefined
          ? newNode(wanted.type, name, attributes)
          : nextVersion(existing, base, attributes ?? existing.attributes);
      const bareChange = await change(path, name, bare);
      // Nothing runs between the content and the change that refers to it, so no content is orphaned.
      const node = content === undefined ? bare : contents.attach(bare, content, existing);
      sink.record([{ ...bareChange, node }]);
      return node;
    });
  }

  async function setAttributes(path: DirectoryPath, name: string, attributes: Record<string, string>): Promise<Node> {
    return await changing(async () => {
      const existing = await present(path, name);
      if (sameAttributes(existing.attributes, attributes)) return existing;
      const node = withAttributes(existing, overlay.entry(last(path).id, name), attributes);
      sink.record([await change(path, name, node)]);
      return node;
    });
  }

  async function remove(path: DirectoryPath, name: string): Promise<void> {
    await changing(async () => {
      await present(path, name);
      sink.record([await change(path, name, null)]);
    });
  }

  async function rename(from: DirectoryPath, name: string, to: DirectoryPath, newName: string): Promise<void> {
    await changing(async () => {
      const node = await present(from, name);
      const earlier = overlay.entry(last(from).id, name)?.earlier ?? [];
      const there = await change(to, newName, node);
      const moved = [...earlier, node].map((version) => ({ ...there, node: movedNode(version, newName) }));
      // The new path comes first: what is staged below a directory follows it there before the old path is removed.
      sink.record([...moved, await change(from, name, null)]);
    });
  }

  async function putCopy(path: DirectoryPath, name: string, source: PondNode): Promise<void> {
    await changing(async () => {
      const existing = await lookup(last(path), name);
      if (existing === undefined || source.type === 'series') {
        // An older state of a series has fewer versions, so it needs a new node that has only those.
        if (existing !== undefined) sink.record([await change(path, name, null)]);
        await recordCopy(source, path, name);
      } else if (!isUnchanged(existing, source.sha256, source.attributes)) {
        const next = nextVersion(existing, overlay.entry(last(path).id, name), source.attributes);
        sink.record([await change(path, name, withContentOf(source, next, existing))]);
      }
    });
  }

  async function copy(source: Node, to: DirectoryPath, newName: string): Promise<Node> {
    return await changing(() => sink.batch(() => copyTree(pondNode(source), to, newName)));
  }

  async function copyTree(source: PondNode, to: DirectoryPath, newName: string): Promise<PondNode> {
    const node = await recordCopy(source, to, newName);
    if (source.type === 'directory') {
      for (const entry of await list(source)) await copyTree(pondNode(entry.node), [...to, node], entry.name);
    }
    return asStaged(node);
  }

  /** Records a copy of a node; of a series, with all its versions. */
  async function recordCopy(source: PondNode, to: DirectoryPath, name: string): Promise<PondNode> {
    const sources = await valueVersions(store, overlay, source);
    let node = copiedNode({ ...sources[0]!, attributes: source.attributes }, name);
    sink.record([await change(to, name, node)]);
    for (const version of sources.slice(1)) {
      node = withContentOf(version, { ...node, version: node.version + 1 }, node);
      sink.record([await change(to, name, node)]);
    }
    return node;
  }

  async function present(path: DirectoryPath, name: string): Promise<PondNode> {
    const node = await lookup(last(path), name);
    if (node === undefined) throw new PondError('not-found', `${name} is not there`);
    return node;
  }

  function changing<T>(work: () => Promise<T>): Promise<T> {
    return parts.writable ? parts.mutex.run(work) : Promise.reject(notWritable());
  }

  return {
    writable: parts.writable,
    root: async () => asStaged(parts.newest(await rootAt(store, parts.head()))),
    lookup: (directory, name) => lookup(pondNode(directory), name),
    list: (directory) => list(pondNode(directory)),
    read: (node, range) => contents.read(pondNode(node), range),
    readlink: async (node) => await contents.text(pondNode(node)),
    versions: (node) => versions(store, overlay, pondNode(node)),
    put,
    setAttributes,
    remove,
    rename,
    copy,
    putCopy,
    // The work changes the tree through this same backend.
    batch: (work) => (parts.writable ? parts.mutex.runNesting(() => sink.batch(work)) : Promise.reject(notWritable())),
  };
}

const notWritable = (): PondError =>
  new PondError('read-only', 'the pond was opened for reading', { hint: 'open it for writing' });

const last = (path: DirectoryPath): PondNode => pondNode(path[path.length - 1]!);

function isUnchanged(
  existing: PondNode,
  contentSha256: string | undefined,
  attributes: Readonly<Record<string, string>> | undefined,
): boolean {
  // In a series an equal version is one more version: its rows occur twice.
  if (existing.type === 'series') return false;
  const sameContent = contentSha256 === undefined || contentSha256 === existing.sha256;
  return sameContent && (attributes === undefined || sameAttributes(existing.attributes, attributes));
}

/** The versions that make up a node's value, oldest first: all of a series, the one version of anything else. */
export async function valueVersions(store: Store, overlay: Overlay, node: PondNode): Promise<readonly PondNode[]> {
  if (node.type !== 'series') return [node];
  const { staged, committed } = stagedVersions(overlay, node);
  return [...(committed === undefined ? [] : await committedValue(store, committed)), ...staged.toReversed()];
}

/** Staged versions first, then committed ones. */
async function* versions(store: Store, overlay: Overlay, node: PondNode): AsyncIterable<PondNode> {
  const { staged, committed } = stagedVersions(overlay, node);
  yield* staged;
  if (committed !== undefined) yield* committedVersions(store, committed);
}

/** The staged versions of a node up to its own, latest first, and the committed one that they follow. */
function stagedVersions(
  overlay: Overlay,
  node: PondNode,
): { readonly staged: readonly PondNode[]; readonly committed: PondNode | undefined } {
  if (node.content === undefined) return { staged: [], committed: node };
  const earlier = stagedOf(overlay, node)?.earlier ?? [];
  const staged = [node, ...earlier.toReversed().filter(({ version }) => version < node.version)];
  const first = earlier[0] ?? node;
  const { previous } = first;
  return { staged, committed: previous && { ...first, row: previous, version: first.version - 1 } };
}

function stagedOf(overlay: Overlay, node: PondNode): StagedEntry | undefined {
  for (const directoryId of overlay.changedDirectories()) {
    const staged = overlay.entry(directoryId, node.name);
    if (staged?.node?.id === node.id) return staged;
  }
  return undefined;
}
