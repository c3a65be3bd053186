/**
 * What happens before a pond is opened: the tip of the log and the journal are looked at, and what a crash or damage left
 * is set aside, under the writer lock only and never deleted.
 *
 * The journal's header names a commit that was acknowledged (the durable mark). A damaged tip above the mark was never
 * acknowledged, or its changes are still in the journal; at or below the mark it is a loss, and the pond says so.
 */
import { PondError } from '../base/error.ts';
import { inspectTail, quarantine } from '../delta/verify.ts';
import { commitFile, latestVersion } from '../delta/log.ts';
import { OpLog } from '../oplog/opLog.ts';
import { type Disk } from '../storage/disk.ts';
import { makeDirectoryDurable, writeNew } from '../storage/durable.ts';
import { readCommitRecord } from './history.ts';
import { journalPath, type JournalContents, readJournal } from './journal.ts';
import { spoolPrefix } from './sink.ts';

export const quarantineDirectory = '_pond/quarantine';

export interface Recovered {
  readonly opLog: OpLog;
  /** The journal, empty when a commit has taken what is in it. */
  readonly journal: JournalContents;
  /** What was found and set aside, as sentences. */
  readonly notices: readonly string[];
}

/** Opens the log and the journal of a pond. With `repair` the caller holds the lock, and damage above the mark is set aside. */
export async function recover(disk: Disk, options: { readonly repair: boolean }): Promise<Recovered> {
  const notices: string[] = [];
  const journal = readJournal(disk);
  const newest = usableVersion(disk, journal.header?.base ?? 0, options.repair, notices);
  const opLog = await OpLog.open(disk, newest);
  if (opLog === undefined) throw new PondError('pond-not-found', 'no Delta table is there');
  if (journal.cutBytes > 0 && options.repair) setAsideTail(disk, journal, notices);
  if (options.repair) removeSpools(disk);
  return { opLog, journal: (await isCommitted(opLog, journal)) ? emptyJournal : journal, notices };
}

const emptyJournal: JournalContents = { header: undefined, frames: [], goodBytes: 0, cutBytes: 0 };

/** Newest version whose commit can be read; undefined means the newest of all. */
function usableVersion(disk: Disk, mark: number, repair: boolean, notices: string[]): number | undefined {
  let newest = latestVersion(disk);
  if (newest === undefined) return undefined;
  if (newest < mark) {
    throw new PondError('pond-damaged', `commit ${mark} was acknowledged, but the log ends with ${newest}`, {
      path: commitFile(mark),
      hint: `restore ${commitFile(newest + 1)} and those after it from a copy; or move ${journalPath} away to accept the loss`,
    });
  }
  let damaged = false;
  for (; ; newest--) {
    const finding = inspectTail(disk, newest, newest).find(
      ({ kind, version }) => version === newest && (kind === 'commit-empty' || kind === 'commit-unreadable'),
    );
    if (finding === undefined) return damaged ? newest : undefined;
    damaged = true;
    if (newest <= mark) {
      throw new PondError('pond-damaged', `commit ${newest} was acknowledged and is damaged: ${finding.text}`, {
        path: finding.file,
        hint: 'restore the file from a copy; nothing was changed',
      });
    }
    if (repair) quarantine(disk, finding.file, quarantineDirectory);
    notices.push(`commit ${newest} is damaged and ${repair ? 'was set aside' : 'left out'}: ${finding.text}`);
  }
}

/** True when the commit that the journal was to become is in the log: the crash came before the journal was emptied. */
async function isCommitted(opLog: OpLog, { header }: JournalContents): Promise<boolean> {
  if (header === undefined) return false;
  for (let number = opLog.head; number > header.base; number--) {
    if ((await readCommitRecord(opLog, number))?.id === header.batch) return true;
  }
  return false;
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

/** Spools belong to transactions; with the lock in hand there are none. */
function removeSpools(disk: Disk): void {
  for (const name of disk.list('_pond')) {
    if (name.startsWith(spoolPrefix)) disk.remove(`_pond/${name}`);
  }
}
