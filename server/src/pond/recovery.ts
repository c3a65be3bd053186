/**
 * What happens before a pond is opened: the tip of the log and the journal are looked at, and what a crash or damage
 * left is set aside, under the writer lock only and never deleted.
 *
 * The journal's header names a commit that was acknowledged (the durable mark). A damaged tip above the mark was never
 * acknowledged, or its changes are still in the journal; at or below the mark it is a loss, and the pond says so. Without
 * a header nothing says what was acknowledged, so no commit is taken for one that was not.
 */
import { isPondError, PondError } from '../base/error.ts';
import { looksLikeParquet } from '../delta/readCheckpoint.ts';
import { type Finding, inspectTail, quarantine } from '../delta/verify.ts';
import { checkpointFile, commitFile, latestVersion, readCommit } from '../delta/log.ts';
import { OpLog } from '../oplog/opLog.ts';
import { type Disk } from '../storage/disk.ts';
import { isTemporaryName, makeDirectoryDurable, writeNew } from '../storage/durable.ts';
import { blobDirectory } from './blobs.ts';
import { readCommitRecord } from './history.ts';
import { emptyJournal, journalPath, type JournalContents, readJournal } from './journal.ts';
import { isLocked } from './lock.ts';
import { spoolPrefix } from './changeLog.ts';

/** How often a journal is read that another process changes meanwhile. */
const readsMax = 5;

const quarantineDirectory = '_pond/quarantine';

export interface Recovered {
  readonly opLog: OpLog;
  /** The journal, empty when a commit has taken what is in it. */
  readonly journal: JournalContents;
  /** What was found and set aside, as sentences. */
  readonly notices: readonly string[];
}

/**
 * Opens the log and the journal of a pond. With `repair` the caller holds the lock, and damage above the mark is set
 * aside.
 */
export async function recover(disk: Disk, options: { readonly repair: boolean }): Promise<Recovered> {
  const notices: string[] = [];
  if (isJournalMissing(disk)) notices.push(`${journalPath} is missing: what was staged, if anything was, is gone`);
  const journal = options.repair ? readJournal(disk) : readBesideWriter(disk);
  const newest = usableVersion(disk, journal.mark, options.repair, notices);
  const opLog = await OpLog.open(disk, newest);
  if (opLog === undefined) throw new PondError('pond-not-found', 'no Delta table is there');
  if (journal.mark !== undefined && opLog.head < journal.mark) {
    throw new PondError('pond-damaged', `commit ${journal.mark} was acknowledged; its file says nothing of the pond`, {
      path: commitFile(journal.mark),
      hint: 'restore the file from a copy; nothing was changed',
    });
  }
  if (journal.cutBytes > 0 && options.repair) setAsideTail(disk, journal, notices);
  // What the process that holds the lock is writing is not finished yet.
  if (journal.cutBytes > 0 && !options.repair && !isLocked(disk)) {
    notices.push(`the last ${journal.cutBytes} bytes of the journal are an unfinished change and are left out`);
  }
  if (options.repair) removeLeftovers(disk);
  return { opLog, journal: await uncommitted(opLog, journal), notices };
}

/** False where no process ever worked before this one: a pond may be copied without its working files. */
function isJournalMissing(disk: Disk): boolean {
  return disk.stat(journalPath) === undefined && disk.list('_pond').some((name) => name !== 'lock.1');
}

/** A process that writes may cut or replace the journal while it is read here; what is read again is whole. */
function readBesideWriter(disk: Disk): JournalContents {
  for (let attempt = 1; ; attempt++) {
    try {
      return readJournal(disk);
    } catch (error) {
      if (!isPondError(error, 'journal-damaged') || attempt === readsMax || !isLocked(disk)) throw error;
    }
  }
}

/** Newest version whose commit can be read; undefined when there is no table. */
function usableVersion(disk: Disk, mark: number | undefined, repair: boolean, notices: string[]): number | undefined {
  let newest = latestVersion(disk);
  if (newest === undefined) return undefined;
  if (mark !== undefined && newest < mark) {
    throw new PondError('pond-damaged', `commit ${mark} was acknowledged, but the log ends with ${newest}`, {
      path: commitFile(mark),
      hint: `restore ${commitFile(newest + 1)} and those after it from a copy; or move ${journalPath} away to accept the loss`,
    });
  }
  for (; ; newest--) {
    const isAcknowledged = mark !== undefined && newest <= mark;
    const finding = damageAt(disk, newest, !isAcknowledged);
    if (finding === undefined) return newest;
    // Nobody makes a checkpoint of a commit before it is acknowledged.
    if (isAcknowledged || hasCheckpoint(disk, newest)) {
      throw new PondError('pond-damaged', `commit ${newest} was acknowledged and is damaged: ${finding.text}`, {
        path: finding.file,
        hint: 'restore the file from a copy; nothing was changed',
      });
    }
    if (mark === undefined) {
      throw new PondError('pond-damaged', `commit ${newest} is damaged: ${finding.text}`, {
        path: finding.file,
        hint: `restore the file from a copy; or move ${commitFile(newest)} away to go on without that commit`,
      });
    }
    if (repair) quarantine(disk, commitFile(newest), quarantineDirectory);
    notices.push(`commit ${newest} is damaged and ${repair ? 'was set aside' : 'left out'}: ${finding.text}`);
  }
}

/** What makes a commit unusable; with `data`, also that data which one of our own commits added is missing or short. */
function damageAt(disk: Disk, newest: number, data: boolean): Finding | undefined {
  const findings = inspectTail(disk, newest, newest).filter(({ version }) => version === newest);
  const commit = findings.find(({ kind }) => kind === 'commit-empty' || kind === 'commit-unreadable');
  if (commit !== undefined || !data || readCommit(disk, newest)?.commitInfo?.['pond'] === undefined) return commit;
  return findings.find(({ kind }) => kind === 'data-missing' || kind === 'data-size');
}

function hasCheckpoint(disk: Disk, version: number): boolean {
  return disk.stat(checkpointFile(version)) !== undefined && looksLikeParquet(disk, checkpointFile(version));
}

/**
 * The journal, or an empty one when the commit that it was to become is in the log: the crash came before the journal
 * was emptied.
 */
export async function uncommitted(opLog: OpLog, journal: JournalContents): Promise<JournalContents> {
  if (journal.header === undefined || journal.mark === undefined) return journal;
  for (let number = opLog.head; number > journal.mark; number--) {
    if ((await readCommitRecord(opLog, number))?.id === journal.header.batch) return emptyJournal;
  }
  return journal;
}

/** Paths of what was set aside and is still there, ordered; [] when nothing is. */
export function setAside(disk: Disk): readonly string[] {
  return disk
    .list(quarantineDirectory)
    .sort()
    .map((name) => `${quarantineDirectory}/${name}`);
}

/** Keeps the bytes that are about to be cut: if they were acknowledged after all, they can be looked at. */
function setAsideTail(disk: Disk, { goodBytes, cutBytes }: JournalContents, notices: string[]): void {
  const tail = disk.readRange(journalPath, goodBytes, goodBytes + cutBytes) ?? new Uint8Array();
  makeDirectoryDurable(disk, quarantineDirectory);
  const path = `${quarantineDirectory}/journal-${Date.now()}-${goodBytes}`;
  writeNew(disk, path, tail);
  disk.syncDirectory(quarantineDirectory);
  notices.push(`the last ${cutBytes} bytes of the journal were an unfinished change and were set aside in ${path}`);
}

/**
 * Removes what a writer that died left half made: the spools of its transactions, and blobs that had no name yet. With
 * the lock in hand nobody is making any. Both folders are short to list; strays elsewhere harm nobody and are small.
 */
function removeLeftovers(disk: Disk): void {
  for (const name of disk.list('_pond')) {
    if (name.startsWith(spoolPrefix)) disk.remove(`_pond/${name}`);
  }
  for (const name of disk.list(blobDirectory)) {
    if (isTemporaryName(name)) disk.remove(`${blobDirectory}/${name}`);
  }
}
