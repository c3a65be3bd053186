/**
 * The ponds in which this process takes part.
 *
 * Invariants:
 * - At most one session per directory, whatever its names; sessions are opened one after the other.
 * - A resident process (a server) takes the lock or joins its holder, and only reads when neither is possible. A
 * short-lived one (a terminal command) opens for reading unless it changes something, so that it blocks no other
 * process. In an untrusted workspace a server only reads, as every verb that writes needs trust.
 * - A session whose remote process exited is opened again, as owner unless another process was faster. Staged changes
 * are in the pond.
 */
import { assert } from '../base/assert.ts';
import { isPondError, PondError } from '../base/error.ts';
import { type Job } from '../base/job.ts';
import { retry } from '../base/retry.ts';
import { LockHeldError } from '../pond/lock.ts';
import { OwnershipLostError } from '../pond/ownership.ts';
import { type RepairReport } from '../pond/findings.ts';
import { type PondNotification } from '../protocol/events.ts';
import { type ResourcePond } from '../resources/tree/resourcePond.ts';
import { type OpenDisk } from '../storage/disk.ts';
import { requirePondDirectory } from './hostPaths.ts';
import { newSlot, type PondSlot } from './pondSlot.ts';
import { type PondAccess, type SessionKind } from './verb.ts';
import { notificationOf, renamedNotification } from './notification.ts';
import { openReaderSession, type PondSession, retryMs, type SessionParts, openWriterSession } from './session.ts';

/** Dependencies with which the ponds of a process are opened. */
interface PondsParts extends SessionParts, Pick<PondAccess, 'env' | 'grants' | 'author' | 'builder'> {
  readonly init: (directory: string) => Promise<ResourcePond>;
  /** Repairs a pond that no process has open. */
  readonly repair: PondAccess['repair'];
  readonly openDisk: OpenDisk;
  /** Canonical path of a host directory that may have several. */
  readonly realPath: (directory: string) => string;
  /** True for a long-lived process, such as a server. */
  readonly resident: boolean;
  /** False for a server in an untrusted workspace. */
  readonly isTrusted: () => boolean;
  /** Longest wait for a holder that cannot be joined, milliseconds. */
  readonly lockWaitMs: number;
}

type NotificationListener = (notification: PondNotification) => void;
type WarningListener = (text: string, directory: string) => void;

/** Errors after which a pond that cannot be written can still be read. */
const readableCodes: ReadonlySet<string> = new Set(['lock-held', 'read-only', 'storage-denied']);

/** The ponds of this process, and their notifications. Each is opened on first use. */
export class Ponds implements PondAccess {
  readonly #parts: PondsParts;
  readonly #slots = new Map<string, PondSlot>();
  readonly #listeners = new Set<NotificationListener>();
  readonly #warningListeners = new Set<WarningListener>();
  #isClosed = false;

  constructor(parts: PondsParts) {
    this.#parts = parts;
  }

  get env(): PondAccess['env'] {
    return this.#parts.env;
  }

  get grants(): PondAccess['grants'] {
    return this.#parts.grants;
  }

  get author(): string {
    return this.#parts.author;
  }

  get builder(): PondAccess['builder'] {
    return this.#parts.builder;
  }

  async reading<T>(directory: string, work: (pond: ResourcePond) => Promise<T>): Promise<T> {
    const session = await this.session(directory, 'read');
    assert(session.kind !== 'attached', () => `another process writes ${directory}`);
    try {
      return await work(session.pond);
    } finally {
      await this.close(directory);
    }
  }

  /** Returns this process's session of a pond, opened if there is none. Fails as openPond, and `lock-held`. */
  async session(directory: string, access: 'read' | 'write', signal?: AbortSignal): Promise<PondSession> {
    const slot = this.#slotOf(directory);
    return await slot.mutex.run(() => this.#take(slot, access, signal));
  }

  async create(directory: string): Promise<ResourcePond> {
    requirePondDirectory(this.#parts.openDisk, directory);
    const pond = await this.#parts.init(directory);
    const slot = this.#slotOf(directory);
    this.#occupy(slot, { kind: 'owner', directory: slot.directory, pond });
    return pond;
  }

  async open(directory: string): Promise<{ readonly pond: string; readonly id: string; readonly mode: SessionKind }> {
    const session = await this.session(directory, 'read');
    const { id } = session.kind === 'attached' ? session : session.pond;
    return { pond: directory, id, mode: session.kind };
  }

  async close(directory: string): Promise<void> {
    const slot = this.#slots.get(this.#parts.realPath(directory));
    if (slot !== undefined) await this.#closeSlot(slot);
  }

  async repair(name: string, copies: Parameters<PondAccess['repair']>[1], job: Job): Promise<RepairReport> {
    const slot = this.#slotOf(name);
    const { directory } = slot;
    const attempt = (): Promise<RepairReport> => this.#parts.repair(directory, copies, job);
    return await slot.mutex.run(async () => {
      if (slot.session !== undefined) await this.leave(slot.session);
      // Whether a holder elsewhere ended shows after some seconds.
      const isTransient = (error: unknown): boolean => error instanceof LockHeldError && error.isSilent;
      const options = { attempts: Infinity, isTransient, delayMs: () => retryMs, signal: job.signal };
      return await retry(attempt, options).finally(() => {
        this.#notify(slot, notificationOf(directory, { kind: 'refreshed' }));
      });
    });
  }

  async closeAll(): Promise<void> {
    this.#isClosed = true;
    for (const slot of [...this.#slots.values()]) await this.#closeSlot(slot);
  }

  /** Ends a session; the next use opens a new one. */
  async leave(session: PondSession): Promise<void> {
    const slot = this.#slots.get(session.directory);
    if (slot?.session !== session) return;
    slot.session = undefined;
    await end(session);
  }

  /** Ends the session of a pond that this process lost. All windows look again at one whose folder is gone, and see it. */
  async lose(session: PondSession, loss: unknown): Promise<void> {
    const slot = this.#slots.get(session.directory);
    if (slot?.session !== session) return;
    await this.leave(session).catch(() => undefined);
    if (isPondError(loss, 'pond-not-found')) this.#notify(slot, notificationOf(slot.directory, { kind: 'refreshed' }));
  }

  /** Fails `lock-held` unless this process holds the pond. */
  requireOwner(directory: string): void {
    const slot = this.#slots.get(this.#parts.realPath(directory));
    if (slot?.session?.kind === 'owner') return;
    throw new PondError('lock-held', 'this process does not hold the pond', { path: directory });
  }

  onNotification(listener: NotificationListener): void {
    this.#listeners.add(listener);
  }

  /**
   * Adds a listener to the warnings of opening a pond (findings and quarantined files): each sentence once, with the
   * pond's host directory.
   */
  onWarning(listener: WarningListener): void {
    this.#warningListeners.add(listener);
  }

  /** Loads the changes that other processes made to the open ponds, and takes locks that became free. */
  async refresh(): Promise<void> {
    await Promise.all([...this.#slots.values()].map((slot) => slot.mutex.run(() => this.#refreshSlot(slot))));
  }

  #slotOf(name: string): PondSlot {
    const directory = this.#parts.realPath(name);
    const slot = this.#slots.get(directory) ?? newSlot(directory);
    this.#slots.set(directory, slot);
    slot.names.add(name);
    return slot;
  }

  async #take(slot: PondSlot, access: 'read' | 'write', signal: AbortSignal | undefined): Promise<PondSession> {
    const { session, directory } = slot;
    const { resident, lockWaitMs } = this.#parts;
    if (this.#isClosed) throw new PondError('cancelled', 'the server is stopping');
    if (session !== undefined && (session.kind !== 'read' || access === 'read')) return session;
    if (session !== undefined) return await this.#upgrade(slot, session, signal);
    if (!this.#keepsLocks() && access === 'read') return await this.#openReader(slot);
    try {
      return this.#occupy(slot, await openWriterSession(this.#parts, directory, { waitMs: lockWaitMs, signal }));
    } catch (error) {
      const canRead = resident && access === 'read' && isPondError(error) && readableCodes.has(error.code);
      if (!canRead) throw error;
      return await this.#openReader(slot);
    }
  }

  async #openReader(slot: PondSlot): Promise<PondSession> {
    return this.#occupy(slot, await openReaderSession(this.#parts, slot.directory));
  }

  async #upgrade(slot: PondSlot, reader: PondSession, signal: AbortSignal | undefined): Promise<PondSession> {
    const waitMs = this.#parts.resident ? 0 : this.#parts.lockWaitMs;
    const session = this.#occupy(slot, await openWriterSession(this.#parts, slot.directory, { waitMs, signal }));
    await end(reader);
    this.#notify(slot, notificationOf(slot.directory, { kind: 'refreshed' }));
    return session;
  }

  /** Sets the session of a slot, and forwards its notifications and warnings. */
  #occupy(slot: PondSlot, session: PondSession): PondSession {
    slot.session = session;
    if (session.kind === 'attached') {
      session.remote.onNotification((notification) => this.#notify(slot, notification));
      session.remote.onGone(() => void this.#reopen(slot, session));
    } else {
      session.pond.onEvent((event) => this.#notify(slot, notificationOf(slot.directory, event)));
      for (const text of session.pond.notices) this.#warn(slot, text);
    }
    return session;
  }

  async #reopen(slot: PondSlot, gone: PondSession): Promise<void> {
    if (slot.session === gone) slot.session = undefined;
    if (this.#isClosed || !this.#parts.resident) return;
    try {
      await this.session(slot.directory, 'read');
      this.#notify(slot, notificationOf(slot.directory, { kind: 'refreshed' }));
    } catch {
      // The next command on the pond tries again, and reports the problem.
    }
  }

  async #closeSlot(slot: PondSlot): Promise<void> {
    await slot.mutex.run(async () => slot.session && (await this.leave(slot.session)));
    this.#slots.delete(slot.directory);
  }

  async #refreshSlot(slot: PondSlot): Promise<void> {
    const { session } = slot;
    if (session === undefined || session.kind === 'attached') return;
    try {
      if (session.kind === 'read' && this.#keepsLocks() && (await this.#takeIfFree(slot))) return;
      await session.pond.refresh();
    } catch (error) {
      // Nothing is lost by a later refresh; a command on the pond would report the problem.
      if (!isPondError(error)) throw error;
      if (error instanceof OwnershipLostError) await this.lose(session, error);
    }
  }

  /** Opens a pond for writing; false when that is not possible now. */
  async #takeIfFree(slot: PondSlot): Promise<boolean> {
    try {
      await this.#take(slot, 'write', undefined);
      return true;
    } catch (error) {
      if (isPondError(error)) return false;
      throw error;
    }
  }

  #keepsLocks(): boolean {
    return this.#parts.resident && this.#parts.isTrusted();
  }

  #notify(slot: PondSlot, notification: PondNotification): void {
    for (const name of slot.names) {
      for (const listener of this.#listeners) listener(renamedNotification(notification, name));
    }
  }

  #warn({ directory, warned }: PondSlot, text: string): void {
    if (warned.has(text)) return;
    warned.add(text);
    for (const listener of this.#warningListeners) listener(text, directory);
  }
}

async function end(session: PondSession): Promise<void> {
  if (session.kind === 'attached') session.remote.close();
  else await session.pond.close();
}
