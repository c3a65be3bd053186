import { throwIfCancelled } from '../base/cancelled.ts';
import { type Job } from '../base/job.ts';
import { locationBelow, parseLocation, type RemoteLocation, urlOf } from '../remote/location.ts';
import { type ObjectStore } from '../remote/objectStore.ts';
import { openObjectStore } from '../remote/openStore.ts';
import { clonePond } from '../replica/clone.ts';
import { originAccess, readOrigin } from '../replica/originRecord.ts';
import { findPond } from '../replica/pondsOnStore.ts';
import { type Disk } from '../storage/disk.ts';
import { hostPondStorage } from '../storage/pondStorage.ts';
import { byteProgress } from './byteProgress.ts';
import { requirePondDirectory } from './hostPaths.ts';
import { commitInfo } from './info.ts';
import { originHome } from './pondOrigin.ts';
import { type PondAccess, type PondsCommand } from './verb.ts';

/**
 * Copies a pond from a store into a host directory, which need not exist, or goes on with a copy that stopped. Fails as
 * clonePond, requirePondDirectory and parseLocation.
 */
export const clone: PondsCommand<'clone'> = async (ponds, { url, directory, at, thin = false }, job = {}) => {
  const storage = hostPondStorage(directory);
  requirePondDirectory(storage.openDisk, directory);
  return await withPond(parseLocation(url, ponds.env), job, async (store, location) => {
    const request = { url: urlOf(location), at, isThin: thin, signal: job.signal, onProgress: progressOf(job) };
    const { head, absentBlobs, absentBytes, ...report } = await clonePond(store, storage, request);
    // The person named the store, so reading from it later needs no other permission.
    if (thin) allowOrigin(ponds.grants, storage.disk);
    const absent = { files: absentBlobs, bytes: absentBytes };
    return { ...report, id: report.pond, pond: directory, url: request.url, head: commitInfo(head), absent };
  });
};

function allowOrigin(grants: PondAccess['grants'], disk: Disk): void {
  const origin = readOrigin(disk);
  if (origin !== undefined) grants.add({ pond: origin.pond, home: originHome, access: originAccess(origin) });
}

/** Opens the store whose root is the pond at a location, and closes it after some work. */
async function withPond<T>(
  location: RemoteLocation,
  { signal }: Job,
  work: (store: ObjectStore, location: RemoteLocation) => Promise<T>,
): Promise<T> {
  const outer = await openObjectStore(location);
  let below: string;
  try {
    throwIfCancelled(signal);
    below = await findPond(outer, signal);
    if (below === '') return await work(outer, location);
  } finally {
    outer.close();
  }
  const own = locationBelow(location, below);
  const store = await openObjectStore(own);
  try {
    return await work(store, own);
  } finally {
    store.close();
  }
}

/** Reports the steps of a copy. Commits are counted, everything else is bytes. */
function progressOf({ progress }: Job): (step: string, done: number, total?: number) => void {
  const bytes = byteProgress(progress);
  return (step, done, total) => {
    if (step === 'checking') progress?.(step, done, total);
    else bytes(step, done, total);
  };
}
