/** Opens the copy of a pond that a Backup names. */
import { type SecretReference } from '../../../documents/fieldTypes.ts';
import { locationBelow } from '../../../remote/location.ts';
import { type ObjectStore } from '../../../remote/objectStore.ts';
import { openObjectStore } from '../../../remote/openStore.ts';
import { type S3Settings, type StoreCredentials } from '../../../remote/s3Settings.ts';
import { openSealedCopy } from '../../../replica/layout.ts';
import { Ledger } from '../../../replica/ledger.ts';
import { documentError } from '../../model/documentError.ts';
import { type Resource } from '../../model/kind.ts';
import { titleOf } from '../../model/resourcePath.ts';
import { type BackupSpec, locationOfBackup } from './spec.ts';

type Environment = (name: string) => string | undefined;

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
  const location = locationBelow(locationOfBackup(resource.spec), pond);
  const store = await openObjectStore(location, {
    credentials: credentialsOf(resource, env, role),
    settings: settingsOf(resource.spec),
    uploads: ledgerOf(resource, pond).uploads,
  });
  const { layout, identity, recipients = [] } = resource.spec;
  if (layout !== 'sealed' || identity === undefined) return store;
  const access = { recipients, identities: [secretOf(resource, 'identity', identity, env)] };
  try {
    return await openSealedCopy(store, access);
  } catch (error) {
    store.close();
    throw error;
  }
}

/** Returns what this computer remembers of the copy. */
export function ledgerOf({ spec }: Resource<BackupSpec>, pond: string): Ledger {
  return Ledger.ofUser(pond, locationBelow(locationOfBackup(spec), pond));
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

function credentialsOf(resource: Resource<BackupSpec>, env: Environment, role: KeyRole): StoreCredentials {
  const { spec } = resource;
  const isPrune = role === 'prune' && spec.prune_key !== undefined;
  const [key, secret] = isPrune ? [spec.prune_key, spec.prune_secret] : [spec.key, spec.secret];
  if (key === undefined || secret === undefined) return 'environment';
  const valueOf = (field: string, reference: SecretReference): string => secretOf(resource, field, reference, env);
  const token = isPrune ? undefined : spec.session_token;
  return {
    keyId: valueOf(isPrune ? 'prune_key' : 'key', key),
    secret: valueOf(isPrune ? 'prune_secret' : 'secret', secret),
    ...(token && { sessionToken: valueOf('session_token', token) }),
  };
}

/** Returns the value of a variable that a field refers to. Fails `secret-missing`. */
function secretOf(
  resource: Resource<BackupSpec>,
  field: string,
  { variable }: SecretReference,
  env: Environment,
): string {
  const value = env(variable);
  if (value !== undefined && value !== '') return value;
  const message = `${titleOf(resource)}: the environment variable ${variable} is not set`;
  const hint = `Set ${variable} to the ${field} of the store before the resource runs.`;
  throw documentError(resource, 'secret-missing', message, { at: [field], hint });
}
