/**
 * The writer lock: files `_pond/lock.<generation>`. The highest generation owns the pond. A process takes the lock by
 * creating the next generation, which only one process can; it releases the lock by marking its own file as free. A
 * file is never removed while it is the highest, so a slow contender that judged an old generation cannot win by
 * mistake: it finds a higher one after its own attempt and retreats.
 */
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { isPondError, PondError } from '../base/error.ts';
import { type Disk } from '../storage/disk.ts';
import { putIfAbsent, removeQuietly, replaceFile } from '../storage/durable.ts';
import { processStart } from '../storage/processStart.ts';

const directory = '_pond';
/** Generations of up to 15 digits, which can be incremented exactly. */
const namePattern = /^lock\.(\d{1,15})$/;

/** Holder of a lock. */
export interface LockHolder {
  /** UUID of this one lock. */
  readonly id: string;
  readonly pid: number;
  readonly host: string;
  /** Start time of the process as reported by the system; distinguishes it from a later process with the same pid. */
  readonly started: string | undefined;
}

/**
 * Content of a lock file. `unknown` is text that cannot be parsed: a process may hold the lock, so it is not taken
 * over.
 */
type LockFile =
  | { readonly kind: 'held'; readonly holder: LockHolder }
  | { readonly kind: 'free' }
  | { readonly kind: 'unknown'; readonly path: string };

/** Claim that keeps others from the lock: a process, or the unknown writer of an unreadable file. */
type Claim = Exclude<LockFile, { readonly kind: 'free' }>;

export interface Lock {
  /** False when another process took the lock over, or when its file was removed or altered. */
  isHeld(): boolean;
  release(): void;
}

/** Ids of the locks that this process holds; a lock whose release failed (disk error) counts as free. */
const held = new Set<string>();

/** Takes the lock, from a dead holder if need be. Fails `lock-held`; `holderOf(error)` is the holder. */
export function acquireLock(disk: Disk): Lock {
  const highest = highestGeneration(disk);
  const claim = highest === undefined ? undefined : claimAt(disk, highest);
  if (claim !== undefined) throw new LockHeldError(claim);
  const mine = (highest ?? 0) + 1;
  const self: LockHolder = {
    id: randomUUID(),
    pid: process.pid,
    host: hostname(),
    started: processStart(process.pid),
  };
  try {
    if (!putIfAbsent(disk, lockPath(mine), encode(self)) || highestGeneration(disk) !== mine) {
      throw new LockHeldError(currentClaim(disk));
    }
  } catch (error) {
    freeAfterFailure(disk, mine, self.id);
    throw error;
  }
  held.add(self.id);
  removeBelow(disk, mine);
  return createLock(disk, mine, self);
}

/** True while a process, known or unknown, holds the lock; it may be this process. */
export function isLocked(disk: Disk): boolean {
  return currentClaim(disk) !== undefined;
}

/** Current claim on the lock; undefined when it is free or its holder is gone. */
function currentClaim(disk: Disk): Claim | undefined {
  const highest = highestGeneration(disk);
  return highest === undefined ? undefined : claimAt(disk, highest);
}

/** The error for a pond that another process holds for writing. */
export class LockHeldError extends PondError {
  /** Undefined when the holder is unknown. */
  readonly holder: LockHolder | undefined;

  constructor(claim: Claim | undefined) {
    super('lock-held', heldText(claim), {
      path: claim?.kind === 'unknown' ? claim.path : directory,
      hint:
        claim?.kind === 'held' && claim.holder.host === hostname()
          ? 'wait for it to finish, or stop it'
          : 'check that no process writes the pond; if none does, remove _pond/lock.*',
    });
    this.holder = claim?.kind === 'held' ? claim.holder : undefined;
  }
}

function heldText(claim: Claim | undefined): string {
  if (claim?.kind === 'held') return `process ${claim.holder.pid} on ${claim.holder.host} is writing this pond`;
  if (claim === undefined) return 'another process is writing this pond';
  return `an unknown process may be writing this pond: ${claim.path} is not empty and cannot be understood`;
}

function createLock(disk: Disk, generation: number, self: LockHolder): Lock {
  const path = lockPath(generation);
  const written = disk.stat(path);
  /** Checked for each acknowledged change, so the file is read only when its stat does not decide. */
  const isUnaltered = (): boolean => {
    const found = disk.stat(path);
    return found?.sizeBytes === written?.sizeBytes && found?.modifiedMs === written?.modifiedMs;
  };
  const isHeld = (): boolean =>
    disk.stat(lockPath(generation + 1)) === undefined && (isUnaltered() || isOwn(disk, generation, self.id));
  return {
    isHeld,
    release() {
      held.delete(self.id);
      if (isHeld()) free(disk, path);
    },
  };
}

function isOwn(disk: Disk, generation: number, id: string): boolean {
  const lock = lockAt(disk, generation);
  return lock.kind === 'held' && lock.holder.id === id;
}

function free(disk: Disk, path: string): void {
  try {
    replaceFile(disk, path, encode({ free: true }));
  } catch {
    // An empty lock is free too, and truncating a file needs no space on a full disk.
    const file = disk.openAppend(path);
    try {
      file.truncate(0);
    } finally {
      file.close();
    }
  }
}

/**
 * Frees a lock after a failed attempt, which may already have created the file: it must not appear to be held by this
 * process.
 */
function freeAfterFailure(disk: Disk, generation: number, id: string): void {
  try {
    if (isOwn(disk, generation, id)) free(disk, lockPath(generation));
  } catch (error) {
    if (!isPondError(error)) throw error;
  }
}

/** Undefined when the lock is free or its holder is gone. */
function claimAt(disk: Disk, generation: number): Claim | undefined {
  const lock = lockAt(disk, generation);
  if (lock.kind === 'free') return undefined;
  return lock.kind === 'unknown' || isAlive(lock.holder) ? lock : undefined;
}

/** A holder on another host cannot be checked, and counts as alive. */
function isAlive(holder: LockHolder): boolean {
  if (holder.host !== hostname()) return true;
  if (holder.pid === process.pid && holder.started === processStart(process.pid)) return held.has(holder.id);
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    // EPERM: the process exists and belongs to another user.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  return holder.started === undefined || processStart(holder.pid) === holder.started;
}

function highestGeneration(disk: Disk): number | undefined {
  const generations = lockGenerations(disk);
  return generations.length === 0 ? undefined : Math.max(...generations);
}

function lockGenerations(disk: Disk): number[] {
  return disk.list(directory).flatMap((name) => {
    const match = namePattern.exec(name);
    return match === null ? [] : [Number(match[1])];
  });
}

/** Removes older generations, which have no effect any more. */
function removeBelow(disk: Disk, generation: number): void {
  for (const older of lockGenerations(disk)) {
    if (older < generation) removeQuietly(disk, lockPath(older));
  }
}

const lockPath = (generation: number): string => `${directory}/lock.${generation}`;

function encode(lock: LockHolder | { readonly free: true }): Uint8Array {
  return Buffer.from(`${JSON.stringify(lock)}\n`);
}

/** A missing or empty file is free: truncating it releases the lock on a full disk. */
function lockAt(disk: Disk, generation: number): LockFile {
  const path = lockPath(generation);
  const bytes = disk.readFile(path);
  if (bytes === undefined || bytes.length === 0) return { kind: 'free' };
  return parseLock(Buffer.from(bytes).toString('utf8')) ?? { kind: 'unknown', path };
}

/** Undefined for text that is not a lock's. An address in it, as older versions wrote, is ignored. */
function parseLock(text: string): LockFile | undefined {
  const lock = objectOf(text);
  if (lock?.['free'] === true) return { kind: 'free' };
  const { id, pid, host, started } = lock ?? {};
  if (typeof id !== 'string' || typeof pid !== 'number' || typeof host !== 'string') return undefined;
  if (!Number.isSafeInteger(pid) || pid <= 0 || id === '' || host === '') return undefined;
  if (started !== undefined && typeof started !== 'string') return undefined;
  return { kind: 'held', holder: { id, pid, host, started } };
}

function objectOf(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}
