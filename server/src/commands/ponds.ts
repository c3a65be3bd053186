/**
 * The ponds that this process takes part in.
 *
 * Invariants:
 * - At most one seat for a directory, whatever name it is called by; seats are taken one after the other.
 * - A process that stays (a server) takes the lock or joins who has it, and only reads where neither can be. One that
 *   comes and goes (a terminal command) opens for reading unless it changes something, so that it holds nobody up. In a
 *   workspace that is not trusted a server does the same: to take the lock is to repair what a crash left.
 * - A seat at a process that went away is taken again, as owner when nobody was faster. What was staged is in the pond.
 */
import { isPondError, PondError } from '../base/error.ts';
import { type ResourcePond } from '../resources/tree/resourcePond.ts';
import { type Access, type PondAccess } from './context.ts';
import { notificationOf, type PondNotification, renamedNotification } from './notification.ts';
import { RemoteGoneError } from './remote.ts';
import { openReaderSession, type PondSession, type SessionParts, openWriterSession } from './session.ts';

/** What the ponds of a process are opened with. */
export interface PondsParts extends SessionParts {
  readonly init: (directory: string) => Promise<ResourcePond>;
  /** One name for a host directory that may have several. */
  readonly realPath: (directory: string) => string;
  /** True for a process that stays. */
  readonly resident: boolean;
  /** False for a server in a workspace that is not trusted. */
  readonly isTrusted: () => boolean;
  /** How long a holder that cannot be joined is waited for, milliseconds. */
  readonly lockWaitMs: number;
}

/** The ponds of this process, and what happens to them. */
export interface Ponds extends PondAccess {
  /** This process's part in a pond, taken when it has none. Fails as openPond, and `lock-held`. */
  seat(directory: string, access: Access, signal?: AbortSignal): Promise<PondSession>;
  /** Gives a seat up; the next use takes one again. */
  leave(seat: PondSession): Promise<void>;
  /** Fails `lock-held` unless this process holds the pond. */
  requireOwner(directory: string): void;
  onNotice(listener: (notice: PondNotification) => void): () => void;
  /** Hears what opening a pond found and set aside: each sentence once, with the pond's host directory. */
  onWarning(listener: (text: string, directory: string) => void): () => void;
  /** Takes notice of what other processes did to the ponds that are open, and takes locks that became free. */
  refresh(): Promise<void>;
  closeAll(): Promise<void>;
}

interface Place {
  readonly directory: string;
  /** What callers call the directory. */
  readonly names: Set<string>;
  /** What opening found that listeners were told of. */
  readonly warned: Set<string>;
  seat: PondSession | undefined;
  /** Ends when all who asked before have been answered. */
  turn: Promise<unknown>;
}

/** Returns no ponds; each is opened when it is first asked for. */
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

  function sit(place: Place, seat: PondSession): PondSession {
    place.seat = seat;
    if (seat.kind === 'attached') {
      seat.remote.onNotice((notice) => notify(place, notice));
      seat.remote.onGone(() => void takeAgain(place, seat));
    } else {
      seat.pond.onEvent((event) => notify(place, notificationOf(place.directory, event)));
      for (const text of seat.pond.notices) warn(place, text);
    }
    return seat;
  }

  function warn({ directory, warned }: Place, text: string): void {
    if (warned.has(text)) return;
    warned.add(text);
    for (const listener of warningListeners) listener(text, directory);
  }

  async function takeAgain(place: Place, gone: PondSession): Promise<void> {
    if (place.seat === gone) place.seat = undefined;
    if (closed || !parts.resident) return;
    try {
      await seat(place.directory, 'read');
      notify(place, notificationOf(place.directory, { kind: 'refreshed' }));
    } catch {
      // The next command on the pond tries again, and says what is wrong.
    }
  }

  async function take(place: Place, access: Access, signal: AbortSignal | undefined): Promise<PondSession> {
    const { seat } = place;
    if (closed) throw new PondError('cancelled', 'the server is stopping');
    if (seat !== undefined && (seat.kind !== 'read' || access === 'read')) return seat;
    if (seat !== undefined) return await upgrade(place, seat, signal);
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
    const seat = sit(place, await openWriterSession(parts, place.directory, { waitMs, signal }));
    await end(reader);
    notify(place, notificationOf(place.directory, { kind: 'refreshed' }));
    return seat;
  }

  function seat(name: string, access: Access, signal?: AbortSignal): Promise<PondSession> {
    const place = placeOf(name);
    return inTurn(place, () => take(place, access, signal));
  }

  async function leave(left: PondSession): Promise<void> {
    const place = places.get(left.directory);
    if (place?.seat !== left) return;
    place.seat = undefined;
    await end(left);
  }

  async function closePlace(place: Place): Promise<void> {
    await inTurn(place, async () => place.seat && leave(place.seat));
    places.delete(place.directory);
  }

  async function refreshPlace(place: Place): Promise<void> {
    if (place.seat === undefined || place.seat.kind === 'attached') return;
    try {
      if (place.seat.kind === 'read' && staysWithLock()) await take(place, 'write', undefined);
      else await place.seat.pond.refresh();
    } catch (error) {
      // Nothing is lost by looking again later; a command on the pond would say what is wrong.
      if (!isPondError(error)) throw error;
      if (place.seat?.kind === 'read') await place.seat.pond.refresh().catch(() => undefined);
    }
  }

  return {
    seat,
    leave,
    async get(name, access) {
      const taken = await seat(name, access);
      // The pond moved to another process since the command was sent here.
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
      const taken = await seat(name, 'read');
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
      const held = places.get(parts.realPath(name))?.seat?.kind === 'owner';
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
  return { directory, names: new Set(), warned: new Set(), seat: undefined, turn: Promise.resolve() };
}

/** Why a pond cannot be written here though it can be read. */
const readableCodes: ReadonlySet<string> = new Set(['lock-held', 'read-only', 'storage-denied']);

async function end(seat: PondSession): Promise<void> {
  if (seat.kind === 'attached') seat.remote.close();
  else await seat.pond.close();
}
