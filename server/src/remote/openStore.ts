import { PondError } from '../base/error.ts';
import { hostPondStorage } from '../storage/pondStorage.ts';
import { FileStore } from './fileStore.ts';
import { addressOf, type RemoteLocation } from './location.ts';
import { type ObjectStore } from './objectStore.ts';

/** Keys of a service; `environment`: those that the environment, a profile or the instance provides. */
export type StoreCredentials =
  'environment' | { readonly keyId: string; readonly secret: string; readonly sessionToken?: string | undefined };

/** Access to a store. */
export interface StoreAccess {
  /** `environment` if omitted; not used for a folder. */
  readonly credentials?: StoreCredentials;
}

/**
 * Opens the store at a location. Nothing is read yet: errors of the address, the folder and the credentials come with the
 * first call of the store.
 */
export async function openObjectStore(location: RemoteLocation, access: StoreAccess = {}): Promise<ObjectStore> {
  const address = addressOf(location);
  if (location.kind === 'folder') {
    return new FileStore(hostPondStorage(location.folder).disk, { address, prefix: location.prefix });
  }
  const credentials = access.credentials ?? 'environment';
  await Promise.resolve(credentials);
  throw new PondError('remote-failed', `${address}: only folders (file:///…) can be opened`);
}
