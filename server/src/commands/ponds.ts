/**
 * The ponds in which this process takes part.
 *
 * Invariants:
 * - At most one session per directory, whatever its names; sessions are opened one after the other.
 * - A resident process (a server) takes the lock or joins its holder, and only reads when neither is possible. A
 * short-lived one (a terminal command) opens for reading unless it changes something, so that it blocks no other
 * process. In an untrusted workspace a server does the same: taking the lock would repair what a crash left.
 * - A session whose remote process went away is opened again, as owner unless another process was faster. Staged
 * changes are in the pond.
 */
import { isPondError, PondError } from '../base/error.ts';
import { type ResourcePond } from '../resources/tree/resourcePond.ts';
import { type Access, type PondAccess } from './context.ts';
import { notificationOf, type PondNotification, renamedNotification } from './notification.ts';
import { RemoteGoneError } from './remote.ts';
import { openReaderSession, type PondSession, type SessionParts, openWriterSession } from './session.ts';

/** Parts with which the ponds of a process are opened. */
export interface PondsParts extends SessionParts {
  readonly init: (directory: string) => Promise<ResourcePond>;
  /** Canonical path of a host directory that may have several. */
  readonly realPath: (directory: string) => string;
  /** True for a long-lived process, such as a server. */
  readonly resident: boolean;
  /** False for a server in an untrusted workspace. */
  readonly isTrusted: () => boolean;
  /** Wait for a holder that cannot be joined, milliseconds. */
  readonly lockWaitMs: number;
}

/** The ponds of this process, and their events. */
export interface Ponds extends PondAccess {
  /** This process's session of a pond, opened if there is none. Fails as openPond, and `lock-held`. */
  session(directory: string, access: Access, signal?: AbortSignal): Promise<PondSession>;
  /** Ends a session; the next use opens a new one. */
  leave(session: PondSession): Promise<void>;
  /** Fails `lock-held` unless this process holds the pond. */
  requireOwner(directory: string): void;
  onNotice(listener: (notice: PondNotification) => void): () => void;
  /**
   * Adds a listener to the warnings of opening a pond (findings and quarantined files): each sentence once, with the
   * pond's host directory.
   */
  onWarning(listener: (text: string, directory: string) => void): () => void;
  /** Loads the changes that other processes made to the open ponds, and takes locks that became free. */
  refresh(): Promise<void>;
  closeAll(): Promise<void>;
}

interface Place {
  readonly directory: string;
  /** Names by which callers know the directory. */
  readonly names: Set<string>;
  /** Warnings of the opening already sent to listeners. */
  readonly warned: Set<string>;
  session: PondSession | undefined;
  /** Settles when all earlier requests have been answered. */
  turn: Promise<unknown>;
}

/** Returns an empty set of ponds; each is opened on first use. */
export function createPonds(parts: PondsParts): Ponds {
  const places = new Map<string, Place>();
  const listeners = new Set<(notice: PondNotification) => void>();
  const warningListeners = new Set<(text: string, directory: string) => void>();
  const staysWithLock = (): boolean => parts.resident && parts.isTrusted();
  let closed = false;

  function placeOf(name: string): Place {
    const directory = parts.realPath(name);
    const place = places.get(directory) ?? newPlace(directory);
    places.set(directory, place);
    place.names.add(name);
    return place;
  }

  function inTurn<T>(place: Place, work: () => Promise<T>): Promise<T> {
    const result = place.turn.then(work);
    place.turn = result.catch(() => undefined);
    return result;
  }

  function notify(place: Place, notice: PondNotification): void {
    for (const name of place.names) for (const listener of listeners) listener(renamedNotification(notice, name));
  }

  function sit(place: Place, session: PondSession): PondSession {
    place.session = session;
    if (session.kind === 'attached') {
      session.remote.onNotice((notice) => notify(place, notice));
      session.remote.onGone(() => void takeAgain(place, session));
    } else {
      session.pond.onEvent((event) => notify(place, notificationOf(place.directory, event)));
      for (const text of session.pond.notices) warn(place, text);
    }
    return session;
  }

  function warn({ directory, warned }: Place, text: string): void {
    if (warned.has(text)) return;
    warned.add(text);
    for (const listener of warningListeners) listener(text, directory);
  }

  async function takeAgain(place: Place, gone: PondSession): Promise<void> {
    if (place.session === gone) place.session = undefined;
    if (closed || !parts.resident) return;
    try {
      await session(place.directory, 'read');
      notify(place, notificationOf(place.directory, { kind: 'refreshed' }));
    } catch {
      // The next command on the pond tries again, and reports the problem.
    }
  }

  async function take(place: Place, access: Access, signal: AbortSignal | undefined): Promise<PondSession> {
    const { session } = place;
    if (closed) throw new PondError('cancelled', 'the server is stopping');
    if (session !== undefined && (session.kind !== 'read' || access === 'read')) return session;
    if (session !== undefined) return await upgrade(place, session, signal);
    if (!staysWithLock() && access === 'read') return sit(place, await openReaderSession(parts, place.directory));
    try {
      return sit(place, await openWriterSession(parts, place.directory, { waitMs: parts.lockWaitMs, signal }));
    } catch (error) {
      const onlyReads = parts.resident && access === 'read' && isPondError(error) && readableCodes.has(error.code);
      if (!onlyReads) throw error;
      return sit(place, await openReaderSession(parts, place.directory));
    }
  }

  async function upgrade(place: Place, reader: PondSession, signal: AbortSignal | undefined): Promise<PondSession> {
    const waitMs = parts.resident ? 0 : parts.lockWaitMs;
    const session = sit(place, await openWriterSession(parts, place.directory, { waitMs, signal }));
    await end(reader);
    notify(place, notificationOf(place.directory, { kind: 'refreshed' }));
    return session;
  }

  function session(name: string, access: Access, signal?: AbortSignal): Promise<PondSession> {
    const place = placeOf(name);
    return inTurn(place, () => take(place, access, signal));
  }

  async function leave(left: PondSession): Promise<void> {
    const place = places.get(left.directory);
    if (place?.session !== left) return;
    place.session = undefined;
    await end(left);
  }

  async function closePlace(place: Place): Promise<void> {
    await inTurn(place, async () => place.session && leave(place.session));
    places.delete(place.directory);
  }

  async function refreshPlace(place: Place): Promise<void> {
    if (place.session === undefined || place.session.kind === 'attached') return;
    try {
      if (place.session.kind === 'read' && staysWithLock()) await take(place, 'write', undefined);
      else await place.session.pond.refresh();
    } catch (error) {
      // Nothing is lost by a later refresh; a command on the pond would report the problem.
      if (!isPondError(error)) throw error;
      if (place.session?.kind === 'read') await place.session.pond.refresh().catch(() => undefined);
    }
  }

  return {
    session,
    leave,
    async get(name, access) {
      const taken = await session(name, access);
      // The pond moved to another process after the command was sent here.
      if (taken.kind === 'attached') throw new RemoteGoneError();
      return taken.pond;
    },
    async create(name) {
      const pond = await parts.init(name);
      const place = placeOf(name);
      sit(place, { kind: 'owner', directory: place.directory, pond });
      return pond;
    },
    async open(name) {
      const taken = await session(name, 'read');
      return { pond: name, id: taken.kind === 'attached' ? taken.id : taken.pond.id, mode: taken.kind };
    },
    async close(name) {
      const place = places.get(parts.realPath(name));
      if (place !== undefined) await closePlace(place);
    },
    async closeAll() {
      closed = true;
      for (const place of [...places.values()]) await closePlace(place);
    },
    requireOwner(name) {
      const held = places.get(parts.realPath(name))?.session?.kind === 'owner';
      if (!held) throw new PondError('lock-held', 'this process does not hold the pond', { path: name });
    },
    onNotice(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    onWarning(listener) {
      warningListeners.add(listener);
      return () => warningListeners.delete(listener);
    },
    async refresh() {
      await Promise.all([...places.values()].map((place) => inTurn(place, () => refreshPlace(place))));
    },
  };
}

function newPlace(directory: string): Place {
  return { directory, names: new Set(), warned: new Set(), session: undefined, turn: Promise.resolve() };
}

/** Errors after which a pond that cannot be written can still be read. */
const readableCodes: ReadonlySet<string> = new Set(['lock-held', 'read-only', 'storage-denied']);

async function end(session: PondSession): Promise<void> {
  if (session.kind === 'attached') session.remote.close();
  else await session.pond.close();
}
