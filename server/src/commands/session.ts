/** Sessions: the ways in which this process takes part in a pond. */
import { hostname } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { throwIfCancelled } from '../base/cancelled.ts';
import { isPondError } from '../base/error.ts';
import { LockHeldError } from '../pond/lock.ts';
import { type LockHolder } from '../pond/lockFile.ts';
import { type ResourcePond } from '../resources/tree/resourcePond.ts';
import { type Remote } from './calls.ts';

/**
 * This process's session of a pond: it holds the lock ('owner'), only reads, or is attached to the holder of the lock.
 */
export type PondSession =
  | { readonly kind: 'owner' | 'read'; readonly directory: string; readonly pond: ResourcePond }
  | { readonly kind: 'attached'; readonly directory: string; readonly id: string; readonly remote: Remote };

/** Ways to open or join a pond. */
export interface SessionParts {
  /** Opens a pond. Fails as openPond. */
  readonly open: (directory: string, mode: 'read' | 'write') => Promise<ResourcePond>;
  /** Connects to a process of this user, by its process id. Undefined when it does not listen or answer. */
  readonly attach: (pid: number) => Promise<Remote | undefined>;
}

/** Wait before a lock that is held is tried again, milliseconds. */
export const retryMs = 20;

/** Opens a pond for reading only. */
export async function openReaderSession(parts: SessionParts, directory: string): Promise<PondSession> {
  return { kind: 'read', directory, pond: await parts.open(directory, 'read') };
}

/**
 * Takes the lock, or joins the process that holds it. Waits up to `waitMs` for a holder that cannot be joined (a short
 * command, or one that is just starting or dying), and on while a holder elsewhere seems to have ended; then fails
 * `lock-held`, naming it.
 */
export async function openWriterSession(
  parts: SessionParts,
  directory: string,
  { waitMs, signal }: { readonly waitMs: number; readonly signal: AbortSignal | undefined },
): Promise<PondSession> {
  const deadline = performance.now() + waitMs;
  for (;;) {
    const held = await takeOrHolder(parts, directory);
    if (!(held instanceof LockHeldError)) return held;
    const joined = await join(parts, directory, held.holder);
    if (joined !== undefined) return joined;
    throwIfCancelled(signal);
    if (performance.now() > deadline && !(held.isSilent && waitMs > 0)) throw held;
    await delay(retryMs);
  }
}

async function takeOrHolder(parts: SessionParts, directory: string): Promise<PondSession | LockHeldError> {
  try {
    return { kind: 'owner', directory, pond: await parts.open(directory, 'write') };
  } catch (error) {
    if (error instanceof LockHeldError) return error;
    throw error;
  }
}

/** Undefined when the holder cannot be joined now. */
async function join(
  parts: SessionParts,
  directory: string,
  holder: LockHolder | undefined,
): Promise<PondSession | undefined> {
  if (holder?.host !== hostname()) return undefined;
  const remote = await parts.attach(holder.pid);
  if (remote === undefined) return undefined;
  try {
    const { id } = await remote.call('open', { pond: directory });
    return { kind: 'attached', directory, id, remote };
  } catch (error) {
    remote.close();
    // It released the pond or died since it was named as the holder.
    if (isPondError(error, 'lock-held')) return undefined;
    throw error;
  }
}
