/** Common parts of the verbs that read a pond at a store. */
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

/**
 * Opens the copy of the pond at a location, or of the only one below it, and returns it with its own location. The caller
 * closes it. Fails `pond-not-found`, and as openLayout.
 */
export async function openRemotePond(
  at: RemoteLocation,
  { signal, env }: { readonly signal: AbortSignal | undefined } & Pick<PondAccess, 'env'>,
): Promise<{ readonly store: ObjectStore; readonly location: RemoteLocation }> {
  const location = locationBelow(at, await pondBelow(at, signal));
  const store = await openObjectStore(location);
  try {
    return { store: await openLayout(store, { env, signal }), location };
  } catch (error) {
    store.close();
    throw error;
  }
}

/** Returns the prefix of the pond below a location: '' for the location itself. */
async function pondBelow(location: RemoteLocation, signal: AbortSignal | undefined): Promise<string> {
  const store = await openObjectStore(location);
  try {
    throwIfCancelled(signal);
    return await findPond(store, signal);
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
