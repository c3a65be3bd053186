/**
 * Repairs a pond from what is intact. It works below an open pond, under the writer lock, since what is damaged may be
 * what opening needs: the log, a checkpoint, the latest data file.
 */
import { isPondError } from '../base/error.ts';
import { TableOpLog } from '../oplog/tableOpLog.ts';
import { type Disk } from '../storage/disk.ts';
import { type PondStorage } from '../storage/pondStorage.ts';
import { replay } from './changeLog.ts';
import { checkHistory } from './checkHistory.ts';
import { FileRestorer } from './fileRestorer.ts';
import { type CheckReport, type OnProgress, type RepairReport } from './findings.ts';
import { readJournal } from './journal.ts';
import { Overlay } from './overlay.ts';
import { type PondCopy } from './pondCopy.ts';
import { openPond, requirePond } from './pond.ts';
import { lockForWriting, releaseAfter } from './writerLock.ts';
import { recover } from './recovery.ts';
import { repairLog } from './repairLog.ts';
import { createStore } from './store.ts';
import { type OpLog } from '../oplog/opLog.ts';

/** Options of a repair. */
export interface RepairOptions {
  /** Copies of the pond, tried in this order. */
  readonly copies: readonly PondCopy[];
  /** Called often, with what is done; it throws `cancelled` to end the repair between two files. */
  readonly onProgress?: OnProgress;
}

/**
 * Restores the damaged files of a pond, and checks the whole of it. Nothing is removed: replaced bytes are kept in the
 * quarantine, and a pond that is sound or cannot be repaired stays as it is. Fails `lock-held`, `pond-not-found`, and with
 * the storage codes of the pond's own disk.
 */
export async function repairPond(storage: PondStorage, options: RepairOptions): Promise<RepairReport> {
  requirePond(storage);
  const lock = lockForWriting(storage.disk, storage.directory);
  try {
    return await repairLocked(storage, options);
  } finally {
    releaseAfter(lock);
  }
}

type Findings = Pick<CheckReport, 'problems' | 'damagedFiles'>;

async function repairLocked(
  storage: PondStorage,
  { copies, onProgress = () => undefined }: RepairOptions,
): Promise<RepairReport> {
  const { disk } = storage;
  const restorer = new FileRestorer(disk, copies);
  await repairLog(disk, restorer);
  let found = await check(storage, onProgress);
  // A data file names blobs, so each restored one may show more that is damaged.
  while (await restoreAll(restorer, found)) found = await check(storage, onProgress);
  const { restored, refused } = restorer;
  return { restored, refused: [...refused], problems: found.problems };
}

/** True when a file was restored. */
async function restoreAll(restorer: FileRestorer, { damagedFiles }: Findings): Promise<boolean> {
  let isRestored = false;
  for (const file of damagedFiles) if (await restorer.restore(file)) isRestored = true;
  return isRestored;
}

/** Checks the history, as far as the log can be read, and whether the pond can be opened. */
async function check(storage: PondStorage, onProgress: OnProgress): Promise<Findings> {
  const { disk } = storage;
  const problems: string[] = [];
  const staged = await attempt(problems, () => stagedChanges(disk));
  const opLog = await attempt(problems, () => openLog(disk));
  if (opLog === undefined) return { problems, damagedFiles: [] };
  const report = await checkHistory(createStore(storage, opLog), () => Promise.resolve(staged ?? new Overlay()), {
    onProgress,
  });
  problems.push(...report.problems);
  if (problems.length === 0) await attempt(problems, async () => (await openPond(storage, { mode: 'read' })).close());
  return { problems, damagedFiles: report.damagedFiles };
}

function stagedChanges(disk: Disk): Overlay {
  const overlay = new Overlay();
  replay(readJournal(disk), overlay);
  return overlay;
}

/** Opens the whole log or, when its end is damaged and was never acknowledged, the part that a writer would keep. */
async function openLog(disk: Disk): Promise<OpLog> {
  try {
    const opLog = await TableOpLog.open(disk);
    if (opLog !== undefined) return opLog;
  } catch (error) {
    if (!isPondError(error, 'pond-damaged')) throw error;
  }
  return (await recover(disk, { lock: undefined })).opLog;
}

/** Returns the result of some work; undefined when it fails, which is a problem. Fails `cancelled`. */
async function attempt<T>(problems: string[], work: () => T | Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (!isPondError(error) || error.code === 'cancelled') throw error;
    problems.push(error.message);
    return undefined;
  }
}
