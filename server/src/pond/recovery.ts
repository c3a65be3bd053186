/**
 * Recovery before a pond is opened: inspects the tip of the log and the journal, and quarantines what a crash or damage
 * left, only under the writer lock and without deleting it.
 *
 * The journal's header names an acknowledged commit (the durable mark). A damaged tip above the mark was never
 * acknowledged, or its changes are still in the journal; at or below the mark it is a loss, and the pond reports it.
 * Without a header the acknowledged commits are unknown, so no commit is treated as unacknowledged.
 */
import { type CommitNumber, commitsDown, nextCommit } from '../delta/commitNumber.ts';
import { isPondError, PondError } from '../base/error.ts';
import { retry } from '../base/retry.ts';
import { looksLikeParquet } from '../delta/readCheckpoint.ts';
import { type Finding, inspectTail } from '../delta/verify.ts';
import { latestVersion, readCommit } from '../delta/log.ts';
import { checkpointFile, commitFile } from '../delta/logPaths.ts';
import { type SavedTables } from '../oplog/savedTables.ts';
import { TableOpLog } from '../oplog/tableOpLog.ts';
import { type Disk } from '../storage/disk.ts';
import { partBytes, readParts, replaceFile } from '../storage/durable.ts';
import { readCommitRecord } from './history.ts';
import { emptyJournal, type JournalContents, readJournal, withoutParts } from './journal.ts';
import { journalEndPath } from './journalEnd.ts';
import { journalPath } from './workPaths.ts';
import { isLocked, journalEndAtClose, type Lock } from './lock.ts';
import { type JournalEnd } from './lockFile.ts';
import { newBlobsPath } from './newBlobs.ts';
import { quarantineFile, quarantineTail } from './quarantine.ts';
import { removeLogLeftovers, removeUnpublished, removeWorkingLeftovers } from './leftovers.ts';
import { type OpLog } from '../oplog/opLog.ts';

/** Number of attempts to read a journal while another process changes it. */
const readsMax = 5;

interface RecoveryOptions {
  readonly lock: Lock | undefined;
  /** Saved states of the table; without them, more of the log is read. */
  readonly saved?: SavedTables | undefined;
}

interface Recovered {
  readonly opLog: OpLog;
  /** The journal; empty when a commit has taken its changes. */
  readonly journal: JournalContents;
  /** Findings and quarantined files, as sentences. */
  readonly notices: readonly string[];
}

/**
 * Opens the log and the journal of a pond. With `lock`, which the caller holds, damage above the mark is quarantined,
 * and what a writer that died left is removed.
 */
export async function recover(disk: Disk, { lock, saved }: RecoveryOptions): Promise<Recovered> {
  const notices: string[] = [];
  if (lock !== undefined) separateLinked(disk);
  const { journal, end } = await readWithEnd(disk, lock);
  if (isJournalMissing(disk, end)) notices.push(`${journalPath} is missing: what was staged, if anything was, is gone`);
  const known = saved?.latest?.head.version;
  const latest = usableVersion(disk, { mark: journal.mark, known, repair: lock !== undefined }, notices);
  const opLog = await TableOpLog.open(disk, latest, saved);
  if (opLog === undefined) throw new PondError('pond-not-found', 'no Delta table is there');
  if (journal.mark !== undefined && opLog.head < journal.mark) {
    throw new PondError('pond-damaged', `commit ${journal.mark} was acknowledged; its file says nothing of the pond`, {
      path: commitFile(journal.mark),
      hint: "'pond check --repair --from DIR' restores the file from a copy of the pond; nothing was changed.",
    });
  }
  const lost = disk.stat(journalPath) === undefined ? undefined : lossOf(journal, end);
  if (lock !== undefined) notices.push(...quarantineEnd(disk, journal, lost));
  // The lock's holder has not finished its write.
  else if (lost !== undefined) notices.push(`${lost}; restore ${journalPath} from a copy before you change the pond`);
  else if (journal.cutBytes > 0 && !isLocked(disk)) {
    notices.push(`the last ${journal.cutBytes} bytes of the journal are an unfinished change and are left out`);
  }
  if (lock !== undefined) removeWorkingLeftovers(disk);
  if (lock?.previous.isClean === false) removeLogLeftovers(disk);
  // Of a quarantined commit, all is kept. A holder that may still run could publish its commit after all.
  if (lock?.previous.hasEnded === true && notices.length === 0) await removeUnpublished(disk, opLog);
  if (lock?.previous.mayRun === true) isolateJournal(disk, journal);
  return { opLog, journal: await uncommitted(opLog, journal), notices };
}

/** Files that a writer changes in place; all others are written once. */
const changedInPlace: readonly string[] = [journalPath, journalEndPath, newBlobsPath];

/**
 * Gives files with several names, such as those of a folder that was copied by hard links or that a stranger packed, a
 * file of this pond alone: what is changed in place is changed under every name.
 */
function separateLinked(disk: Disk): void {
  for (const path of changedInPlace) {
    const { linkCount = 1, sizeBytes = 0 } = disk.stat(path) ?? {};
    if (linkCount > 1) replaceFile(disk, path, readParts(disk, path, 0, sizeBytes));
  }
}

/** The journal, and where it ended when its last writer ended; undefined when that is not known. */
async function readWithEnd(
  disk: Disk,
  lock: Lock | undefined,
): Promise<{ readonly journal: JournalContents; readonly end: JournalEnd | undefined }> {
  if (lock !== undefined) return { journal: readJournal(disk), end: lock.previous.journal };
  const before = journalEndAtClose(disk);
  const journal = await readAlongsideWriter(disk);
  const after = journalEndAtClose(disk);
  // A writer may have taken the lock in between.
  const isSame = before?.batch === after?.batch && before?.sizeBytes === after?.sizeBytes;
  return { journal, end: isSame ? after : undefined };
}

/**
 * Says what the journal lost since it was written last; undefined when nothing is known to be lost. A journal that was cut
 * at the end of a run, or replaced by an older one, looks whole: only the released lock, or the record of a killed
 * process, shows the loss. Neither costs a flush: a lock that is released is flushed anyway.
 */
function lossOf({ header, goodBytes }: JournalContents, end: JournalEnd | undefined): string | undefined {
  if (end === undefined) return undefined;
  if (header !== undefined && header.batch !== end.batch) {
    return 'the journal is not the one that was written last: what was staged then is missing';
  }
  const lostBytes = end.sizeBytes - goodBytes;
  if (lostBytes <= 0) return undefined;
  return `the journal lost its last ${lostBytes} bytes since it was written: what was staged last is missing`;
}

/**
 * Names in the working folder of a pond on which no process worked: its own, and those of a store that it was copied
 * from.
 */
const namesOfCopy: readonly string[] = ['lock.1', 'blobs', 'remote.json', 'tips', 'probe', 'prune'];

/** False when no process worked on the pond before: a pond may be copied without its working files. */
function isJournalMissing(disk: Disk, end: JournalEnd | undefined): boolean {
  if (disk.stat(journalPath) !== undefined) return false;
  return end !== undefined || disk.list('_pond').some((name) => !namesOfCopy.includes(name));
}

/** Reads the journal while another process may truncate or replace it; reading again yields a whole one. */
function readAlongsideWriter(disk: Disk): Promise<JournalContents> {
  return retry(() => readJournal(disk), {
    attempts: readsMax,
    isTransient: (error) => isPondError(error, 'journal-damaged') && isLocked(disk),
  });
}

/** Facts about the commits of a pond that are known before its log is read. */
interface Acknowledged {
  /** The commit that the journal names as acknowledged. */
  readonly mark: CommitNumber | undefined;
  /** A commit that is in the log. */
  readonly known: CommitNumber | undefined;
  /** True to quarantine damage above the mark. */
  readonly repair: boolean;
}

/** Latest version whose commit is readable; undefined when there is no table. */
function usableVersion(disk: Disk, { mark, known, repair }: Acknowledged, notices: string[]): CommitNumber | undefined {
  // The search for later commits starts at one that is known to be there, not at the last checkpoint.
  const latest = latestVersion(disk, known !== undefined && known > (mark ?? -1) ? known : mark);
  if (latest === undefined) return undefined;
  if (mark !== undefined && latest < mark) {
    throw new PondError('pond-damaged', `commit ${mark} was acknowledged, but the log ends with ${latest}`, {
      path: commitFile(mark),
      hint: `'pond check --repair --from DIR' restores ${commitFile(nextCommit(latest))} and those after it from a copy of the pond; or move ${journalPath} away to accept the loss.`,
    });
  }
  for (const number of commitsDown(latest)) {
    const isAcknowledged = mark !== undefined && number <= mark;
    const finding = damageAt(disk, number, !isAcknowledged);
    if (finding === undefined) return number;
    // Checkpoints are made of acknowledged commits only.
    if (isAcknowledged || hasCheckpoint(disk, number)) {
      throw new PondError('pond-damaged', `commit ${number} was acknowledged and is damaged: ${finding.text}`, {
        path: finding.file,
        hint: "'pond check --repair --from DIR' restores the file from a copy of the pond; nothing was changed.",
      });
    }
    if (mark === undefined) {
      throw new PondError('pond-damaged', `commit ${number} is damaged: ${finding.text}`, {
        path: finding.file,
        hint: `'pond check --repair --from DIR' restores the file from a copy of the pond; or move ${commitFile(number)} away to continue without that commit.`,
      });
    }
    if (repair) quarantineFile(disk, commitFile(number));
    notices.push(`commit ${number} is damaged and ${repair ? 'was quarantined' : 'left out'}: ${finding.text}`);
  }
  return undefined;
}

/**
 * Damage that makes a commit unusable; with `data`, also missing or short data files added by one of our own commits.
 */
function damageAt(disk: Disk, number: CommitNumber, data: boolean): Finding | undefined {
  const findings = inspectTail(disk, number, number).filter(({ version }) => version === number);
  const commit = findings.find(({ kind }) => kind === 'commit-empty' || kind === 'commit-unreadable');
  if (commit !== undefined || !data || readCommit(disk, number)?.commitInfo?.['pond'] === undefined) return commit;
  return findings.find(({ kind }) => kind === 'data-missing' || kind === 'data-size');
}

function hasCheckpoint(disk: Disk, version: CommitNumber): boolean {
  return disk.stat(checkpointFile(version)) !== undefined && looksLikeParquet(disk, checkpointFile(version));
}

/**
 * The journal without the changes whose commit is already in the log, since a crash came before the journal was emptied:
 * all of them, or those of a part.
 */
export async function uncommitted(opLog: OpLog, journal: JournalContents): Promise<JournalContents> {
  if (journal.header === undefined || journal.mark === undefined) return journal;
  const parts = new Set(journal.batches.flatMap(({ part }) => part ?? []));
  const committed = new Set<string>();
  for (let number = opLog.head; number > journal.mark; number--) {
    const id = (await readCommitRecord(opLog, number))?.id;
    if (id === journal.header.batch) return emptyJournal;
    if (id !== undefined && parts.has(id)) committed.add(id);
  }
  return withoutParts(journal, committed);
}

/**
 * Quarantines the bytes of the journal that are about to be cut, or a note of those that are lost. Zeros at the end are not
 * kept: they say nothing, and a crash may leave any number in no space of the disk. Returns what was done, as sentences.
 */
function quarantineEnd(disk: Disk, { goodBytes, cutBytes }: JournalContents, lost: string | undefined): string[] {
  if (cutBytes === 0 && lost === undefined) return [];
  const end = endOfData(disk, goodBytes, goodBytes + cutBytes);
  if (lost === undefined && end === goodBytes) {
    return [`the last ${cutBytes} bytes of the journal were zeros, as a crash leaves them, and were cut`];
  }
  const path = quarantineTail(disk, journalPath, goodBytes, end);
  if (lost === undefined) {
    return [`the last ${cutBytes} bytes of the journal were an unfinished change and were quarantined as ${path}`];
  }
  return [cutBytes === 0 ? `${lost} (noted in ${path})` : `${lost}; the ${cutBytes} bytes left of it are in ${path}`];
}

/**
 * Gives the journal a new file: what a previous holder of the lock still writes, because it was suspended after it looked
 * at the lock, goes to the old one. It looks again before it acknowledges.
 */
function isolateJournal(disk: Disk, { goodBytes }: JournalContents): void {
  if (disk.stat(journalPath) === undefined) return;
  replaceFile(disk, journalPath, readParts(disk, journalPath, 0, goodBytes));
}

const zeros = Buffer.alloc(partBytes);

/** Returns where the bytes of the journal between two offsets end without the zeros after them. */
function endOfData(disk: Disk, start: number, end: number): number {
  let [at, last] = [start, start];
  for (const part of readParts(disk, journalPath, start, end)) {
    // Whole parts are compared first: a loop over each byte of a hole of gigabytes takes a minute.
    if (Buffer.compare(part, zeros.subarray(0, part.length)) !== 0)
      last = at + part.findLastIndex((byte) => byte !== 0) + 1;
    at += part.length;
  }
  return last;
}
