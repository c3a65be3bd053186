import { isPondError, PondError } from '../base/error.ts';
import { type OpLog } from '../oplog/opLog.ts';
import { type Disk } from '../storage/disk.ts';
import { type Node } from '../tinyfs/backend.ts';
import { FileSystem } from '../tinyfs/fs.ts';
import { normalizePath } from '../tinyfs/path.ts';
import { checkTree } from './check.ts';
import { writeCommit } from './commit.ts';
import { createCommittedTree } from './committedTree.ts';
import { diffCommits, diffToWorking } from './diff.ts';
import { commitAt, commitsFrom, firstOf, resolveVersion } from './history.ts';
import { historySources } from './historySources.ts';
import { hostFilesOf } from './hostFiles.ts';
import { type Journal, type JournalContents, readJournal } from './journal.ts';
import { type Lock } from './lock.ts';
import { createMutex } from '../base/mutex.ts';
import { pondNode } from './node.ts';
import { contentKeyOf } from './series.ts';
import { Overlay } from './overlay.ts';
import { commitsOfPath } from './pathHistory.ts';
import { CommitCache } from './commitCache.ts';
import { setAside, uncommitted } from './recovery.ts';
import { isUnder, refuseMissing, stageOldStates } from './restore.ts';
import { JournalChangeLog, journalReader, replay } from './changeLog.ts';
import { planDiscard, planResolve, refuseConflicts } from './discardPlan.ts';
import { countChanges, findConflicts, pairRenames, stagedChanges, stagedEntries } from './stagedChanges.ts';
import { beginTransaction } from './transaction.ts';
import { createEvents, pathEvent } from './events.ts';
import { StagedContents } from './stagedContent.ts';
import { createStore, rootAt, type Store } from './store.ts';
import type * as types from './types.ts';
import { valueVersions } from './seriesVersions.ts';
import { WorkingTree } from './workingTree.ts';

/** Parts that a pond is opened with; pond.ts collects them. */
export interface PondParts {
  readonly disk: Disk;
  readonly directory: string;
  readonly opLog: OpLog;
  readonly head: types.Commit;
  readonly notices: readonly string[];
  readonly contents: JournalContents;
  /** Undefined when opened for reading. */
  readonly writer: { readonly lock: Lock; readonly journal: Journal } | undefined;
}

/**
 * An open pond. It keeps the latest commit, the store below it and the overlay of staged changes on it.
 *
 * Invariants: the overlay equals the journal; commits run under the same mutex as changes, so a commit takes everything
 * staged before it and nothing that is being staged.
 */
export class OpenPond implements types.Pond {
  readonly directory: string;
  readonly mode: 'read' | 'write';
  readonly fs: FileSystem;
  readonly notices: readonly string[];
  readonly requireOwned = (): void => this.#journal?.requireOwned();
  readonly contentKey = (node: Node): string => contentKeyOf(pondNode(node));
  readonly #lock: Lock | undefined;
  readonly #store: Store;
  readonly #overlay = new Overlay();
  readonly #journal: Journal | undefined;
  readonly #changeLog: JournalChangeLog | undefined;
  readonly #contents: StagedContents;
  readonly #tree: WorkingTree;
  readonly #mutex = createMutex();
  readonly #events = createEvents();
  readonly #recent = new CommitCache();
  #head: types.Commit;

  constructor(parts: PondParts) {
    ({ directory: this.directory, notices: this.notices, head: this.#head } = parts);
    this.mode = parts.writer === undefined ? 'read' : 'write';
    this.#lock = parts.writer?.lock;
    this.#store = createStore(parts.disk, parts.opLog);
    // No reference to `parts` may remain: the journal's contents are as large as what was staged.
    const journal = (this.#journal = parts.writer?.journal);
    this.#changeLog =
      journal &&
      new JournalChangeLog(journal, this.#overlay, {
        reread: () => this.#reread(journal.acknowledged()),
        onChange: (changes) => this.#events.tell({ kind: 'changed', changes }),
      });
    this.#contents = new StagedContents(this.#store, this.#changeLog ?? journalReader(parts.disk), {
      committedRow: (node) => this.#recent.row(node),
      stagedNow: (node) => this.#overlay.find(node.id),
    });
    this.#tree = new WorkingTree({
      store: this.#store,
      overlay: this.#overlay,
      changeLog: this.#changeLog,
      contents: this.#contents,
      mutex: this.#mutex,
      head: () => this.#head.number,
      latest: (directory) => this.#recent.latest(directory),
    });
    this.fs = new FileSystem(this.#tree);
    replay(parts.contents, this.#overlay);
  }

  get id(): string {
    return this.#store.opLog.id;
  }

  get head(): types.Commit {
    return this.#head;
  }

  async at(version: types.VersionSpec): Promise<FileSystem> {
    return new FileSystem(createCommittedTree(this.#store, (await this.resolve(version)).number));
  }

  async resolve(version: types.VersionSpec): Promise<types.Commit> {
    return await resolveVersion(this.#store.opLog, version);
  }

  async status(): Promise<types.Status> {
    const { commits: foreignCommits, earlierFiles: earlierForeignFiles } = this.#store.opLog.foreignCommits();
    return {
      head: this.#head,
      staged: stagedChanges(this.#overlay),
      conflicts: await this.#conflicts(),
      ...{ foreignCommits, earlierForeignFiles },
      notices: this.notices,
      setAside: setAside(this.#store.disk),
    };
  }

  async diff(
    from: types.VersionSpec,
    to: types.VersionSpec | undefined,
    paths?: readonly string[],
  ): Promise<readonly types.Change[]> {
    const older = (await this.resolve(from)).number;
    const states =
      to === undefined
        ? await diffToWorking(this.#store, this.#overlay, older, this.#head.number)
        : await diffCommits(this.#store, older, (await this.resolve(to)).number);
    const changes = pairRenames(states);
    if (paths === undefined || paths.length === 0) return changes;
    return changes.filter(
      ({ path, from: origin }) => isUnder(path, paths) || (origin !== undefined && isUnder(origin, paths)),
    );
  }

  async commit(request: types.CommitRequest): Promise<types.Commit> {
    const journal = this.#writable();
    return await this.#mutex.run(async () => {
      if (this.#overlay.isEmpty) throw new PondError('nothing-staged', 'there is nothing to commit');
      refuseConflicts(await this.#conflicts());
      const commit = await this.#write(journal.batch, request, this.#overlay, this.#contents);
      this.#overlay.clear();
      journal.reset(commit.number);
      this.#events.tell({ kind: 'committed', commit });
      return commit;
    });
  }

  async discard(paths?: readonly string[]): Promise<number> {
    this.#writable();
    return await this.#mutex.run(() => {
      const { entries, count } = planDiscard(this.#overlay, paths);
      if (entries.length > 0) this.#changeLog!.record(entries);
      return Promise.resolve(count);
    });
  }

  async keepStaged(paths: readonly string[]): Promise<number> {
    this.#writable();
    return await this.#mutex.run(async () => {
      const conflicts = (await this.#conflicts()).filter(({ path }) => isUnder(path, paths));
      const changes = conflicts.flatMap((conflict) => planResolve(this.#overlay, conflict));
      if (changes.length > 0) this.#changeLog!.record(changes);
      return conflicts.length;
    });
  }

  async *log(options: types.LogOptions = {}): AsyncIterable<types.Commit> {
    const { opLog } = this.#store;
    const start = options.start === undefined ? this.#head.number : (await this.resolve(String(options.start))).number;
    const names = normalizePath(options.path ?? '/').names;
    const commits = names.length === 0 ? commitsFrom(opLog, start) : commitsOfPath(this.#store, start, names);
    yield* firstOf(commits, options.limit ?? Infinity);
  }

  async restore(paths: readonly string[], at: types.VersionSpec): Promise<readonly types.Change[]> {
    this.#writable();
    const older = (await this.resolve(at)).number;
    const wanted = await diffToWorking(this.#store, this.#overlay, older, this.#head.number, paths);
    if (wanted.length === 0) await refuseMissing(paths, [await this.at(at), this.fs]);
    const before = new Set(stagedChanges(this.#overlay).map(({ path }) => path));
    await stageOldStates(this.#tree, wanted);
    const restored = new Set(wanted.map(({ path }) => path));
    return stagedChanges(this.#overlay).filter(({ path }) => restored.has(path) || !before.has(path));
  }

  begin(): Promise<types.Transaction> {
    const journal = this.#writable();
    const base = this.#head.number;
    const transaction = beginTransaction(this.#store, base, (id, request, overlay, contents) =>
      this.#mutex.run(async () => {
        if (this.#head.number !== base) refuseConflicts(await findConflicts(this.#store, overlay, this.#head.number));
        const changes = stagedEntries(overlay).map((entry) => pathEvent(entry.path, entry));
        const commit = await this.#write(id, request, overlay, contents);
        if (this.#overlay.isEmpty) journal.reset(commit.number);
        else journal.mark(commit.number);
        this.#events.tell({ kind: 'changed', changes });
        this.#events.tell({ kind: 'committed', commit });
        return commit;
      }),
    );
    return Promise.resolve(transaction);
  }

  async hostFiles(node: Node, job: types.HostFilesJob = {}): Promise<readonly types.HostFile[]> {
    const versions = await valueVersions(this.#store, this.#overlay, pondNode(node));
    return await hostFilesOf(this.#store.disk, versions, (version) => this.#contents.load(version), job);
  }

  async history(at?: types.VersionSpec): Promise<types.HistorySources> {
    const number = at === undefined ? this.#head.number : (await this.resolve(at)).number;
    return historySources(this.#store, number, at === undefined ? this.#overlay : undefined);
  }

  async check(version = 'HEAD', onProgress: (checked: number) => void = () => undefined): Promise<readonly string[]> {
    return await checkTree(this.#store, await this.resolve(version), onProgress);
  }

  async refresh(): Promise<void> {
    const { opLog, disk } = this.#store;
    // The journal first: changes that leave it later are in the log, which is read next, and are recognized as the
    // same.
    const contents = this.#journal === undefined ? readJournal(disk) : undefined;
    const moved = opLog.refresh();
    if (contents !== undefined) this.#reread(await uncommitted(opLog, contents));
    if (!moved) return;
    this.#head = await commitAt(opLog, opLog.head);
    this.#events.tell({ kind: 'refreshed' });
  }

  onEvent(listener: (event: types.PondEvent) => void): () => void {
    return this.#events.listen(listener);
  }

  async close(): Promise<void> {
    // Wait for the changes and commits in progress.
    await this.#mutex.run(() => Promise.resolve());
    this.#events.clear();
    this.#journal?.close();
    this.#lock?.release();
  }

  async #write(
    id: string,
    request: types.CommitRequest,
    overlay: Overlay,
    contents: StagedContents,
  ): Promise<types.Commit> {
    this.#journal?.checkUsable();
    this.#journal?.requireOwned();
    const changes = stagedChanges(overlay);
    const counted = (await request.counted?.(changes)) ?? changes;
    const root = await rootAt(this.#store, this.#head.number);
    const { commit, ...left } = await writeCommit({
      store: this.#store,
      id,
      request,
      parent: this.#head,
      counts: (bytes) => countChanges(counted, bytes),
      plan: { overlay, root, load: (node) => ({ sizeBytes: node.sizeBytes, load: () => contents.load(node) }) },
    }).catch((error: unknown) => {
      // There is, or may be, a commit that this pond does not know: changes staged from now on would be lost.
      if (isPondError(error, 'commit-unknown') || isPondError(error, 'lock-held')) this.#journal?.fail(error);
      throw error;
    });
    this.#recent.add(left);
    this.#head = commit;
    return commit;
  }

  async #conflicts(): ReturnType<typeof findConflicts> {
    // Staged changes are based on the commit that the journal was started on, unless a transaction was committed since.
    if (this.#journal !== undefined && this.#journal.base === this.#head.number) return [];
    return await findConflicts(this.#store, this.#overlay, this.#head.number);
  }

  #writable(): Journal {
    if (this.#journal !== undefined) return this.#journal;
    throw new PondError('read-only', 'the pond was opened for reading', { path: this.directory });
  }

  #reread(contents: JournalContents): void {
    this.#overlay.clear();
    replay(contents, this.#overlay);
  }
}
