import { PondError } from '../base/error.ts';
import { readReplica } from '../pond/replica.ts';
import { parseLocation, urlOf } from '../remote/location.ts';
import { clonePond } from '../replica/clone.ts';
import { hostPondStorage } from '../storage/hostPondStorage.ts';
import { requirePondDirectory } from './hostPaths.ts';
import { commitInfo } from './info.ts';
import { allowOrigin, cloneProgress, openRemotePond } from './remotePond.ts';
import { type PondsCommand } from './verb.ts';

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
  const { env } = ponds;
  const { store, location } = await openRemotePond(parseLocation(url, env), { env, signal: job.signal });
  try {
    const request = { url: urlOf(location), at, isThin: thin, signal: job.signal, onProgress: cloneProgress(job) };
    const { head, absentBlobs, absentBytes, ...report } = await clonePond(store, storage, {
      ...request,
      ...(fork && { forkAuthor: ponds.author }),
    });
    // The person named the store, so reading from it later needs no other permission.
    if (thin) allowOrigin(ponds.grants, storage.disk);
    const absent = { files: absentBlobs, bytes: absentBytes };
    return { ...report, id: report.pond, pond: directory, url: request.url, head: commitInfo(head), absent };
  } finally {
    store.close();
  }
};
