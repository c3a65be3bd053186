/**
 * The writer lock: files `_pond/lock.<generation>`. The highest generation owns the pond. A lock is taken by creating
 * the next generation, which only one process can; it is given up by writing into one's own file that it is free. Files
 * are never removed while they are the highest, so a slow contender that judged an old generation cannot win by
 * mistake: it finds a higher one after its own attempt and retreats.
 */
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { isPondError, PondError } from '../base/error.ts';
import { type Disk } from '../storage/disk.ts';
import { putIfAbsent, removeQuietly, replaceFile } from '../storage/durable.ts';
import { processStart } from '../storage/processStart.ts';

const directory = '_pond';
const namePattern = /^lock\.(\d+)$/;

/** Who holds a lock. */
export interface LockHolder {
  /** UUID of this one lock. */
  readonly id: string;
  readonly pid: number;
  readonly host: string;
  /** When the process started, as the system tells it; tells a process from a later one with the same pid. */
  readonly started: string | undefined;
  /** Where others can attach to the holder; undefined when it serves nobody. */
  readonly socket: string | undefined;
}

type LockFile = LockHolder | { readonly free: true };

export interface Lock {
  /** Tells others where to attach. */
  publish(socket: string | undefined): void;
  /** False when another process has taken the lock over. */
  isHeld(): boolean;
  release(): void;
}

/**
 * Ids of the locks that this process holds: one that it could not give up, on a disk that failed, is known as nobody's.
 */
const held = new Set<string>();

/** Takes the lock, from a holder that died if need be. Fails `lock-held`, with `holderOf(error)` saying who it is. */
export function acquireLock(disk: Disk): Lock {
  const highest = highestGeneration(disk);
  const holder = highest === undefined ? undefined : holderAt(disk, highest);
  if (holder !== undefined) throw lockHeld(holder);
  const mine = (highest ?? 0) + 1;
  const self: LockHolder = {
    id: randomUUID(),
    pid: process.pid,
    host: hostname(),
    started: processStart(process.pid),
    socket: undefined,
  };
  try {
    if (!putIfAbsent(disk, lockPath(mine), encode(self)) || highestGeneration(disk) !== mine) {
      throw lockHeld(currentHolder(disk));
    }
  } catch (error) {
    freeAfterFailure(disk, mine, self.id);
    throw error;
  }
  held.add(self.id);
  removeBelow(disk, mine);
  return createLock(disk, mine, self);
}

/** Who holds the lock now; undefined when it is free or its holder is gone. */
function currentHolder(disk: Disk): LockHolder | undefined {
  const highest = highestGeneration(disk);
  return highest === undefined ? undefined : holderAt(disk, highest);
}

/** The error for a pond that another process writes. */
export class LockHeldError extends PondError {
  readonly holder: LockHolder | undefined;

  constructor(holder: LockHolder | undefined) {
    const who = holder === undefined ? 'another process' : `process ${holder.pid} on ${holder.host}`;
    super('lock-held', `${who} is writing this pond`, {
      path: directory,
      hint:
        holder?.host === hostname()
          ? 'wait for it to finish, or stop it'
          : `check that it still runs; if not, remove _pond/lock.*`,
    });
    this.holder = holder;
  }
}

const lockHeld = (holder: LockHolder | undefined): LockHeldError => new LockHeldError(holder);

function createLock(disk: Disk, generation: number, self: LockHolder): Lock {
  const path = lockPath(generation);
  const isHeld = (): boolean => highestGeneration(disk) === generation;
  return {
    isHeld,
    publish(socket) {
      if (isHeld()) replaceFile(disk, path, encode({ ...self, socket }));
    },
    release() {
      held.delete(self.id);
      if (isHeld()) free(disk, path);
    },
  };
}

function free(disk: Disk, path: string): void {
  try {
    replaceFile(disk, path, encode({ free: true }));
  } catch {
    // An empty lock is free too, and emptying a file takes no room on a disk that is full.
    const file = disk.openAppend(path);
    try {
      file.truncate(0);
    } finally {
      file.close();
    }
  }
}

/** The attempt failed, perhaps when the lock had its name already: it must not look like held by this process. */
function freeAfterFailure(disk: Disk, generation: number, id: string): void {
  try {
    const lock = decode(disk.readFile(lockPath(generation)) ?? new Uint8Array());
    if (lock !== undefined && 'id' in lock && lock.id === id) free(disk, lockPath(generation));
  } catch (error) {
    if (!isPondError(error)) throw error;
  }
}

function holderAt(disk: Disk, generation: number): LockHolder | undefined {
  const bytes = disk.readFile(lockPath(generation));
  if (bytes === undefined) return undefined;
  const lock = decode(bytes);
  if (lock === undefined || 'free' in lock) return undefined;
  return isAlive(lock) ? lock : undefined;
}

/** A holder on another host cannot be asked, and counts as alive. */
function isAlive(holder: LockHolder): boolean {
  if (holder.host !== hostname()) return true;
  if (holder.pid === process.pid && holder.started === processStart(process.pid)) return held.has(holder.id);
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    // EPERM: the process is there and belongs to somebody else.
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

/** Older generations say nothing any more. */
function removeBelow(disk: Disk, generation: number): void {
  for (const older of lockGenerations(disk)) {
    if (older < generation) removeQuietly(disk, lockPath(older));
  }
}

const lockPath = (generation: number): string => `${directory}/lock.${generation}`;

function encode(lock: LockFile): Uint8Array {
  return Buffer.from(`${JSON.stringify(lock)}\n`);
}

/** Undefined for text that is not a lock: it was written whole or not at all, so nobody holds it. */
function decode(bytes: Uint8Array): LockFile | undefined {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8')) as LockFile;
  } catch {
    return undefined;
  }
}
