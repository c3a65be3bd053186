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

/** Number of attempts to read a journal while another process changes it. */
const readsMax = 5;

const quarantineDirectory = '_pond/quarantine';

interface Recovered {
  readonly opLog: OpLog;
  /** The journal; empty when a commit has taken its changes. */
  readonly journal: JournalContents;
  /** Findings and quarantined files, as sentences. */
  readonly notices: readonly string[];
}

/**
 * Opens the log and the journal of a pond. With `repair` the caller holds the lock, and damage above the mark is
 * quarantined.
 */
export async function recover(disk: Disk, options: { readonly repair: boolean }): Promise<Recovered> {
  const notices: string[] = [];
  if (isJournalMissing(disk)) notices.push(`${journalPath} is missing: what was staged, if anything was, is gone`);
  const journal = options.repair ? readJournal(disk) : await readAlongsideWriter(disk);
  const latest = usableVersion(disk, journal.mark, options.repair, notices);
  const opLog = await OpLog.open(disk, latest);
  if (opLog === undefined) throw new PondError('pond-not-found', 'no Delta table is there');
  if (journal.mark !== undefined && opLog.head < journal.mark) {
    throw new PondError('pond-damaged', `commit ${journal.mark} was acknowledged; its file says nothing of the pond`, {
      path: commitFile(journal.mark),
      hint: 'restore the file from a copy; nothing was changed',
    });
  }
  if (journal.cutBytes > 0 && options.repair) setAsideTail(disk, journal, notices);
  // The lock's holder has not finished its write.
  if (journal.cutBytes > 0 && !options.repair && !isLocked(disk)) {
    notices.push(`the last ${journal.cutBytes} bytes of the journal are an unfinished change and are left out`);
  }
  if (options.repair) removeLeftovers(disk);
  return { opLog, journal: await uncommitted(opLog, journal), notices };
}

/** False when no process worked on the pond before: a pond may be copied without its working files. */
function isJournalMissing(disk: Disk): boolean {
  return disk.stat(journalPath) === undefined && disk.list('_pond').some((name) => name !== 'lock.1');
}

/** Reads the journal while another process may truncate or replace it; reading again yields a whole one. */
function readAlongsideWriter(disk: Disk): Promise<JournalContents> {
  return retry(() => readJournal(disk), {
    attempts: readsMax,
    isTransient: (error) => isPondError(error, 'journal-damaged') && isLocked(disk),
  });
}

/** Latest version whose commit is readable; undefined when there is no table. */
function usableVersion(
  disk: Disk,
  mark: CommitNumber | undefined,
  repair: boolean,
  notices: string[],
): CommitNumber | undefined {
  const latest = latestVersion(disk);
  if (latest === undefined) return undefined;
  if (mark !== undefined && latest < mark) {
    throw new PondError('pond-damaged', `commit ${mark} was acknowledged, but the log ends with ${latest}`, {
      path: commitFile(mark),
      hint: `restore ${commitFile(nextCommit(latest))} and those after it from a copy; or move ${journalPath} away to accept the loss`,
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
        hint: 'restore the file from a copy; nothing was changed',
      });
    }
    if (mark === undefined) {
      throw new PondError('pond-damaged', `commit ${number} is damaged: ${finding.text}`, {
        path: finding.file,
        hint: `restore the file from a copy; or move ${commitFile(number)} away to go on without that commit`,
      });
    }
    if (repair) quarantine(disk, commitFile(number), quarantineDirectory);
    notices.push(`commit ${number} is damaged and ${repair ? 'was set aside' : 'left out'}: ${finding.text}`);
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
 * The journal, or an empty one when its commit is already in the log: the crash came before the journal was emptied.
 */
export async function uncommitted(opLog: OpLog, journal: JournalContents): Promise<JournalContents> {
  if (journal.header === undefined || journal.mark === undefined) return journal;
  for (let number = opLog.head; number > journal.mark; number--) {
    if ((await readCommitRecord(opLog, number))?.id === journal.header.batch) return emptyJournal;
  }
  return journal;
}

/** Paths of the quarantined files that still exist, in order; [] when there are none. */
export function setAside(disk: Disk): readonly string[] {
  return disk
    .list(quarantineDirectory)
    .sort()
    .map((name) => `${quarantineDirectory}/${name}`);
}

/** Quarantines the bytes that are about to be cut: if they were acknowledged after all, they can be examined. */
function setAsideTail(disk: Disk, { goodBytes, cutBytes }: JournalContents, notices: string[]): void {
  const tail = disk.readRange(journalPath, goodBytes, goodBytes + cutBytes) ?? new Uint8Array();
  makeDirectoryDurable(disk, quarantineDirectory);
  const path = `${quarantineDirectory}/journal-${Date.now()}-${goodBytes}`;
  writeNew(disk, path, tail);
  disk.syncDirectory(quarantineDirectory);
  notices.push(`the last ${cutBytes} bytes of the journal were an unfinished change and were set aside in ${path}`);
}

/**
 * Removes a dead writer's leftovers: the spools of its transactions, and blobs without a name yet. Under the lock no
 * other process is creating any. Both folders are short to list; strays elsewhere are small and harmless.
 */
function removeLeftovers(disk: Disk): void {
  for (const name of disk.list('_pond')) {
    if (name.startsWith(spoolPrefix)) disk.remove(`_pond/${name}`);
  }
  for (const name of disk.list(blobDirectory)) {
    if (isTemporaryName(name)) disk.remove(`${blobDirectory}/${name}`);
  }
}
