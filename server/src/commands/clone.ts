import { throwIfCancelled } from '../base/cancelled.ts';
import { PondError } from '../base/error.ts';
import { type Job } from '../base/job.ts';
import { readReplica } from '../pond/replica.ts';
import { locationBelow, parseLocation, type RemoteLocation, urlOf } from '../remote/location.ts';
import { type ObjectStore } from '../remote/objectStore.ts';
import { openObjectStore } from '../remote/openStore.ts';
import { openLayout } from '../replica/layout.ts';
import { clonePond } from '../replica/clone.ts';
import { originAccess, readOrigin } from '../replica/originRecord.ts';
import { findPond } from '../replica/pondsOnStore.ts';
import { type Disk } from '../storage/disk.ts';
import { hostPondStorage } from '../storage/hostPondStorage.ts';
import { byteProgress } from './byteProgress.ts';
import { requirePondDirectory } from './hostPaths.ts';
import { commitInfo } from './info.ts';
import { originHome } from './pondOrigin.ts';
import { type PondAccess, type PondsCommand } from './verb.ts';

/**
 * Copies a pond from a store into a host directory, which need not exist, or goes on with a copy that stopped. Fails as
 * clonePond, requirePondDirectory and parseLocation.
 */
export const clone: PondsCommand<'clone'> = async (ponds, params, job = {}) => {
  const { url, directory, at, thin = false, fork = false } = params;
  if (thin && fork) {
    throw new PondError('usage', 'a fork has all of its contents: it cannot be thin', {
      hint: 'Leave out --thin, or --fork.',
    });
  }
  const storage = hostPondStorage(directory);
  // What an interrupted run left is not an empty folder.
  if (readReplica(storage.disk) === undefined) requirePondDirectory(storage.openDisk, directory);
  return await withPond(parseLocation(url, ponds.env), { ...job, env: ponds.env }, async (store, location) => {
    const request = { url: urlOf(location), at, isThin: thin, signal: job.signal, onProgress: cloneProgress(job) };
    const { head, absentBlobs, absentBytes, ...report } = await clonePond(store, storage, {
      ...request,
      ...(fork && { forkAuthor: ponds.author }),
    });
    // The person named the store, so reading from it later needs no other permission.
    if (thin) allowOrigin(ponds.grants, storage.disk);
    const absent = { files: absentBlobs, bytes: absentBytes };
    return { ...report, id: report.pond, pond: directory, url: request.url, head: commitInfo(head), absent };
  });
};

/** Lets the thin copy on a disk read from its origin, which the person named. */
export function allowOrigin(grants: PondAccess['grants'], disk: Disk): void {
  const origin = readOrigin(disk);
  if (origin !== undefined) grants.add({ pond: origin.pond, home: originHome, access: originAccess(origin) });
}

/** Opens the copy of the pond at a location, and closes it after some work. Fails `pond-not-found`, and as openLayout. */
export async function withPond<T>(
  location: RemoteLocation,
  { signal, env }: Job & Pick<PondAccess, 'env'>,
  work: (store: ObjectStore, location: RemoteLocation) => Promise<T>,
): Promise<T> {
  const outer = await openObjectStore(location);
  let below: string;
  try {
    throwIfCancelled(signal);
    below = await findPond(outer, signal);
    if (below === '') return await work(await openLayout(outer, { env, signal }), location);
  } finally {
    outer.close();
  }
  const own = locationBelow(location, below);
  const store = await openObjectStore(own);
  try {
    return await work(await openLayout(store, { env, signal }), own);
  } finally {
    store.close();
  }
}

/** Reports the steps of a copy. Commits are counted, everything else is bytes. */
export function cloneProgress({ progress }: Job): (step: string, done: number, total?: number) => void {
  const bytes = byteProgress(progress);
  return (step, done, total) => {
    if (step === 'checking' || step === 'forking') progress?.(step, done, total);
    else bytes(step, done, total);
  };
}
