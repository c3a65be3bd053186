import { randomUUID } from 'node:crypto';
import { isPondError, PondError } from '../base/error.ts';
import { FileSystem } from '../tinyfs/fs.ts';
import { type CommitNumber } from '../delta/commitNumber.ts';
import { writeCommit } from './commit.ts';
import { type CommitCache } from './commitCache.ts';
import { type InPart, Overlay } from './overlay.ts';
import { partOf, selectPart } from './commitPart.ts';
import { createCommittedTree } from './committedTree.ts';
import { refuseConflicts } from './discardPlan.ts';
import { pathEvent } from './events.ts';
import { type ChangesToCommit, countChanges, findConflicts, stagedChanges, stagedEntries } from './stagedChanges.ts';
import { type Staging } from './staging.ts';
import { rootAt, type Store } from './store.ts';
import { type TagChange, type Commit, type CommitRequest } from './commitRecord.ts';
import { tagsAt, withTag } from './tags.ts';
import { type Commits } from './transaction.ts';
import { type Change, type PathEvent } from './change.ts';
import { type PondEvent, type TreeLayer } from './types.ts';

/** Parts of a pond that its commits are made of. */
interface CommitterParts {
  readonly store: Store;
  readonly staging: Staging;
  readonly commits: CommitCache;
  readonly layer: TreeLayer;
  readonly notify: (event: PondEvent) => void;
}

/**
 * Makes the commits of a pond, and holds the latest one.
 *
 * Invariant: commits run under the same mutex as changes, so a commit takes everything staged before it and nothing that
 * is being staged.
 */
export class Committer {
  readonly #parts: CommitterParts;
  head: Commit;

  constructor(parts: CommitterParts, head: Commit) {
    this.#parts = parts;
    this.head = head;
  }

  /** See Pond.commit. */
  async commit(request: CommitRequest, paths?: readonly string[]): Promise<Commit> {
    const { staging } = this.#parts;
    staging.requireJournal();
    return await staging.mutex.run(async () => {
      const { overlay } = staging;
      if (overlay.isEmpty) throw new PondError('nothing-staged', 'there is nothing to commit');
      if (paths === undefined) return await this.#commitAll(request);
      const isInPart = selectPart(overlay, paths);
      if (isInPart === undefined) {
        throw new PondError('nothing-staged', `nothing is staged at ${paths.join(', ')}`);
      }
      const isAll = stagedEntries(overlay).every(({ directoryId, name }) => isInPart(directoryId, name));
      return await (isAll ? this.#commitAll(request) : this.#commitPart(request, isInPart));
    });
  }

  /** See Transaction.commit: the changes are those of an overlay on commit `base`. */
  transactionOn(base: CommitNumber): Commits {
    const { store, staging } = this.#parts;
    return (id, request, overlay, contents) =>
      staging.mutex.run(async () => {
        if (this.head.number !== base) refuseConflicts(await findConflicts(store, overlay, this.head.number));
        const changes = stagedEntries(overlay).map((entry) => pathEvent(entry.path, entry));
        const counted = stagedChanges(overlay);
        return await this.#commitAlone({ id, request, overlay, contents, counted }, changes);
      });
  }

  /** See Pond.changeTag. */
  async changeTag(change: TagChange, request: CommitRequest): Promise<Commit> {
    const { store, staging } = this.#parts;
    staging.requireJournal();
    return await staging.mutex.run(async () => {
      const { number } = this.head;
      const { attributes } = await rootAt(store, number);
      const rootAttributes = withTag(attributes, await tagsAt(store.opLog, number), change);
      const none = { overlay: new Overlay(), contents: staging.contents, counted: [] };
      return await this.#commitAlone({ id: randomUUID(), request, ...none, rootAttributes }, []);
    });
  }

  async #commitAll(request: CommitRequest): Promise<Commit> {
    const { staging } = this.#parts;
    const { overlay, contents } = staging;
    const journal = staging.requireJournal();
    refuseConflicts(await staging.conflicts());
    const counted = await this.#prepared(overlay, new FileSystem(staging.tree));
    const commit = await this.#write({ id: journal.batch, request, overlay, contents, counted });
    overlay.clear();
    journal.reset(commit.number);
    this.#parts.notify({ kind: 'committed', commit });
    return commit;
  }

  /**
   * Commits a part of what is staged. The journal says first which changes the commit takes, so that after a crash the
   * commit's presence in the log decides whether they are still staged.
   */
  async #commitPart(request: CommitRequest, isInPart: InPart): Promise<Commit> {
    const { staging, notify } = this.#parts;
    const conflicts = await staging.conflicts();
    refuseConflicts(conflicts.filter(({ directoryId, name }) => isInPart(directoryId, name)));
    const planned = partOf(staging.overlay, isInPart);
    const counted = await this.#prepared(planned, staging.treeOf(planned));
    const id = randomUUID();
    staging.beginPart(id, isInPart);
    // The content is where the journal has it now.
    const overlay = partOf(staging.overlay, isInPart);
    const commit = await this.#write({ id, request, overlay, contents: staging.contents, counted });
    staging.endPart(id, isInPart);
    await staging.passCommit(commit.number, overlay);
    notify({ kind: 'committed', commit });
    return commit;
  }

  /** Returns the changes that count, after the layer checked the tree in which they are committed. */
  async #prepared(overlay: Overlay, after: FileSystem): Promise<readonly Change[]> {
    const { layer, store } = this.#parts;
    const before = new FileSystem(createCommittedTree(store, this.head.number));
    return await layer.prepareCommit(stagedChanges(overlay), before, after);
  }

  /** Commits changes that are independent of the staged ones. */
  async #commitAlone(changes: ChangesToCommit, events: readonly PathEvent[]): Promise<Commit> {
    const { staging, notify } = this.#parts;
    const commit = await this.#write(changes);
    await staging.passCommit(commit.number, changes.overlay);
    if (events.length > 0) notify({ kind: 'changed', changes: events });
    notify({ kind: 'committed', commit });
    return commit;
  }

  async #write({ id, request, overlay, contents, counted, rootAttributes }: ChangesToCommit): Promise<Commit> {
    const { store, staging, commits } = this.#parts;
    const journal = staging.requireJournal();
    journal.checkUsable();
    journal.requireOwned();
    const root = await rootAt(store, this.head.number);
    const { commit, ...left } = await writeCommit({
      store,
      id,
      request,
      parent: this.head,
      counts: (bytes) => countChanges(counted, bytes),
      plan: {
        overlay,
        root: rootAttributes === undefined ? root : { ...root, attributes: rootAttributes },
        load: (node) => ({ sizeBytes: node.sizeBytes, load: () => contents.load(node) }),
      },
    }).catch((error: unknown) => {
      // There is, or may be, a commit that this pond does not know: changes staged from now on would be lost.
      if (isPondError(error, 'commit-unknown') || isPondError(error, 'lock-held')) journal.fail(error);
      throw error;
    });
    commits.add(left);
    this.head = commit;
    return commit;
  }
}
