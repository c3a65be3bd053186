/**
 * Copies a pond from a store into a folder. Everything is fetched and verified before the first log entry gets its name
 * there, and the entries follow in order: at every instant the folder has no pond, or a whole older one.
 */
import { randomUUID } from 'node:crypto';
import { throwIfCancelled } from '../base/cancelled.ts';
import { PondError } from '../base/error.ts';
import { type CommitNumber } from '../delta/commitNumber.ts';
import { logDirectory } from '../delta/logPaths.ts';
import { TableOpLog } from '../oplog/tableOpLog.ts';
import { checkTree } from '../pond/check.ts';
import { type CheckedRecords, checkRecords } from '../pond/checkHistory.ts';
import { headCommit } from '../pond/history.ts';
import { resolveVersion } from '../pond/resolveVersion.ts';
import { isTagName } from '../pond/tags.ts';
import { lockForWriting, releaseAfter } from '../pond/writerLock.ts';
import { removeReplica, writeReplica } from '../pond/replica.ts';
import { type Replica } from '../pond/status.ts';
import { createStore } from '../pond/store.ts';
import { type Commit } from '../pond/commitRecord.ts';
import { SealedStore } from '../remote/sealedStore.ts';
import { type ObjectStore } from '../remote/objectStore.ts';
import { type Disk } from '../storage/disk.ts';
import { type PondStorage } from '../storage/pondStorage.ts';
import { fromStore, remoteDamage } from './remoteDamage.ts';
import { bytesOf, dataFilesOf, missingBlobs, missingFiles } from './clonedFiles.ts';
import { requireSame, requireTarget } from './cloneTarget.ts';
import { type FetchedLog, fetchLog } from './fetchLog.ts';
import { ObjectFetcher } from './objectFetcher.ts';
import { type CloneRequest, type CloneStep } from './cloneRequest.ts';
import { writeOrigin } from './originRecord.ts';
import { publishFork } from './publishFork.ts';
import { publishLog } from './publishLog.ts';
import { noPond } from './logListing.ts';
import { readRemoteRecord, remoteKey, type RemoteRecord } from './remoteRecords.ts';
import { StagedLog } from './stagedLog.ts';
import { type OpLog } from '../oplog/opLog.ts';

/** A copy that was made. */
export interface CloneReport {
  /** Id of the pond in the folder, which is another one for a fork, and of the pond that was copied. */
  readonly pond: string;
  readonly of: string;
  /** Latest commit in the folder, whose tree was hashed again. */
  readonly head: Commit;
  readonly commits: number;
  /** Commits from before ponds had a chain of hashes: their records cannot be verified. */
  readonly unverifiedCommits: number;
  /** Data files and contents that were fetched by this run, and their bytes. */
  readonly fetchedFiles: number;
  readonly fetchedBytes: number;
  /** Contents that a thin copy leaves at the store, and their bytes. */
  readonly absentBlobs: number;
  readonly absentBytes: number;
  /** Files of other engines that were skipped: outside the table's folder, or removed at the store. */
  readonly skippedFiles: number;
}

/** Objects that are fetched at once. */
const dataFilesAtOnce = 16;
const blobsAtOnce = 8;

/**
 * Copies the pond whose prefix is the root of a store into a folder, or goes on with a copy that stopped. The folder's
 * pond keeps its id. Fails `already-exists` for a folder with anything else, `pond-not-found`, `version-not-found`,
 * `remote-damaged` when anything does not have its hash, `remote-diverged`, `lock-held`, `cancelled`, and with the codes
 * of stores and disks.
 */
export async function clonePond(store: ObjectStore, storage: PondStorage, request: CloneRequest): Promise<CloneReport> {
  const { disk, directory } = storage;
  requireTarget(disk, directory);
  const { signal } = request;
  const record = await readRemoteRecord(store, { signal });
  if (record !== undefined) requireReadable(store, record);
  await requireLog(store, signal);
  if (disk.stat('') === undefined) storage.openDisk(directory).makeDirectory('');
  const lock = lockForWriting(disk, directory);
  try {
    return await new Clone(store, storage, request).run(record?.pond);
  } finally {
    releaseAfter(lock);
  }
}

/** Fails `remote-denied` for a sealed pond that was not opened with a key. */
function requireReadable(store: ObjectStore, { layout }: RemoteRecord): void {
  if (layout === 'open' || store instanceof SealedStore) return;
  throw new PondError('remote-denied', `the pond at ${store.address} is encrypted`, { path: remoteKey });
}

/** Fails `pond-not-found` for a store without a log, before anything is written. */
async function requireLog(store: ObjectStore, signal: AbortSignal | undefined): Promise<void> {
  for await (const _ of store.list(`${logDirectory}/`, { signal })) return;
  throw noPond(store);
}

/** Fails `remote-damaged` when a record names another pond than the log next to it. */
function requireId(store: ObjectStore, id: string, recorded: string | undefined): void {
  if (recorded === undefined || recorded === id) return;
  throw remoteDamage(store, remoteKey, `names pond ${recorded}; the log next to it is that of ${id}`);
}

/** One run of a copy, under the lock of its folder. */
class Clone {
  readonly #store: ObjectStore;
  readonly #directory: string;
  readonly #disk: Disk;
  readonly #request: CloneRequest;
  readonly #fetcher: ObjectFetcher;
  #step: CloneStep = 'log';
  #done = 0;
  #total: number | undefined;

  constructor(store: ObjectStore, { disk, directory }: PondStorage, request: CloneRequest) {
    this.#store = store;
    this.#disk = disk;
    this.#directory = directory;
    this.#request = request;
    this.#fetcher = new ObjectFetcher({ store, disk, signal: request.signal, onBytes: this.#onBytes });
  }

  async run(pondId: string | undefined): Promise<CloneReport> {
    const staged = new StagedLog(this.#disk, 'clone', { hidesOwn: this.#isFork });
    try {
      return await this.#copy(staged, pondId);
    } finally {
      staged.close();
    }
  }

  async #copy(staged: StagedLog, pondId: string | undefined): Promise<CloneReport> {
    const { url, at, isThin, signal } = this.#request;
    const earlier = requireTarget(this.#disk, this.#directory);
    const log = await this.#fetchLog(staged);
    const number = await this.#versionOf(staged.view, log, earlier);
    const opLog = await this.#open(staged.view, number);
    requireId(this.#store, opLog.id, pondId);
    const mark: Replica = {
      ...{ of: opLog.id, url, isThin, isPartial: true },
      fork: this.#isFork ? (earlier?.fork ?? randomUUID()) : undefined,
      at: at === undefined ? undefined : number,
      last: number,
    };
    requireSame(earlier, mark, this.#directory);
    // Before the log also where the copy is complete: the new commits are not its own.
    writeReplica(this.#disk, { ...mark, isPartial: earlier?.isPartial !== false });
    // Before the log: as soon as the pond can be read, it is known where its contents are.
    if (isThin) writeOrigin(this.#disk, { pond: opLog.id, url, keys: undefined });
    const outside = await this.#fetchDataFiles(opLog);
    const records = await this.#checkRecords(staged.view, opLog);
    const absent = await this.#fetchBlobs(records);
    if (mark.fork === undefined) await publishLog(this.#disk, staged, number, signal);
    else await this.#publishFork(staged.view, opLog, number, mark.fork);
    const head = await this.#verify();
    if (mark.fork === undefined) writeReplica(this.#disk, { ...mark, isPartial: false });
    else removeReplica(this.#disk);
    const { fetchedCount, fetchedBytes, missingCount } = this.#fetcher;
    return {
      ...{
        pond: mark.fork ?? opLog.id,
        of: opLog.id,
        head,
        commits: records.commits.length,
        fetchedFiles: fetchedCount,
        fetchedBytes,
      },
      unverifiedCommits: records.commits.filter(({ hash }) => hash === undefined).length,
      ...{ absentBlobs: absent.count, absentBytes: absent.bytes, skippedFiles: outside + missingCount },
    };
  }

  async #fetchLog(staged: StagedLog): Promise<FetchedLog> {
    this.#begin('log');
    const [store, onBytes] = [this.#store, this.#onBytes];
    const disk = this.#isFork ? undefined : this.#disk;
    return await fetchLog({ store, disk, staged, signal: this.#request.signal, onBytes });
  }

  get #isFork(): boolean {
    return this.#request.forkAuthor !== undefined;
  }

  async #publishFork(view: Disk, opLog: OpLog, number: CommitNumber, id: string): Promise<void> {
    const { signal, forkAuthor: author = 'unknown', onProgress } = this.#request;
    const onCommit = (done: number, total: number): void => onProgress?.('forking', done, total);
    await publishFork({ disk: this.#disk, view, opLog, number, id, author, signal, onCommit });
  }

  /** Returns the version at which the copy ends. A copy that goes on ends where it was to end when it began. */
  async #versionOf(view: Disk, { isCleanedUp, last }: FetchedLog, earlier: Replica | undefined): Promise<CommitNumber> {
    const { at } = this.#request;
    if (at === undefined) return last;
    if (earlier?.at !== undefined && !/^\d+$/.test(at.trim())) return earlier.at;
    const opLog = await this.#open(view, last);
    // Records of commits without an entry are in data files, and so are tags.
    if (isCleanedUp || isTagName(at.trim().replace(/~\d+$/, ''))) await this.#fetchDataFiles(opLog);
    return (await fromStore(this.#store, () => resolveVersion(opLog, at))).number;
  }

  async #open(view: Disk, number: CommitNumber): Promise<OpLog> {
    const opLog = await fromStore(this.#store, () => TableOpLog.open(view, number));
    if (opLog === undefined) throw noPond(this.#store);
    return opLog;
  }

  /** Fetches the data files; returns the number of those that are outside the folder of the table. */
  async #fetchDataFiles(opLog: OpLog): Promise<number> {
    const { files, outsideCount } = await fromStore(this.#store, () => dataFilesOf(opLog));
    const missing = await missingFiles(this.#disk, files);
    this.#begin('data files', bytesOf(missing));
    await this.#fetcher.fetch(missing, dataFilesAtOnce);
    return outsideCount;
  }

  /** Checks everything but the blobs as a check of the pond does, before any of it can be seen. */
  async #checkRecords(view: Disk, opLog: OpLog): Promise<CheckedRecords> {
    const onProgress = (done: number, total: number): void => {
      throwIfCancelled(this.#request.signal);
      this.#request.onProgress?.('checking', done, total);
    };
    const records = await checkRecords(createStore({ disk: view }, opLog), onProgress);
    const [first, ...others] = records.problems;
    if (first === undefined) return records;
    const more = others.length === 0 ? '' : `, and ${others.length} more problems`;
    throw new PondError('remote-damaged', `the pond at ${this.#store.address} is damaged: ${first}${more}`, {
      hint: "Nothing was changed at the store. 'pond clone --at V' copies an earlier version.",
    });
  }

  /** Fetches contents, unless they are left at the store. Returns the number of those that are, and their bytes. */
  async #fetchBlobs({ blobs }: CheckedRecords): Promise<{ readonly count: number; readonly bytes: number }> {
    const missing = missingBlobs(this.#disk, blobs);
    const bytes = bytesOf(missing);
    if (this.#request.isThin) return { count: missing.length, bytes };
    this.#begin('contents', bytes);
    await this.#fetcher.fetch(missing, blobsAtOnce);
    return { count: 0, bytes: 0 };
  }

  /** Reads the pond as any reader does, and hashes the tree of its latest commit again. */
  async #verify(): Promise<Commit> {
    const opLog = (await TableOpLog.open(this.#disk))!;
    const head = await headCommit(opLog);
    const [problem] = await checkTree(createStore({ disk: this.#disk }, opLog), head, { withoutBlobs: true });
    if (problem === undefined) return head;
    throw new PondError('pond-damaged', `the copy differs from what was fetched: ${problem}`, {
      path: this.#directory,
      hint: 'Check the disk, and copy the pond into another folder.',
    });
  }

  #begin(step: CloneStep, total?: number): void {
    [this.#step, this.#done, this.#total] = [step, 0, total];
    this.#onBytes(0);
  }

  readonly #onBytes = (bytes: number): void => {
    this.#done += bytes;
    this.#request.onProgress?.(this.#step, this.#done, this.#total);
  };
}
