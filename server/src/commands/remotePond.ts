/** Common parts of the verbs that copy from a pond at a store. */
import { throwIfCancelled } from '../base/cancelled.ts';
import { type Job } from '../base/job.ts';
import { locationBelow, type RemoteLocation } from '../remote/location.ts';
import { type ObjectStore } from '../remote/objectStore.ts';
import { openObjectStore } from '../remote/openStore.ts';
import { openLayout } from '../replica/layout.ts';
import { originAccess, readOrigin } from '../replica/originRecord.ts';
import { findPond } from '../replica/pondsOnStore.ts';
import { type Disk } from '../storage/disk.ts';
import { byteProgress } from '../base/byteProgress.ts';
import { originHome } from './pondOrigin.ts';
import { type PondAccess } from './verb.ts';

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
