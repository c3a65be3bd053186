/** The pond that a Copy reads: its copy on a store, whose log and rows are kept in a folder of the user. */
import { join } from 'node:path';
import { sha256Of } from '../../../base/sha256.ts';
import { isPondError, PondError } from '../../../base/error.ts';
import { blobPath } from '../../../pond/blobs.ts';
import { type OpenPond } from '../../../pond/openPond.ts';
import { openPond } from '../../../pond/pond.ts';
import { locationBelow, type RemoteLocation, urlOf } from '../../../remote/location.ts';
import { type ObjectStore } from '../../../remote/objectStore.ts';
import { openObjectStore } from '../../../remote/openStore.ts';
import { type StoreCredentials } from '../../../remote/s3Settings.ts';
import { BlobFetcher } from '../../../replica/blobFetcher.ts';
import { clonePond } from '../../../replica/clone.ts';
import { openReadable } from '../../../replica/layout.ts';
import { hasLog, hasNews } from '../../../replica/logNews.ts';
import { updateClone } from '../../../replica/updateClone.ts';
import { findPond, pondIdsIn } from '../../../replica/pondsOnStore.ts';
import { tipKey } from '../../../replica/remoteRecords.ts';
import { type Disk } from '../../../storage/disk.ts';
import { removeQuietly } from '../../../storage/durable.ts';
import { hostPondStorage } from '../../../storage/hostPondStorage.ts';
import { type PondStorage } from '../../../storage/pondStorage.ts';
import { userCacheFolder } from '../../../storage/userFolder.ts';
import { documentError } from '../../model/documentError.ts';
import { type RunContext } from '../../model/kind.ts';
import { titleOf } from '../../model/resourcePath.ts';
import { type CopySpec } from './spec.ts';

/** Location of the pond, and the keys to it. */
interface SourceAccess {
  readonly location: RemoteLocation;
  readonly credentials: StoreCredentials;
  /** Opens an encrypted copy; undefined for one that is not. */
  readonly identity: string | undefined;
}

/** Codes of a cache that is not an earlier state of the other pond: it is made again. */
const staleCodes = ['remote-diverged', 'pond-damaged', 'already-exists', 'journal-damaged'] as const;

/** The other pond. The caller closes it. */
export class SourcePond {
  readonly store: ObjectStore;
  readonly #folder: string;
  readonly #context: Pick<RunContext, 'signal' | 'progress' | 'now'>;

  constructor(store: ObjectStore, location: RemoteLocation, context: RunContext<CopySpec>) {
    this.store = store;
    const { resource, pond } = context;
    // Two ponds with this resource, such as a clone of one, may run at the same time.
    const key = sha256Of([pond.id, resource.id, urlOf(location)].join('\0')).slice(0, 40);
    this.#folder = join(userCacheFolder(), 'copies', key);
    this.#context = context;
  }

  /** True when the store has a commit that the cache does not have, or when there is no cache. One request, if not. */
  async hasNews(): Promise<boolean> {
    return await hasNews(this.store, hostPondStorage(this.#cache()).disk, { signal: this.#context.signal });
  }

  /**
   * Fetches what is new of the log and the rows, verified, and opens the other pond for reading; its large contents are
   * fetched when they are read. `isRewritten`: it has another history than at the last run. Fails as clonePond.
   */
  async open(): Promise<{ readonly pond: OpenPond; readonly isRewritten: boolean }> {
    const folder = this.#cache();
    try {
      return { pond: await this.#openIn(folder), isRewritten: false };
    } catch (error) {
      const isStale = staleCodes.some((code) => isPondError(error, code));
      if (!isStale || !hasLog(hostPondStorage(folder).disk)) throw error;
      const { openDisk } = hostPondStorage(folder);
      removeFiles(openDisk(folder), '');
      const pond = await this.#openIn(this.#cache(1));
      return { pond, isRewritten: isPondError(error, 'remote-diverged') };
    }
  }

  /** Removes contents from the cache. */
  drop(blobs: readonly { readonly sha256: string }[]): void {
    const { disk } = hostPondStorage(this.#cache());
    for (const { sha256: hash } of blobs) removeQuietly(disk, blobPath(hash));
  }

  async #openIn(folder: string): Promise<OpenPond> {
    const { signal, progress, now } = this.#context;
    const storage = hostPondStorage(folder);
    const url = this.store.address;
    const isUpdated = await updateClone(this.store, storage, { signal, onProgress: progress });
    if (!isUpdated) await clonePond(this.store, storage, { url, isThin: true, signal, onProgress: progress });
    return await openPond({ ...storage, origin: originOf(this.store, storage.disk, now) }, { mode: 'read' });
  }

  /** Folder of the cache: each generation has one of its own, since a folder is not emptied while it may be read. */
  #cache(more = 0): string {
    const { disk } = hostPondStorage(this.#folder);
    const latest = Math.max(0, ...disk.list('').map((name) => (/^\d{1,9}$/.test(name) ? Number(name) : 0)));
    return join(this.#folder, String(latest + more));
  }
}

/**
 * Opens the store of the other pond. Fails `run-failed` when the store has no copy by the Backup of the document, and
 * `pond-not-found` when the document names none, and the store has several.
 */
export async function openSource(access: SourceAccess, context: RunContext<CopySpec>): Promise<SourcePond> {
  const { location } = access;
  const { pond, backup_uuid: backup } = context.resource.spec;
  const below = pond?.toLowerCase() ?? (await (backup === undefined ? findOnly : findByBackup)(access, context));
  const own = locationBelow(location, below);
  return new SourcePond(await openCopy({ ...access, location: own }, context), own, context);
}

/**
 * Opens the copy of a pond. An encrypted one is asked for its keys; one that is not, with the first request of a run: it
 * costs none here.
 */
async function openCopy(
  { location, credentials, identity }: SourceAccess,
  { signal }: Pick<RunContext, 'signal'>,
): Promise<ObjectStore> {
  const store = await openObjectStore(location, { credentials });
  if (identity === undefined) return store;
  try {
    return await openReadable(store, identity, { signal });
  } catch (error) {
    store.close();
    throw error;
  }
}

/** Returns where the only pond of the store is. */
async function findOnly({ location, credentials }: SourceAccess, { signal }: RunContext<CopySpec>): Promise<string> {
  const store = await openObjectStore(location, { credentials });
  try {
    return await findPond(store, signal);
  } finally {
    store.close();
  }
}

/** Returns the id of the pond to whose copy a Backup left a note. */
async function findByBackup(access: SourceAccess, context: RunContext<CopySpec>): Promise<string> {
  const { resource, signal } = context;
  const backup = (resource.spec.backup_uuid ?? '').toLowerCase();
  const { location, credentials } = access;
  const store = await openObjectStore(location, { credentials });
  try {
    for (const id of await pondIdsIn(store, signal)) {
      if (await hasNote({ ...access, location: locationBelow(location, id) }, tipKey(backup), context)) return id;
    }
  } finally {
    store.close();
  }
  const message = `${titleOf(resource)}: no pond at ${store.address} was sent there by Backup ${backup}`;
  const hint = "'pond backup ls URL' lists the ponds there: name one with the key pond.";
  throw documentError(resource, 'run-failed', message, { at: ['backup_uuid'], hint });
}

/** True when a copy has an object. A copy of another pond that our identity does not open is passed over. */
async function hasNote(access: SourceAccess, key: string, { signal }: RunContext<CopySpec>): Promise<boolean> {
  try {
    const copy = await openCopy(access, { signal });
    try {
      return (await copy.stat(key, { signal })) !== undefined;
    } finally {
      copy.close();
    }
  } catch (error) {
    if (access.identity === undefined || !isPondError(error, 'remote-denied')) throw error;
    return false;
  }
}

function originOf(store: ObjectStore, disk: Disk, now: () => number): NonNullable<PondStorage['origin']> {
  const fetcher = new BlobFetcher({ disk, now, store: () => Promise.resolve(store) });
  const never = (): never => {
    throw new PondError('read-only', 'the copy of another pond is not evicted');
  };
  return {
    exists: () => true,
    fetch: (...args) => fetcher.fetch(...args),
    ...{ has: never, requireElsewhere: never },
    close: () => Promise.resolve(),
  };
}

function removeFiles(disk: Disk, directory: string): void {
  for (const name of disk.list(directory)) {
    const path = directory === '' ? name : `${directory}/${name}`;
    if (disk.stat(path)?.kind === 'directory') removeFiles(disk, path);
    else disk.remove(path);
  }
}
