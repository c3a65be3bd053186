import { assert } from '../base/assert.ts';
import { createMutex } from '../base/mutex.ts';
import { PondError } from '../base/error.ts';
import { type CommitNumber } from '../delta/commitNumber.ts';
import { type Content, type Node } from '../tinyfs/backend.ts';
import { FileSystem } from '../tinyfs/fs.ts';
import { type PondStorage } from '../storage/pondStorage.ts';
import { JournalChangeLog, journalReader, replay } from './changeLog.ts';
import { type CommitCache } from './commitCache.ts';
import { type InPart, Overlay } from './overlay.ts';
import { partOf } from './commitPart.ts';
import { diffToWorking } from './diff.ts';
import { planDiscard, planResolve } from './discardPlan.ts';
import { hostFilesOf } from './hostFiles.ts';
import { type Journal, type JournalContents } from './journal.ts';
import { joinedFilesOf, joinedMin, joinRange } from './joinedVersions.ts';
import { pondNode, type PondNode } from './node.ts';
import { isUnder } from '../tinyfs/path.ts';
import { refuseMissing, stageOldStates } from './restore.ts';
import { StagedContents } from './stagedContent.ts';
import { versionsWithin } from './series.ts';
import { valueVersions } from './seriesVersions.ts';
import { stageOn } from './stageOn.ts';
import { findConflicts, isContentOnly, stagedChanges, stagedEntries, stagedHash } from './stagedChanges.ts';
import { type ReadVersion, type Store } from './store.ts';
import { type HostFile, type HostFilesJob } from './hostFile.ts';
import { type Change, type PathEvent } from './change.ts';
import { UnusedBlobs } from './unusedBlobs.ts';
import { WorkingTree } from './workingTree.ts';

/** Dependencies of the staged changes of a pond. */
interface StagingParts {
  readonly storage: PondStorage;
  readonly store: Store;
  /** Undefined when the pond is open for reading. */
  readonly journal: Journal | undefined;
  readonly commits: CommitCache;
  /** Number of the latest commit. */
  readonly head: () => CommitNumber;
  /** Called with changes once they are durable. */
  readonly onChange: (changes: readonly PathEvent[]) => void;
}

/**
 * The changes staged on the latest commit, and the working tree that shows them.
 *
 * Invariants: the overlay equals the journal; changes and commits are made one at a time, under the mutex.
 */
export class Staging {
  readonly overlay = new Overlay();
  readonly mutex = createMutex();
  readonly contents: StagedContents;
  readonly tree: WorkingTree;
  readonly unusedBlobs: UnusedBlobs;
  readonly #parts: StagingParts;
  readonly #changeLog: JournalChangeLog | undefined;

  /** `contents` is what the journal held when the pond was opened. */
  constructor(parts: StagingParts, contents: JournalContents) {
    const { storage, store, journal, commits, head, onChange } = parts;
    this.#parts = parts;
    this.unusedBlobs = new UnusedBlobs(store, () => journal?.isOwned() === true);
    this.unusedBlobs.add(this.overlay);
    this.#changeLog =
      journal &&
      new JournalChangeLog(journal, this.overlay, {
        head,
        unusedBlobs: this.unusedBlobs,
        reread: () => this.#replace(journal.acknowledged()),
        onChange,
      });
    this.contents = new StagedContents(store, this.#changeLog ?? journalReader(storage.disk), {
      committedRow: (node) => commits.row(node),
      stagedNow: (node) => this.overlay.find(node.id),
    });
    this.tree = new WorkingTree({
      store,
      overlay: this.overlay,
      changeLog: this.#changeLog,
      contents: this.contents,
      mutex: this.mutex,
      head,
      latest: (directory) => commits.latest(directory),
    });
    replay(contents, this.overlay);
    if (contents.hasCommittedPart) this.#changeLog?.removeCommitted();
    this.#changeLog?.removeUnused();
  }

  /** Returns the journal. Fails `read-only` when the pond is open for reading. */
  requireJournal(): Journal {
    const { journal, storage } = this.#parts;
    if (journal !== undefined) return journal;
    throw new PondError('read-only', 'the pond was opened for reading', { path: storage.directory });
  }

  /** The staged changes whose paths were changed by another commit since. */
  async conflicts(): ReturnType<typeof findConflicts> {
    const { journal, store, head } = this.#parts;
    // Staged changes are based on the commit that the journal was started on, unless a transaction was committed since.
    if (journal !== undefined && journal.base === head()) return [];
    return await findConflicts(store, this.overlay, head());
  }

  /** See Pond.discard. */
  async discard(paths: readonly string[] | undefined, expected?: string): Promise<number> {
    this.requireJournal();
    return await this.mutex.run(async () => {
      const { entries, count } = planDiscard(this.overlay, paths);
      if (entries.length === 0) return 0;
      if (expected !== undefined && expected !== stagedHash(this.overlay)) {
        throw new PondError('conflict', 'what is staged has changed since it was listed', {
          hint: 'List the staged changes again before you discard them.',
        });
      }
      this.#changeLog?.record(entries);
      await this.tree.revertToCommitted();
      return count;
    });
  }

  /**
   * Keeps the staged changes after a commit that did not take them: the directories among them are rebased onto what the
   * commit made of their content, and their names and attributes stay staged. What the commit made as it is staged is not
   * staged any more. Called under the mutex.
   */
  async passCommit(number: CommitNumber, committed: Overlay): Promise<void> {
    const journal = this.requireJournal();
    if (this.overlay.isEmpty) journal.reset(number);
    else journal.mark(number);
    await this.#rebaseDirectories();
    for (const { directoryId, name } of stagedEntries(committed)) this.overlay.touched.add(directoryId, name);
    await this.tree.revertToCommitted();
  }

  async #rebaseDirectories(): Promise<void> {
    const isStaged = () =>
      stagedEntries(this.overlay).some(({ node, base }) => node?.type === 'directory' && base?.id === node.id);
    while (isStaged()) {
      // A directory is found where its parent is now, so that parents come first.
      const conflict = (await this.conflicts()).find(isContentOnly);
      if (conflict === undefined) return;
      this.#changeLog?.record(planResolve(this.overlay, conflict));
    }
  }

  /** Returns the stored tree of the latest commit with other staged changes; read-only. */
  treeOf(overlay: Overlay): FileSystem {
    const { store, head } = this.#parts;
    const { contents, mutex } = this;
    const parts = { store, overlay, changeLog: undefined, contents, mutex, head };
    return new FileSystem(new WorkingTree({ ...parts, latest: (directory) => directory }));
  }

  /** Records, durably, that commit `id` takes the entries of a part if it is made. Called under the mutex. */
  beginPart(id: string, isInPart: InPart): void {
    this.#changeLog?.beginPart(id, isInPart);
  }

  /** Drops the entries that commit `id` took. */
  endPart(id: string, isInPart: InPart): void {
    const left = partOf(this.overlay, (...entry) => !isInPart(...entry));
    this.#changeLog?.endPart(id, left);
  }

  /** See Pond.keepStaged. */
  async keepStaged(paths: readonly string[]): Promise<number> {
    this.requireJournal();
    return await this.mutex.run(async () => {
      const conflicts = (await this.conflicts()).filter(({ path }) => isUnder(path, paths));
      const changes = conflicts.flatMap((conflict) => planResolve(this.overlay, conflict));
      if (changes.length > 0) this.#changeLog?.record(changes);
      return conflicts.length;
    });
  }

  /** See Pond.stageOn. */
  async stageOn(path: string, content: Content, base: CommitNumber | undefined): Promise<void> {
    this.requireJournal();
    const changeLog = this.#changeLog;
    assert(changeLog !== undefined, () => 'a pond with a journal has a change log');
    const { store } = this.#parts;
    const { tree, overlay, contents, mutex } = this;
    await stageOn({ store, tree, overlay, contents, mutex, changeLog }, path, content, base);
  }

  /** Stages the paths as they are in commit `number`, whose tree is `earlier`. Returns the staged changes. */
  async restore(paths: readonly string[], number: CommitNumber, earlier: FileSystem): Promise<readonly Change[]> {
    this.requireJournal();
    const { store, head } = this.#parts;
    const wanted = await diffToWorking(store, this.overlay, number, head(), paths);
    if (wanted.length === 0) await refuseMissing(paths, [earlier, new FileSystem(this.tree)]);
    const before = new Set(stagedChanges(this.overlay).map(({ path }) => path));
    await stageOldStates(this.tree, wanted);
    const restored = new Set(wanted.map(({ path }) => path));
    return stagedChanges(this.overlay).filter(({ path }) => restored.has(path) || !before.has(path));
  }

  /** Takes over the journal of the process that writes the pond. Returns true if the staged changes differ. */
  follow(contents: JournalContents): boolean {
    const before = JSON.stringify(this.overlay.changes());
    this.#replace(contents);
    return JSON.stringify(this.overlay.changes()) !== before;
  }

  /** The host files with the content of a stored node: see Pond.hostFiles. */
  async hostFiles(node: Node, job: HostFilesJob): Promise<readonly HostFile[]> {
    const { store, storage } = this.#parts;
    const joining = { storage, signal: job.signal };
    const onRange = job.mayJoin === true ? (range: readonly ReadVersion[]) => joinRange(joining, range) : undefined;
    const versions = await valueVersions(store, this.overlay, pondNode(node), onRange);
    const wanted = job.times === undefined ? versions : versionsWithin(versions, job.times);
    const load = (version: PondNode): Promise<Uint8Array> => this.contents.load(version);
    const files = (some: readonly PondNode[]) => hostFilesOf(storage, some, load, job);
    if (job.mayJoin !== true || wanted.length < joinedMin) return await files(wanted);
    return await joinedFilesOf({ ...joining, versions, wanted, load, files });
  }

  #replace(contents: JournalContents): void {
    this.overlay.clear();
    replay(contents, this.overlay);
  }
}
