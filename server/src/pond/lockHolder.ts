/**
 * Whether the holder of a lock still runs.
 *
 * A process id has its meaning in one table: that of one start of one machine, or of one container. A holder in the
 * table of this process is looked up; where the system does not say when a process started, another one may have its id
 * by now. A machine of the same name that was started again since has no process of before.
 * Of any other holder only the heartbeat is seen: the time of its lock file, which it changes every 10 seconds. It
 * counts as ended when that time is 60 seconds away, in the past or the future, and does not change while this process
 * watches it for 15 seconds. The age alone would not do, since clocks differ and jump; the watch alone would not, since a
 * holder may be busy.
 *
 * A holder that was suspended for longer is mistaken for one that ended. That loses nothing: before and after each
 * write a holder looks whether the lock is still its own, and acknowledges nothing once it is not.
 */
import { randomUUID } from 'node:crypto';
import { isRecent } from '../base/age.ts';
import { isRunning, processStart } from '../storage/processStart.ts';
import { ownProcessTable, type ProcessTable } from '../storage/processTable.ts';
import { type LockHolder } from './lockFile.ts';

/** Time between two changes of the time of a lock file, milliseconds. */
export const beatMs = 10_000;

/** Age of a heartbeat from which the holder may have ended, milliseconds. */
const silentMs = 60_000;

/** Time for which a heartbeat must be seen not to change, milliseconds. */
const watchMs = 15_000;

/** Longest time between two looks that counts as watched, milliseconds: this process may have been suspended. */
const lookMs = 5_000;

/** The clocks of a process. */
export interface LockClock {
  /** Milliseconds since 1970 UTC. */
  readonly now: () => number;
  /** Milliseconds since any time; never jumps. */
  readonly elapsed: () => number;
}

export const systemClock: LockClock = { now: () => Date.now(), elapsed: () => performance.now() };

/** Returns this process as the holder of a new lock. */
export function newHolder(): LockHolder {
  const { pid } = process;
  return { id: randomUUID(), pid, ...ownProcessTable(), started: processStart(pid), beats: true };
}

/** True for a holder whose process id can be looked up here. */
export function isLocal(holder: LockHolder): boolean {
  return isSameTable(holder, ownProcessTable());
}

/** True for a holder that ran since this machine was started last: what it wrote is there, flushed or not. */
export function isOfThisStart({ boot }: LockHolder): boolean {
  return boot !== undefined && boot === ownProcessTable().boot;
}

/** 'running' or 'ended' where the process can be looked up; 'elsewhere' where only its heartbeat is seen. */
export function stateOf(holder: LockHolder): 'running' | 'ended' | 'elsewhere' {
  const here = ownProcessTable();
  if (isSameTable(holder, here)) {
    if (!isRunning(holder.pid, holder.started)) return 'ended';
    return holder.started !== undefined || holder.pid === process.pid ? 'running' : 'elsewhere';
  }
  const wasRestarted = holder.host === here.host && holder.boot !== undefined && holder.boot !== here.boot;
  return wasRestarted ? 'ended' : 'elsewhere';
}

function isSameTable(holder: ProcessTable, here: ProcessTable): boolean {
  if (holder.boot === undefined || here.boot === undefined) return holder.host === here.host;
  return holder.boot === here.boot && holder.namespace === here.namespace;
}

/** State of a holder elsewhere: whether it is taken to have ended, or may be found so by watching on. */
type Heartbeat = 'alive' | 'silent' | 'ended';

/** Watches the heartbeats of holders elsewhere. */
export class HeartbeatWatch {
  /** By the id of the lock. */
  readonly #seen = new Map<string, { modifiedMs: number; watchedMs: number; lookedMs: number }>();

  /** Looks at a lock file, changed last at `modifiedMs` (since 1970 UTC). */
  look({ id, beats }: LockHolder, modifiedMs: number, clock: LockClock): Heartbeat {
    if (!beats || isRecent(modifiedMs, clock.now(), silentMs)) return 'alive';
    const lookedMs = clock.elapsed();
    const before = this.#seen.get(id);
    const isSame = before?.modifiedMs === modifiedMs;
    const watchedMs = isSame ? before.watchedMs + Math.min(lookedMs - before.lookedMs, lookMs) : 0;
    this.#seen.set(id, { modifiedMs, watchedMs, lookedMs });
    // A heartbeat was seen, whatever its clock says.
    if (before !== undefined && !isSame) return 'alive';
    return watchedMs >= watchMs ? 'ended' : 'silent';
  }
}
