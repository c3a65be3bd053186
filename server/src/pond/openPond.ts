import { type CommitNumber } from '../delta/commitNumber.ts';
import { LruCache } from '../base/lruCache.ts';
import { type OpLog } from '../oplog/opLog.ts';
import { createUserCache } from '../storage/cache.ts';
import { type PondStorage } from '../storage/pondStorage.ts';
import { type Backend, type Node } from '../tinyfs/backend.ts';
import { FileSystem } from '../tinyfs/fs.ts';
import { normalizePath } from '../tinyfs/path.ts';
import { CommitCache } from './commitCache.ts';
import { Committer } from './committer.ts';
import { createCommittedTree } from './committedTree.ts';
import { diffCommits, diffToWorking } from './diff.ts';
import { createEvents } from './events.ts';
import { type CheckReport, type HistoryCheckOptions, type OnTreeProgress } from './findings.ts';
import { commitsFrom, firstOf } from './commitsFrom.ts';
import { headCommit } from './history.ts';
import { resolveVersion } from './resolveVersion.ts';
import { type HistorySources } from './historyRows.ts';
import { historySources } from './historySources.ts';
import { type Journal, type JournalContents, readJournal } from './journal.ts';
import { type HostFile, type HostFilesJob } from './hostFile.ts';
import { LargeContents } from './largeContents.ts';
import { LocalRecords } from './localRecords.ts';
import { type Lock } from './lock.ts';
import { requireFolder } from './ownership.ts';
import { commitsOfPath } from './pathHistory.ts';
import { uncommitted } from './recovery.ts';
import { folderStatus } from './replica.ts';
import { changesUnder } from './restore.ts';
import { contentKeyOf } from './series.ts';
import { pairRenames, stagedChanges, stagedHash } from './stagedChanges.ts';
import { SavedCommits } from './savedCommits.ts';
import { type Overlay } from './overlay.ts';
import { Staging } from './staging.ts';
import { createStore, type Store } from './store.ts';
import { tagsAt } from './tags.ts';
import { storedFilesOf } from './readStored.ts';
import { beginTransaction } from './transaction.ts';
import { type Change } from './change.ts';
import { type Commit, type LogOptions, type Tags, type VersionSpec } from './commitRecord.ts';
import { type Status } from './status.ts';
import {
  type LayeredTree,
  type Pond,
  type PondEvent,
  type StoredNodes,
  type Transaction,
  type TreeLayer,
} from './types.ts';

/** Parts that a pond is opened with; pond.ts collects them. */
interface PondParts {
  readonly storage: PondStorage;
  readonly opLog: OpLog;
  readonly head: Commit;
  readonly notices: readonly string[];
  readonly contents: JournalContents;
  /** Undefined when opened for reading. */
  readonly writer: { readonly lock: Lock; readonly journal: Journal } | undefined;
}

/** Maximum number of versions whose trees are cached, with the content that the layer derived in them. */
const versionsMax = 16;

/**
 * An open pond: the latest commit, the store below it, the changes staged on it, and the layer over all its trees.
 *
 * Invariant: the layer is notified of a change before any listener.
 */
export class OpenPond<Layer extends TreeLayer = TreeLayer> implements Pond<Layer> {
  readonly id: string;
  readonly directory: string;
  readonly mode: 'read' | 'write';
  readonly layer: Layer;
  readonly fs: FileSystem;
  readonly largeContents: LargeContents;
  readonly notices: readonly string[];
  readonly stored: Pond['stored'];
  readonly localRecords: LocalRecords;
  readonly discard: Pond['discard'] = (...request) => this.#staging.discard(...request);
  readonly keepStaged = (paths: readonly string[]): Promise<number> => this.#staging.keepStaged(paths);
  readonly requireOwned = (): void => this.#journal?.requireOwned();
  readonly onEvent: Pond['onEvent'] = (listener) => this.#events.listen(listener);
  readonly stageOn: Pond['stageOn'] = (...change) => this.#staging.stageOn(...change);
  readonly commit: Pond['commit'] = (...request) => this.#committer.commit(...request);
  readonly changeTag: Pond['changeTag'] = (...change) => this.#committer.changeTag(...change);
  readonly #lock: Lock | undefined;
  readonly #journal: Journal | undefined;
  readonly #store: Store;
  readonly #staging: Staging;
  readonly #layered: LayeredTree;
  readonly #versions = new LruCache<string, FileSystem>({ max: versionsMax });
  readonly #events = createEvents();
  readonly #committer: Committer;
  readonly #savedCommits: SavedCommits;
  #revision = 0;

  constructor(parts: PondParts, layer: (stored: StoredNodes) => Layer) {
    const { storage, writer, contents, notices } = parts;
    const commits = new CommitCache();
    this.notices = notices;
    this.id = parts.opLog.id;
    this.directory = storage.directory;
    this.mode = writer === undefined ? 'read' : 'write';
    this.#savedCommits = new SavedCommits(this.id, () => createUserCache(storage.openDisk));
    this.#lock = writer?.lock;
    this.#journal = writer?.journal;
    this.#store = createStore(storage, parts.opLog);
    this.stored = storedFilesOf(this.#store);
    // No reference to `contents` may remain: the journal's contents are as large as what was staged.
    this.#staging = new Staging(
      {
        storage,
        store: this.#store,
        journal: this.#journal,
        commits,
        head: () => this.head.number,
        onChange: (changes) => this.#notify({ kind: 'changed', changes }),
      },
      contents,
    );
    this.localRecords = new LocalRecords(storage.disk, {
      requireOwned: this.requireOwned,
      changed: (path) => this.#events.notify({ kind: 'changed', changes: [{ path, kind: 'changed' }] }),
    });
    this.largeContents = new LargeContents(storage, this.#staging.unusedBlobs);
    this.layer = layer({
      id: this.id,
      directory: this.directory,
      openDisk: storage.openDisk,
      contentKey: contentKeyOf,
      hostFiles: (node, job = {}) => this.#staging.hostFiles(node, job),
    });
    this.#layered = this.layer.over(this.#staging.tree, (changes) => this.#events.notify({ kind: 'changed', changes }));
    this.fs = new FileSystem(this.#layered.backend);
    const made = { store: this.#store, staging: this.#staging, commits, layer: this.layer };
    this.#committer = new Committer({ ...made, notify: (event) => this.#notify(event) }, parts.head);
  }

  get head(): Commit {
    return this.#committer.head;
  }

  get revision(): number {
    return this.#revision;
  }

  async at(version: VersionSpec): Promise<FileSystem> {
    // A commit that was found once exists forever.
    const known = this.#versions.get(version);
    if (known !== undefined) return known;
    const { number } = await this.resolve(version);
    const key = String(number);
    const layered = (): FileSystem => new FileSystem(this.layer.over(createCommittedTree(this.#store, number)).backend);
    return this.#versions.get(key) ?? this.#versions.set(key, layered());
  }

  async resolve(version: VersionSpec): Promise<Commit> {
    return await resolveVersion(this.#store.opLog, version);
  }

  async status(): Promise<Status> {
    const { commits: foreignCommits, earlierFiles: earlierForeignFiles } = await this.#store.opLog.foreignCommits();
    return {
      head: this.head,
      staged: stagedChanges(this.#staging.overlay),
      stagedHash: stagedHash(this.#staging.overlay),
      conflicts: await this.#staging.conflicts(),
      ...{ foreignCommits, earlierForeignFiles },
      notices: this.notices,
      ...folderStatus(this.#store.disk),
    };
  }

  async diff(from: VersionSpec, to: VersionSpec | undefined, paths?: readonly string[]): Promise<readonly Change[]> {
    const older = (await this.resolve(from)).number;
    const states =
      to === undefined
        ? await diffToWorking(this.#store, this.#staging.overlay, older, this.head.number)
        : await diffCommits(this.#store, older, (await this.resolve(to)).number);
    return changesUnder(pairRenames(states), paths);
  }

  async tags(): Promise<Tags> {
    return await tagsAt(this.#store.opLog, this.head.number);
  }

  async *log(options: LogOptions = {}): AsyncIterable<Commit> {
    const { opLog, commits: read } = this.#store;
    const known = { read, saved: this.#savedCommits };
    const start = options.start === undefined ? this.head.number : (await this.resolve(String(options.start))).number;
    const names = normalizePath(options.path ?? '/').names;
    const commits = names.length === 0 ? commitsFrom(opLog, start, known) : commitsOfPath(this.#store, start, names);
    yield* firstOf(commits, options.limit ?? Infinity);
  }

  async restore(paths: readonly string[], at: VersionSpec): Promise<readonly Change[]> {
    const { number } = await this.resolve(at);
    try {
      return await this.#staging.restore(paths, number, this.#committed(number));
    } finally {
      // A failure reverts the changes without an event, and the layer may have seen some of them.
      this.#layered.changed([]);
    }
  }

  begin(): Promise<Transaction> {
    this.#staging.requireJournal();
    const { number } = this.head;
    const parts = { store: this.#store, unusedBlobs: this.#staging.unusedBlobs };
    const layered = (tree: Backend): Backend => this.layer.over(tree).backend;
    return Promise.resolve(beginTransaction(parts, number, layered, this.#committer.transactionOn(number)));
  }

  async hostFiles(node: Node, job: HostFilesJob = {}): Promise<readonly HostFile[]> {
    return await this.layer.hostFiles(node, job);
  }

  contentKey(node: Node): string {
    return this.layer.contentKey(node);
  }

  async history(at?: VersionSpec): Promise<HistorySources> {
    const number = at === undefined ? this.head.number : (await this.resolve(at)).number;
    return await historySources(this.#store, number, at === undefined ? this.#staging.overlay : undefined);
  }

  async check(version = 'HEAD', onProgress: OnTreeProgress = () => undefined): Promise<readonly string[]> {
    return (await import('./check.ts')).checkTree(this.#store, await this.resolve(version), { onProgress });
  }

  async prove(path: string, at: VersionSpec, to: VersionSpec): Promise<string> {
    const commits = { at: await this.resolve(at), to: await this.resolve(to) };
    return (await import('./makeProof.ts')).makeProof(this.#store, path, commits);
  }

  async checkHistory(options?: HistoryCheckOptions): Promise<CheckReport> {
    const stagedNow = async (): Promise<Overlay> => {
      await this.refresh();
      return this.#staging.overlay;
    };
    return (await import('./checkHistory.ts')).checkHistory(this.#store, stagedNow, options);
  }

  async refresh(): Promise<void> {
    const { opLog, disk } = this.#store;
    requireFolder(disk);
    // The journal first: changes that leave it later are recognized in the log, which is read next.
    const contents = this.#journal === undefined ? readJournal(disk) : undefined;
    const moved = opLog.refresh();
    // Changes that another process staged arrive without an event.
    if (contents !== undefined && this.#staging.follow(await uncommitted(opLog, contents))) {
      this.#revision += 1;
      this.#layered.changed([]);
    }
    if (!moved) return;
    this.#revision += 1;
    this.#committer.head = await headCommit(opLog);
    this.#notify({ kind: 'refreshed' });
  }

  async close(): Promise<void> {
    await this.#layered.close();
    await this.largeContents.close();
    await this.#staging.mutex.run(() => Promise.resolve()); // Changes and commits in progress.
    this.#events.clear();
    this.#journal?.close();
    this.#lock?.release(this.#journal?.end);
  }

  #committed(number: CommitNumber): FileSystem {
    return new FileSystem(createCommittedTree(this.#store, number));
  }

  #notify(event: PondEvent): void {
    this.#layered.changed(event.kind === 'changed' ? event.changes : []);
    this.#events.notify(event);
  }
}
