/** Opens a copy of a pond in the layout that its record states. */
import { PondError } from '../base/error.ts';
import { type ObjectStore, type RequestOptions } from '../remote/objectStore.ts';
import { type SealedAccess } from '../remote/sealedKeys.ts';
import { openSealedStore } from '../remote/sealedStore.ts';
import { noPond } from './logListing.ts';
import { readRemoteRecord, remoteKey } from './remoteRecords.ts';

/** Variable with the secret key, or the passphrase, of sealed copies that a person names by URL. */
const identityVariable = 'POND_IDENTITY';

/**
 * Returns the copy at a store: the store itself, or what is sealed in it. Closing either closes the store. Fails
 * `secret-missing` when the copy is sealed and the variable of the identity is not set, and as openSealedStore.
 */
export async function openLayout(
  store: ObjectStore,
  { env, signal }: { readonly env: (name: string) => string | undefined; readonly signal?: AbortSignal | undefined },
): Promise<ObjectStore> {
  const record = await readRemoteRecord(store, { signal });
  if (record?.layout !== 'sealed') return store;
  const identity = env(identityVariable);
  if (identity === undefined || identity === '') {
    throw new PondError('secret-missing', `the pond at ${store.address} is encrypted`, {
      hint: `Set ${identityVariable} to the secret key (AGE-SECRET-KEY-1…) of a recipient, or to the passphrase.`,
    });
  }
  return await openSealedStore(store, { recipients: [], identities: [identity], isReading: true }, { signal });
}

/**
 * Returns the sealed copy at a store, which gets its keys when it is new. Fails `remote-diverged`, changing nothing, when
 * the copy there is not sealed, and as openSealedStore.
 */
export async function openSealedCopy(store: ObjectStore, access: SealedAccess): Promise<ObjectStore> {
  const record = await readRemoteRecord(store, {});
  if (record !== undefined && record.layout !== 'sealed') {
    throw new PondError('remote-diverged', `the copy at ${store.address} is not encrypted, but the document says so`, {
      path: remoteKey,
      hint: 'Nothing was changed. Back up to another prefix: the layout of a copy is chosen once.',
    });
  }
  return await openSealedStore(store, access);
}

/**
 * Returns the copy at a store as an identity of the caller reads it, which changes nothing there: the store itself where
 * the copy is not sealed. Fails `pond-not-found` without a copy, and as openSealedStore.
 */
export async function openReadable(
  store: ObjectStore,
  identity: string,
  options: RequestOptions,
): Promise<ObjectStore> {
  const record = await readRemoteRecord(store, options);
  if (record === undefined) throw noPond(store);
  if (record.layout !== 'sealed') return store;
  return await openSealedStore(store, { recipients: [], identities: [identity], isReading: true }, options);
}
