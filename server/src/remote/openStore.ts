import { hostPondStorage } from '../storage/hostPondStorage.ts';
import { FileStore } from './fileStore.ts';
import { addressOf, type RemoteLocation } from './location.ts';
import { type ObjectStore } from './objectStore.ts';
import { type S3Settings, type StoreCredentials, type UploadLedger } from './s3Settings.ts';

/** Access to a bucket; a folder uses none of it. */
interface StoreAccess {
  /** `environment` if omitted. */
  readonly credentials?: StoreCredentials | undefined;
  readonly settings?: S3Settings | undefined;
  /** Records of partial uploads of large objects; without them an interrupted one starts again. */
  readonly uploads?: UploadLedger | undefined;
}

/**
 * Opens the store at a location. Nothing is sent yet: errors of the address, the folder and the credentials come with the
 * first call of the store. The client of buckets is loaded here, on first use.
 */
export async function openObjectStore(location: RemoteLocation, access: StoreAccess = {}): Promise<ObjectStore> {
  if (location.kind === 'folder') {
    const { disk } = hostPondStorage(location.folder);
    return new FileStore(disk, { address: addressOf(location), prefix: location.prefix });
  }
  const { credentials = 'environment', settings, uploads } = access;
  const { S3Store } = await import('./s3Store.ts');
  return new S3Store(location, { credentials, settings, uploads });
}
