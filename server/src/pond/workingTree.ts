/**
 * The working tree: the latest commit with staged changes on top. Every change is in the journal before it is visible
 * here.
 *
 * Invariants:
 * - Changes are made one at a time, under the mutex; readers never wait for it.
 * - The overlay always equals the result of replaying the journal.
 * - Between changes, nothing is staged that is as committed (committedAgain.ts).
 */
import { PondError } from '../base/error.ts';
import { type Backend, type DirectoryPath, type Entry, type NewNode, type Node } from '../tinyfs/backend.ts';
import { listCommitted, lookupCommitted } from './committedTree.ts';
import * as next from './newNodes.ts';
import { type CommittedNode, directoryNode, type DirectoryNode, type PondNode, pondNode } from './node.ts';
import { sameAttributes } from './node.ts';
import { type EntryChange } from './overlay.ts';
import { compareNames } from './pages.ts';
import { Reverter } from './reverter.ts';
import { isUnchanged } from './series.ts';
import { nodeVersions, valueVersions } from './seriesVersions.ts';
import { type CheckedContent } from './stagedContent.ts';
import { rootAt } from './store.ts';
import { type ChangeLog, type WorkingTreeParts } from './workingTreeParts.ts';

/** The backend of a working tree, or of a transaction's. */
export class WorkingTree implements Backend {
  readonly read: Backend['read'] = (node, range) => this.#parts.contents.read(pondNode(node), range);
  readonly #parts: WorkingTreeParts;
  readonly #reverter: Reverter;
  #isInBatch = false;

  constructor(parts: WorkingTreeParts) {
    this.#parts = parts;
    this.#reverter = new Reverter(parts, this);
  }

  get writable(): boolean {
    return this.#parts.changeLog !== undefined;
  }

  async root(): Promise<Node> {
    const { store, head, latest } = this.#parts;
    return this.#asStaged(latest(await rootAt(store, head())));
  }

  async lookup(directory: Node, name: string): Promise<Node | undefined> {
    const node = await this.#entry(directoryNode(directory), name);
    return node && this.#asStaged(node);
  }

  async list(directory: Node): Promise<readonly Entry[]> {
    const { store, overlay, latest } = this.#parts;
    const now = latest(directoryNode(directory));
    const committed = now.state === 'new' ? [] : await listCommitted(store, now);
    const staged = overlay.entries(directory.id);
    if (staged.size === 0) return committed.map(({ name, node }) => ({ name, node: this.#asStaged(node) }));
    const kept = committed.filter(({ name }) => !staged.has(name));
    const present = [...staged].flatMap(([name, { node }]) => (node === null ? [] : [{ name, node }]));
    return [...kept, ...present].sort(compareNames).map(({ name, node }) => ({ name, node: this.#asStaged(node) }));
  }

  async readlink(node: Node): Promise<string> {
    return await this.#parts.contents.text(pondNode(node));
  }

  versions(node: Node): AsyncIterable<Node> {
    return nodeVersions(this.#parts.store, this.#parts.overlay, pondNode(node));
  }

  async put(path: DirectoryPath, name: string, wanted: NewNode): Promise<Node> {
    const { contents, changeLog } = this.#parts;
    if (wanted.type === 'directory') return await this.#put(path, name, wanted);
    // Content is stored before the mutex is acquired: a slow stream must not block other changes.
    const content = await contents.store(wanted);
    try {
      const checked = await contents.check(wanted.type, content);
      const node = await this.#put(path, name, wanted, checked);
      contents.release(content);
      return node;
    } catch (error) {
      contents.release(content);
      if (content.isNew) changeLog?.abandon(content.sha256);
      throw error;
    }
  }

  async #put(at: DirectoryPath, name: string, wanted: NewNode, content?: CheckedContent): Promise<Node> {
    return await this.#changeNode(at, name, async (changeLog, path) => {
      const existing = await this.#entry(last(path), name);
      if (existing !== undefined && existing.type !== wanted.type) {
        throw new PondError('already-exists', `${name} is a ${existing.type}, not a ${wanted.type}`);
      }
      const attributes = 'attributes' in wanted ? wanted.attributes : undefined;
      if (existing !== undefined && isUnchanged(existing, content?.sha256, attributes)) return;
      const change = await this.#changeAt(path, name);
      // Nothing runs between the content and the change that refers to it, so no content is orphaned.
      const node =
        content === undefined || wanted.type === 'directory'
          ? next.putDirectory(existing, name, attributes)
          : next.putFile(wanted.type, existing, {
              ...{ name, attributes },
              stage: (version) => this.#parts.contents.stage(content, version),
            });
      await this.#record(changeLog, path, { ...change, node });
    });
  }

  async setAttributes(at: DirectoryPath, name: string, attributes: Record<string, string>): Promise<Node> {
    return await this.#changeNode(at, name, async (changeLog, path) => {
      const existing = await this.#present(path, name);
      if (sameAttributes(existing.attributes, attributes)) return;
      const node = next.withAttributes(existing, attributes);
      await this.#record(changeLog, path, { ...(await this.#changeAt(path, name)), node });
    });
  }

  async remove(at: DirectoryPath, name: string): Promise<void> {
    await this.#change(async (changeLog) => {
      const path = await this.#current(at);
      await this.#present(path, name);
      changeLog.record([{ ...(await this.#changeAt(path, name)), node: null }]);
    });
  }

  async rename(fromPath: DirectoryPath, name: string, toPath: DirectoryPath, newName: string): Promise<void> {
    await this.#change(async (changeLog) => {
      const [from, to] = [await this.#current(fromPath), await this.#current(toPath)];
      const node = await this.#present(from, name);
      const earlier = this.#parts.overlay.entry(last(from).id, name)?.earlier ?? [];
      const target = await this.#changeAt(to, newName);
      const moved = [...earlier, node].map((version) => ({ ...target, node: next.movedNode(version, newName) }));
      // The new path comes first: what is staged below a directory follows it there before the old path is removed.
      changeLog.record([...moved, { ...(await this.#changeAt(from, name)), node: null }]);
    });
  }

  async copy(source: Node, to: DirectoryPath, newName: string): Promise<Node> {
    return await this.#changeNode(to, newName, (changeLog, path) =>
      changeLog.batch(() => this.#copyTree(changeLog, pondNode(source), path, newName)),
    );
  }

  /** Stages a node with the content of any version of any node, without reading it. */
  async putCopy(at: DirectoryPath, name: string, source: PondNode): Promise<void> {
    await this.#change(async (changeLog) => {
      const path = await this.#current(at);
      const existing = await this.#entry(last(path), name);
      if (existing === undefined || source.type === 'series') {
        // An older state of a series has fewer versions, so it needs a new node that has only those.
        if (existing !== undefined) changeLog.record([{ ...(await this.#changeAt(path, name)), node: null }]);
        await this.#copyNode(changeLog, source, path, name);
      } else if (!isUnchanged(existing, source.sha256, source.attributes)) {
        if (existing.state === 'new' || source.state === 'new') return;
        const version = next.nextVersion(existing, source.attributes);
        const node = next.withContent(version, next.contentOf(source), existing);
        await this.#record(changeLog, path, { ...(await this.#changeAt(path, name)), node });
      }
    });
  }

  /** Runs work that changes the tree through this same backend. */
  async batch<T>(work: () => Promise<T>): Promise<T> {
    const changeLog = this.#writable();
    return await this.#parts.mutex.runNesting(() => {
      if (this.#isInBatch) return work();
      this.#isInBatch = true;
      const reverting = async (): Promise<T> => {
        const result = await work();
        await this.#reverter.revert();
        return result;
      };
      return changeLog.batch(reverting).finally(() => (this.#isInBatch = false));
    });
  }

  /** Ends the staging of what is as committed; called under the mutex. */
  async revertToCommitted(): Promise<void> {
    if (!this.#isInBatch) await this.#reverter.revert();
  }

  /**
   * Returns the node as it is shown. The size and time of a directory follow its own staged entries; its hash is
   * computed at the commit.
   */
  #asStaged<T extends PondNode>(node: T): T {
    const delta = this.#parts.overlay.countDelta(node.id);
    const modifiedUs = this.#parts.overlay.modifiedUs(node.id);
    if (node.type !== 'directory' || (delta === 0 && modifiedUs === undefined)) return node;
    return { ...node, sizeBytes: node.sizeBytes + delta, modifiedUs: modifiedUs ?? node.modifiedUs };
  }

  /** Returns the node of an entry as it is stored, staged or committed. */
  async #entry(directory: DirectoryNode, name: string): Promise<PondNode | undefined> {
    const staged = this.#parts.overlay.entry(directory.id, name);
    return staged === undefined ? await this.#committedEntry(directory, name) : (staged.node ?? undefined);
  }

  async #committedEntry(directory: DirectoryNode, name: string): Promise<CommittedNode | undefined> {
    const now = this.#parts.latest(directory);
    return now.state === 'new' ? undefined : await lookupCommitted(this.#parts.store, now, name);
  }

  async #present(path: DirectoryPath, name: string): Promise<PondNode> {
    const node = await this.#entry(last(path), name);
    if (node === undefined) throw new PondError('not-found', `${name} is not there`);
    return node;
  }

  /** Returns a change of an entry but for its node, with the committed entry that it is based on. */
  async #changeAt(path: DirectoryPath, name: string): Promise<Omit<EntryChange, 'node'>> {
    const staged = this.#parts.overlay.entry(last(path).id, name);
    const base = staged === undefined ? await this.#committedEntry(last(path), name) : staged.base;
    const directory = path.map((step) => ({ id: step.id, name: pondNode(step).name }));
    return { directory, name, base: base ?? null };
  }

  /** Records a change, and returns its node: the committed one when the change makes that again. */
  async #record(
    changeLog: ChangeLog,
    path: DirectoryPath,
    change: EntryChange & { readonly node: PondNode },
  ): Promise<PondNode> {
    const { overlay } = this.#parts;
    const committed = await this.#committedEntry(last(path), change.name);
    const isElsewhere = (id: string): boolean => overlay.find(id) !== undefined;
    const node = next.committedAgain(change, committed, isElsewhere) ?? change.node;
    changeLog.record([{ ...change, node }]);
    return node;
  }

  /** Returns the directory as it is now: the path was resolved before the mutex was acquired. Fails `not-found`. */
  async #current(path: DirectoryPath): Promise<DirectoryPath> {
    const current: [Node, ...Node[]] = [path[0]];
    for (const step of path.slice(1)) {
      const { id, name } = pondNode(step);
      const now = await this.#entry(last(current), name);
      if (now === undefined || !this.#reverter.isSame(id, now.id)) {
        throw new PondError('not-found', `the directory ${name} is not there any more`);
      }
      current.push(now.id === id ? step : now);
    }
    return current;
  }

  async #copyTree(changeLog: ChangeLog, source: PondNode, to: DirectoryPath, newName: string): Promise<PondNode> {
    const node = await this.#copyNode(changeLog, source, to, newName);
    if (source.type === 'directory') {
      for (const entry of await this.list(source)) {
        await this.#copyTree(changeLog, pondNode(entry.node), [...to, node], entry.name);
      }
    }
    return this.#asStaged(node);
  }

  /** Records a copy of a node; of a series, with all its versions. */
  async #copyNode(changeLog: ChangeLog, source: PondNode, to: DirectoryPath, name: string): Promise<PondNode> {
    const [first, ...later] = await valueVersions(this.#parts.store, this.#parts.overlay, source);
    const copied = next.copiedNode({ ...first!, attributes: source.attributes }, name);
    let node = await this.#record(changeLog, to, { ...(await this.#changeAt(to, name)), node: copied });
    for (const version of later) {
      if (node.state !== 'staged' || version.state === 'new') break;
      node = next.withContent({ ...node, version: node.version + 1 }, next.contentOf(version), node);
      changeLog.record([{ ...(await this.#changeAt(to, name)), node }]);
    }
    return node;
  }

  /** Runs a change of an entry, and returns the node that it has then. */
  async #changeNode(
    at: DirectoryPath,
    name: string,
    work: (changeLog: ChangeLog, path: DirectoryPath) => Promise<unknown>,
  ): Promise<Node> {
    const changeLog = this.#writable();
    return await this.#parts.mutex.run(async () => {
      await work(changeLog, await this.#current(at));
      await this.revertToCommitted();
      return this.#asStaged(await this.#present(await this.#current(at), name));
    });
  }

  async #change(work: (changeLog: ChangeLog) => Promise<void>): Promise<void> {
    const changeLog = this.#writable();
    await this.#parts.mutex.run(async () => {
      await work(changeLog);
      await this.revertToCommitted();
    });
  }

  #writable(): ChangeLog {
    if (this.#parts.changeLog !== undefined) return this.#parts.changeLog;
    throw new PondError('read-only', 'the pond was opened for reading', { hint: 'Open it for writing.' });
  }
}

const last = (path: DirectoryPath): DirectoryNode => directoryNode(path[path.length - 1]!);
