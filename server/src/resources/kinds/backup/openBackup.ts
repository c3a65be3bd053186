/** Opens the copy of a pond that a Backup names. */
import { locationBelow } from '../../../remote/location.ts';
import { type ObjectStore } from '../../../remote/objectStore.ts';
import { openObjectStore } from '../../../remote/openStore.ts';
import { type S3Settings } from '../../../remote/s3Settings.ts';
import { Ledger } from '../../../replica/ledger.ts';
import { type Resource } from '../../model/kind.ts';
import { type BackupSpec } from './spec.ts';
import { credentialsOf, locationOfStore } from './storeFields.ts';

type Environment = (name: string) => string | undefined;

/** Which keys of the document are used. */
type KeyRole = 'write' | 'prune';

/**
 * Returns the store with the copy of a pond; the caller closes it. Fails `secret-missing` with the name of the unset
 * variable. Nothing is sent yet.
 */
export async function openBackup(
  resource: Resource<BackupSpec>,
  pond: string,
  env: Environment,
  role: KeyRole = 'write',
): Promise<ObjectStore> {
  const location = locationBelow(locationOfStore(resource.spec), pond);
  return await openObjectStore(location, {
    credentials: credentialsOf(resource, env, keysFor(resource.spec, role)),
    settings: settingsOf(resource.spec),
    uploads: ledgerOf(resource, pond).uploads,
  });
}

/** Returns what this computer remembers of the copy. */
export function ledgerOf({ spec }: Resource<BackupSpec>, pond: string): Ledger {
  return Ledger.ofUser(pond, locationBelow(locationOfStore(spec), pond));
}

function keysFor(spec: BackupSpec, role: KeyRole): Parameters<typeof credentialsOf>[2] {
  if (role === 'prune' && spec.prune_key !== undefined) {
    return { key: ['prune_key', spec.prune_key], secret: ['prune_secret', spec.prune_secret] };
  }
  return { key: ['key', spec.key], secret: ['secret', spec.secret], token: ['session_token', spec.session_token] };
}

function settingsOf(spec: BackupSpec): S3Settings {
  return {
    storageClass: spec.storage_class,
    serverEncryption: spec.server_encryption,
    kmsKey: spec.kms_key,
    objectLock: spec.object_lock,
    bytesPerSecond: spec.bandwidth,
    isSingleWriter: spec.single_writer,
  };
}
