/** Opens the copy of a pond that a Backup names. */
import { type Environment, locationBelow } from '../../../remote/location.ts';
import { type ObjectStore } from '../../../remote/objectStore.ts';
import { openObjectStore } from '../../../remote/openStore.ts';
import { type S3Settings } from '../../../remote/s3Settings.ts';
import { openSealedCopy } from '../../../replica/layout.ts';
import { Ledger } from '../../../replica/ledger.ts';
import { type Resource } from '../../model/kind.ts';
import { credentialsOf, type KeyReferences, locationOfStore, secretOf } from '../../model/storeFields.ts';
import { type BackupSpec } from './spec.ts';

/** Which keys of the document are used. */
type KeyRole = 'write' | 'prune';

/**
 * Returns the store with the copy of a pond; the caller closes it. Fails `secret-missing` with the name of the unset
 * variable. Nothing is sent yet to a copy that is open; a sealed one is asked for its keys, and fails as openSealedCopy.
 */
export async function openBackup(
  resource: Resource<BackupSpec>,
  pond: string,
  env: Environment,
  role: KeyRole = 'write',
): Promise<ObjectStore> {
  const location = locationBelow(locationOfStore(resource.spec), pond);
  const store = await openObjectStore(location, {
    credentials: credentialsOf(resource, env, keysFor(resource.spec, role)),
    settings: settingsOf(resource.spec),
    uploads: ledgerOf(resource, pond).uploads,
  });
  const { layout, identity, recipients = [] } = resource.spec;
  if (layout !== 'sealed' || identity === undefined) return store;
  const access = { recipients, identities: [secretOf(resource, env, 'identity', identity)] };
  try {
    return await openSealedCopy(store, access);
  } catch (error) {
    store.close();
    throw error;
  }
}

/** Returns what this computer remembers of the copy. */
export function ledgerOf({ spec }: Resource<BackupSpec>, pond: string): Ledger {
  return Ledger.ofUser(pond, locationBelow(locationOfStore(spec), pond));
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

function keysFor(spec: BackupSpec, role: KeyRole): KeyReferences {
  if (role === 'prune' && spec.prune_key !== undefined) {
    return { key: ['prune_key', spec.prune_key], secret: ['prune_secret', spec.prune_secret] };
  }
  const token = ['session_token', spec.session_token] as const;
  return { key: ['key', spec.key], secret: ['secret', spec.secret], token };
}
