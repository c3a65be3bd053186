/**
 * The writer lock: files `_pond/lock.<generation>`. The highest generation owns the pond. A process takes the lock by
 * creating the next generation, which only one process can; it releases the lock by marking its own file as free. A
 * file is never removed while it is the highest, so a slow contender that judged an old generation cannot win by
 * mistake: it finds a higher one after its own attempt and retreats.
 */
import { isPondError, PondError } from '../base/error.ts';
import { type Disk } from '../storage/disk.ts';
import { putIfAbsent } from '../storage/durable.ts';
import { heldText, type JournalEnd, type LockHolder } from './lockFile.ts';
import { free, highestGeneration, isOwn, lockAt, lockDirectory, lockPath, removeBelow, touch } from './lockFiles.ts';
import { JournalEndRecords, recordedJournalEnd } from './journalEnd.ts';
import {
  beatMs,
  HeartbeatWatch,
  isLocal,
  isOfThisStart,
  type LockClock,
  newHolder,
  stateOf,
  systemClock,
} from './lockHolder.ts';
import { journalPath } from './workPaths.ts';
import { withReserve } from './reserve.ts';

/** Claim that keeps others from the lock: a process, or the unknown writer of an unreadable file. */
type Claim =
  | {
      readonly kind: 'held';
      readonly holder: LockHolder;
      readonly path: string;
      /** Set for a holder elsewhere that seems to have ended: watching it longer decides. */
      readonly isSilent: boolean;
    }
  | { readonly kind: 'unknown'; readonly path: string };

/** Facts about the previous holder, as known when a lock was taken. */
interface PreviousHolder {
  /** True when it released the lock, so that it left no files of work in progress. */
  readonly isClean: boolean;
  /** True when it ended without releasing the lock. */
  readonly hasEnded: boolean;
  /** True when it may still be running: unknown, or only its heartbeat is missing. */
  readonly mayRun: boolean;
  /** End of the journal when it released the lock, or ended without releasing it, where that is known. */
  readonly journal: JournalEnd | undefined;
}

export interface Lock {
  readonly previous: PreviousHolder;
  /** False when another process took the lock over, or when its file was removed or altered. */
  isHeld(): boolean;
  /** Changes the time of the file, for holders elsewhere. A timer calls it. */
  beat(): void;
  /** Records where the journal ends; before it gets shorter, undefined, which fails with the storage codes. */
  recordEnd(journal: JournalEnd | undefined): void;
  /** Frees the lock, and leaves word of where the journal ends. */
  release(journal?: JournalEnd): void;
}

/** Ids of the locks that this process holds; a lock whose release failed (disk error) counts as free. */
const held = new Set<string>();

const watch = new HeartbeatWatch();

/** Takes the lock, from a holder that ended if need be. Fails LockHeldError, `lock-held`. */
export function acquireLock(disk: Disk, clock: LockClock = systemClock): Lock {
  for (let attempts = 0; attempts < attemptsMax; attempts++) {
    const lock = takeNext(disk, clock);
    if (lock !== undefined) return lock;
  }
  throw new LockHeldError(undefined);
}

/** More than processes that open a pond at the same moment; a listing that is late, as on a network disk, ends it. */
const attemptsMax = 32;

/** Takes the next generation of the lock; undefined when a faster process took it, which holds it or has released it. */
function takeNext(disk: Disk, clock: LockClock): Lock | undefined {
  const highest = highestGeneration(disk);
  const claim = highest === undefined ? undefined : claimAt(disk, highest, clock);
  if (claim !== undefined) throw new LockHeldError(claim);
  const previous = previousAt(disk, highest);
  const mine = (highest ?? 0) + 1;
  const self = newHolder();
  if (!tryTake(disk, mine, self)) return undefined;
  held.add(self.id);
  removeBelow(disk, mine);
  return new HeldLock(disk, { generation: mine, id: self.id, previous });
}

/** Creates the lock file of a generation; false when another process has that generation or a later one. */
function tryTake(disk: Disk, generation: number, self: LockHolder): boolean {
  const path = lockPath(generation);
  let isHighest = false;
  try {
    isHighest = withReserve(disk, () => put(disk, path, self)) && highestGeneration(disk) === generation;
  } catch (error) {
    // A process that takes the lock removes what others were writing: the file of this attempt is gone then.
    const wasFaster = !freeAfterFailure(disk, path, self.id) && (highestGeneration(disk) ?? 0) >= generation;
    if (!wasFaster || !isPondError(error, 'storage-failed')) throw error;
  }
  if (!isHighest) freeAfterFailure(disk, path, self.id);
  return isHighest;
}

/** Creates the lock file; false when another process was faster. It may be there from an attempt that failed late. */
function put(disk: Disk, path: string, self: LockHolder): boolean {
  if (!isOwn(disk, path, self.id)) return putIfAbsent(disk, path, Buffer.from(heldText(self)));
  disk.syncDirectory(lockDirectory);
  return true;
}

/** True while a process, known or unknown, holds the lock; it may be this process. */
export function isLocked(disk: Disk): boolean {
  const highest = highestGeneration(disk);
  return highest !== undefined && claimAt(disk, highest, systemClock) !== undefined;
}

/** Returns where the journal ended when the last holder of the lock ended; undefined when it runs, or that is not known. */
export function journalEndAtClose(disk: Disk): JournalEnd | undefined {
  return previousAt(disk, highestGeneration(disk)).journal;
}

/** The error for a pond that another process holds for writing. */
export class LockHeldError extends PondError {
  /** Undefined when the holder is unknown. */
  readonly holder: LockHolder | undefined;
  /** True when the holder seems to have ended, which a few more seconds decide. */
  readonly isSilent: boolean;

  constructor(claim: Claim | undefined) {
    super('lock-held', textOf(claim), {
      path: claim?.kind === 'unknown' ? claim.path : lockDirectory,
      hint: hintOf(claim),
    });
    this.holder = claim?.kind === 'held' ? claim.holder : undefined;
    this.isSilent = claim?.kind === 'held' && claim.isSilent;
  }
}

function textOf(claim: Claim | undefined): string {
  if (claim?.kind === 'held') return `process ${claim.holder.pid} on ${claim.holder.host} is writing this pond`;
  if (claim === undefined) return 'another process is writing this pond';
  return `an unknown process may be writing this pond: ${claim.path} is not empty and cannot be understood`;
}

function hintOf(claim: Claim | undefined): string {
  if (claim === undefined) return 'Wait for it to finish.';
  if (claim.kind === 'unknown') return `Check that no process writes the pond; if none does, remove ${claim.path}.`;
  if (isLocal(claim.holder)) return 'Wait for it to finish, or stop it.';
  if (claim.holder.beats)
    return 'Stop it there; a minute after it stopped or was killed, the pond can be written here.';
  return `Check on ${claim.holder.host} that the process does not run any more; if so, remove ${claim.path}.`;
}

/** The lock that this process holds. */
class HeldLock implements Lock {
  readonly previous: PreviousHolder;
  readonly #disk: Disk;
  readonly #path: string;
  readonly #nextPath: string;
  readonly #id: string;
  readonly #timer: NodeJS.Timeout;
  readonly #ends: JournalEndRecords;
  #written;

  constructor(
    disk: Disk,
    {
      generation,
      id,
      previous,
    }: { readonly generation: number; readonly id: string; readonly previous: PreviousHolder },
  ) {
    this.#disk = disk;
    this.#path = lockPath(generation);
    this.#nextPath = lockPath(generation + 1);
    this.#id = id;
    this.previous = previous;
    this.#ends = new JournalEndRecords(disk, id);
    this.#written = disk.stat(this.#path);
    this.#timer = setInterval(() => this.beat(), beatMs).unref();
  }

  isHeld(): boolean {
    if (this.#disk.stat(this.#nextPath) !== undefined) return false;
    // Called twice for each acknowledged change, so the file is read only when its stat does not decide.
    const found = this.#disk.stat(this.#path);
    const isUnaltered =
      found?.sizeBytes === this.#written?.sizeBytes && found?.modifiedMs === this.#written?.modifiedMs;
    return isUnaltered || isOwn(this.#disk, this.#path, this.#id);
  }

  beat(): void {
    try {
      if (!this.isHeld()) return;
      touch(this.#disk, this.#path);
      if (isOwn(this.#disk, this.#path, this.#id)) this.#written = this.#disk.stat(this.#path);
    } catch (error) {
      // The next change finds out whether the lock is held.
      if (!isPondError(error)) throw error;
    }
  }

  recordEnd(journal: JournalEnd | undefined): void {
    if (journal === undefined) this.#ends.clear();
    else this.#ends.write(journal);
  }

  release(journal?: JournalEnd): void {
    clearInterval(this.#timer);
    this.#ends.close();
    held.delete(this.#id);
    if (this.isHeld()) free(this.#disk, this.#path, journal);
  }
}

/**
 * Frees a lock after a failed attempt, which may already have created the file: it must not appear to be held by this
 * process. False when the attempt created none.
 */
function freeAfterFailure(disk: Disk, path: string, id: string): boolean {
  let isCreated = false;
  try {
    isCreated = isOwn(disk, path, id);
    if (isCreated) free(disk, path, undefined);
  } catch (error) {
    if (!isPondError(error)) throw error;
  }
  return isCreated;
}

/** Returns the claim on a generation of the lock; undefined when it is free or its holder ended. */
function claimAt(disk: Disk, generation: number, clock: LockClock): Claim | undefined {
  const path = lockPath(generation);
  const lock = lockAt(disk, path);
  if (lock.kind === 'free') return undefined;
  if (lock.kind === 'unknown') return { kind: 'unknown', path };
  const { holder } = lock;
  const state = isMine(holder) ? (held.has(holder.id) ? 'running' : 'ended') : stateOf(holder);
  if (state === 'ended') return undefined;
  // Read first: a network file system then has the time that the file has now.
  const seen = state === 'running' ? 'alive' : watch.look(holder, disk.stat(path)?.modifiedMs ?? clock.now(), clock);
  return seen === 'ended' ? undefined : { kind: 'held', holder, path, isSilent: seen === 'silent' };
}

/** True for a lock that this process took. */
function isMine(holder: LockHolder): boolean {
  return holder.pid === process.pid && isLocal(holder) && stateOf(holder) === 'running';
}

/** Returns what is known of the holder of a lock that can be taken. */
function previousAt(disk: Disk, generation: number | undefined): PreviousHolder {
  // Somebody removed the lock of a pond that was written before.
  const wasWritten = disk.stat(journalPath) !== undefined;
  const unclean = { isClean: false, hasEnded: false, mayRun: wasWritten, journal: undefined };
  if (generation === undefined) return unclean;
  const lock = lockAt(disk, lockPath(generation));
  if (lock.kind === 'free') return { isClean: true, hasEnded: false, mayRun: false, journal: lock.journal };
  if (lock.kind === 'unknown') return { ...unclean, mayRun: true };
  const { holder } = lock;
  const hasEnded = isMine(holder) ? !held.has(holder.id) : stateOf(holder) === 'ended';
  const isRecorded = hasEnded && isOfThisStart(holder);
  return {
    ...unclean,
    hasEnded,
    mayRun: !hasEnded,
    journal: isRecorded ? recordedJournalEnd(disk, holder.id) : undefined,
  };
}
