/** Checks a whole history: the log, the chain, every data file, row and blob once, and the checkpoints. */
import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { isPondError } from '../base/error.ts';
import { type CommitNumber, type CommitRange } from '../delta/commitNumber.ts';
import { compareCheckpoints } from '../delta/compareCheckpoints.ts';
import { numRecords } from '../delta/files.ts';
import { rangeOf } from '../oplog/liveFiles.ts';
import { type StoredRow } from '../oplog/rows.ts';
import { type Disk } from '../storage/disk.ts';
import { blobPath, inlineBytesMax } from './blobs.ts';
import { checkLog } from './checkLog.ts';
import { type BlobUse, RowCheck } from './checkRows.ts';
import {
  type AbsentBlobs,
  type CheckReport,
  expectedDataFile,
  Findings,
  type HistoryCheckOptions,
  type OnProgress,
  type ExpectedFile,
} from './findings.ts';
import { type Overlay } from './overlay.ts';
import { stagedEntries } from './stagedChanges.ts';
import { type Store } from './store.ts';
import { type Commit } from './commitRecord.ts';

/** The records of a history, and the blobs to which they refer, by hash. */
export interface CheckedRecords {
  /** Sentences; none for sound records. */
  readonly problems: readonly string[];
  readonly commits: readonly Commit[];
  readonly blobs: ReadonlyMap<string, BlobUse>;
}

/** Checks the log, the chain, and each data file and row of a store, from the disk. Blobs need not be there. */
export async function checkRecords(store: Store, onProgress: OnProgress): Promise<CheckedRecords> {
  const findings = new Findings();
  const commits = await checkLog(store, findings);
  const check = new HistoryCheck(store, findings, onProgress);
  await check.rows(commits);
  return { problems: findings.problems, commits, blobs: check.blobUses };
}

/**
 * Checks the history of a store and the blobs of the staged changes. Reads everything from the disk, and changes nothing.
 * `stagedNow` returns what is staged when it is called: others stage and discard meanwhile.
 */
export async function checkHistory(
  store: Store,
  stagedNow: () => Promise<Overlay>,
  { isQuick = false, onProgress = () => undefined }: HistoryCheckOptions = {},
): Promise<CheckReport> {
  const findings = new Findings();
  const commits = await checkLog(store, findings);
  const check = new HistoryCheck(store, findings, onProgress);
  if (!isQuick) {
    await check.rows(commits);
    await check.blobs(stagedNow);
    for (const { text } of await compareCheckpoints(store.disk, store.opLog.tableVersion)) findings.add(text);
  }
  const chained = commits.filter(({ hash }) => hash !== undefined).length;
  const { problems, damagedFiles } = findings;
  return { problems, damagedFiles, checked: { commits: commits.length, chained, ...check.counts }, ...check.absent };
}

class HistoryCheck {
  readonly #store: Store;
  readonly #findings: Findings;
  readonly #onProgress: OnProgress;
  readonly #rowCheck: RowCheck;
  #dataFiles = 0;
  #bytes = 0;
  #absent: AbsentBlobs = { blobs: 0, bytes: 0 };
  #done = 0;
  #total = 0;

  constructor(store: Store, findings: Findings, onProgress: OnProgress) {
    this.#store = store;
    this.#findings = findings;
    this.#onProgress = onProgress;
    this.#rowCheck = new RowCheck(findings);
  }

  get counts(): Pick<CheckReport['checked'], 'dataFiles' | 'rows' | 'blobs' | 'bytes'> {
    const { rowCount, blobs } = this.#rowCheck;
    return { dataFiles: this.#dataFiles, rows: rowCount, blobs: blobs.size - this.#absent.blobs, bytes: this.#bytes };
  }

  get absent(): Pick<CheckReport, 'absent'> {
    return this.#absent.blobs === 0 ? {} : { absent: this.#absent };
  }

  get blobUses(): ReadonlyMap<string, BlobUse> {
    return this.#rowCheck.blobs;
  }

  async rows(commits: readonly Commit[]): Promise<void> {
    const { opLog } = this.#store;
    this.#total = commits.length;
    const { own, rewritten } = await opLog.rowFiles(opLog.head);
    const single = new Map<CommitNumber, string>();
    const shared = new Map<CommitNumber, Map<string, StoredRow>>();
    for (const path of own) {
      const range = rangeOf((await opLog.addOf(path))!);
      if (range?.from === range?.to) single.set(range!.from, path);
      else await this.#share(path, shared);
    }
    for (const path of rewritten?.paths ?? []) await this.#share(path, shared, rewritten?.commits);
    for (const commit of commits) {
      const path = single.get(commit.number);
      const rows = path === undefined ? [...(shared.get(commit.number)?.values() ?? [])] : await this.#file(path);
      // A damaged file is one problem, not one for each of its rows.
      if (rows.length > 0) await this.#rowCheck.commit(commit, rows);
      else if (path === undefined) this.#withoutRows(commit);
      await this.#progress();
    }
  }

  /** Reports a commit whose own data file, which another engine may have taken out of the table, is gone. */
  #withoutRows({ number }: Commit): void {
    const add = this.#store.opLog.entry(number)?.adds.find((one) => rangeOf(one)?.to === number);
    this.#findings.add(`commit ${number}: no data file has its rows`, add && expectedDataFile(add));
  }

  /** Adds the rows of a file to those of their commits, each once: files of other engines may repeat some. */
  async #share(
    path: string,
    shared: Map<CommitNumber, Map<string, StoredRow>>,
    commits?: readonly CommitRange[],
  ): Promise<void> {
    for (const row of await this.#file(path, commits)) {
      const rows = shared.get(row.txn) ?? new Map<string, StoredRow>();
      shared.set(row.txn, rows.set(`${row.nodeId}/${row.version}`, row));
    }
  }

  /** Returns the rows of a data file, after it was compared with its hash; none of a damaged one. */
  async #file(path: string, commits?: readonly CommitRange[]): Promise<readonly StoredRow[]> {
    const { disk, opLog } = this.#store;
    const rows: StoredRow[] = [];
    const said = await opLog.addOf(path);
    const file = said && expectedDataFile(said);
    const check = async (): Promise<void> => {
      this.#dataFiles++;
      const sizeProblem = file && sizeProblemOf(disk, file);
      // A file of another size need not be read: it may be of any length.
      if (sizeProblem !== undefined) return this.#findings.add(`data file ${path}: ${sizeProblem}`, file);
      const { hash, sizeBytes } = await hashOf(disk, path);
      this.#bytes += sizeBytes;
      if (file !== undefined && hash !== file.sha256) {
        return this.#findings.expect(`data file ${path}`, hash, file.sha256, file);
      }
      for await (const row of opLog.rowsIn(path, commits)) rows.push(row);
      const count = said === undefined || file === undefined ? rows.length : numRecords(said);
      if (count === rows.length) return;
      this.#findings.add(`data file ${path} has ${rows.length} rows; its commit says ${count}`);
    };
    await this.#findings.attempt(`data file ${path}`, check, file);
    return rows;
  }

  /** Reads each blob of the history and of staged changes that is here. */
  async blobs(stagedNow: () => Promise<Overlay>): Promise<void> {
    const { blobs } = this.#rowCheck;
    const staged = [...stagedBlobs(await stagedNow())].filter(([hash]) => !blobs.has(hash));
    this.#total += blobs.size + staged.length;
    for (const [hash, use] of blobs) await this.#blob(hash, use, () => this.#read(hash, use));
    for (const [hash, use] of staged) {
      blobs.set(hash, use);
      await this.#blob(hash, use, async () => {
        try {
          await this.#read(hash, use);
        } catch (error) {
          if (!isPondError(error, 'pond-damaged')) throw error;
          // What was discarded since was removed with its blob, and may have been staged again.
          if (stagedBlobs(await stagedNow()).has(hash)) await this.#read(hash, use);
        }
      });
    }
  }

  async #blob(hash: string, { sizeBytes, where }: BlobUse, read: () => Promise<void>): Promise<void> {
    if (this.#store.blobs.isAbsent(hash)) {
      this.#absent = { blobs: this.#absent.blobs + 1, bytes: this.#absent.bytes + sizeBytes };
    } else await this.#findings.attempt(where, read, { path: blobPath(hash), sizeBytes, sha256: hash });
    await this.#progress();
  }

  async #read(hash: string, { sizeBytes }: BlobUse): Promise<void> {
    for await (const chunk of this.#store.blobs.read(hash, sizeBytes)) {
      this.#bytes += chunk.length;
      this.#onProgress(this.#done, this.#total);
    }
  }

  /** Reports progress, and lets a cancellation arrive. */
  async #progress(): Promise<void> {
    this.#onProgress(++this.#done, this.#total);
    if (this.#done % 16 === 0) await setImmediate();
  }
}

/** Returns the blobs of staged changes, by hash. */
function stagedBlobs(staged: Overlay): ReadonlyMap<string, BlobUse> {
  return new Map(
    stagedEntries(staged).flatMap(({ path, node }) =>
      node?.state === 'staged' && node.sizeBytes > inlineBytesMax
        ? [[node.sha256, { sizeBytes: node.sizeBytes, where: `${path}, staged` }]]
        : [],
    ),
  );
}

const wholeBytesMax = 1024 * 1024;

/** Returns the problem of a file that is missing or has another size than expected, as the end of a sentence. */
export function sizeProblemOf(disk: Pick<Disk, 'stat'>, { path, sizeBytes }: ExpectedFile): string | undefined {
  const found = disk.stat(path);
  if (found === undefined) return 'it is missing';
  return found.sizeBytes === sizeBytes ? undefined : `it has ${found.sizeBytes} bytes; expected ${sizeBytes}`;
}

/** Returns the hash and the size of a file; those of no bytes when it is missing. */
export async function hashOf(
  disk: Pick<Disk, 'stat' | 'readFile' | 'readStream'>,
  path: string,
): Promise<{ readonly hash: string; readonly sizeBytes: number }> {
  const sizeBytes = disk.stat(path)?.sizeBytes ?? 0;
  const hash = createHash('sha256');
  // A stream costs more than it saves for a small file.
  if (sizeBytes <= wholeBytesMax) hash.update(disk.readFile(path) ?? new Uint8Array());
  else for await (const chunk of disk.readStream(path) ?? []) hash.update(chunk);
  return { hash: hash.digest('hex'), sizeBytes };
}
