/** The data key of the sealed layout, wrapped for recipients in files of the `age` format. Imported on first use. */
import { Decrypter, Encrypter } from 'age-encryption';
import { randomBytes } from 'node:crypto';
import { PondError } from '../base/error.ts';
import { bodyOf } from './content.ts';
import { type ObjectStore, type RequestOptions } from './objectStore.ts';

/** Readers of a sealed store. */
export interface SealedAccess {
  /** Public keys `age1…`, for a store that has no keys yet; without any, a passphrase among the identities is used. */
  readonly recipients: readonly string[];
  /** Secret keys `AGE-SECRET-KEY-1…`, or passphrases, one of which opens the store. */
  readonly identities: readonly string[];
  /** True to read a store that has its keys: one without them is refused, and gets none. */
  readonly isReading?: boolean;
}

const keyPrefix = 'keys/';
const dataKeyBytes = 32;
/** A file for a few recipients has some hundred bytes. */
const keyFileBytesMax = 64 * 1024;
const keyFilesMax = 1000;

/**
 * Returns the data key of a store; a store without one gets it, unless it is read. Fails `remote-denied` when no identity
 * opens a key file, `remote-damaged` for a store that is read and has none, and `usage` for a recipient that is malformed.
 */
export async function dataKeyOf(
  store: ObjectStore,
  access: SealedAccess,
  options: RequestOptions,
): Promise<Uint8Array> {
  const files = await keyFiles(store, options);
  if (files.length > 0) return await openAny(store, files, access, options);
  if (access.isReading === true) {
    throw new PondError('remote-damaged', `${keyPrefix} at ${store.address} has no key of the encrypted copy`, {
      hint: 'Nothing was changed at the store. Restore the folder from an older version of the bucket.',
    });
  }
  const dataKey = randomBytes(dataKeyBytes);
  if (await putFirstKeyFile(store, await wrapped(dataKey, access), options)) return dataKey;
  // Another process made the key meanwhile.
  return await openAny(store, await keyFiles(store, options), access, options);
}

/** Keys of the key files: a person may add some with the age tool. */
async function keyFiles(store: ObjectStore, options: RequestOptions): Promise<readonly string[]> {
  const files: string[] = [];
  for await (const { key } of store.list(keyPrefix, options)) {
    if (/^keys\/\d{1,9}\.age$/.test(key)) files.push(key);
    if (files.length === keyFilesMax) break;
  }
  return files;
}

/** False when another process put one first. */
async function putFirstKeyFile(store: ObjectStore, file: Uint8Array, options: RequestOptions): Promise<boolean> {
  const key = `${keyPrefix}1.age`;
  if ((await store.putIfAbsent(key, bodyOf(file), options)) === 'created') return true;
  // It may be ours, by an answer that was lost.
  const found = await store.read(key, { ...options, sizeBytesMax: keyFileBytesMax });
  return found !== undefined && Buffer.from(file).equals(found);
}

async function wrapped(dataKey: Uint8Array, { recipients, identities }: SealedAccess): Promise<Uint8Array> {
  const encrypter = new Encrypter();
  const passphrase = identities.find((identity) => identity !== '' && !isSecretKey(identity));
  if (recipients.length === 0 && passphrase === undefined) throw invalidRecipient('a sealed store has no recipient');
  try {
    if (recipients.length > 0) for (const recipient of recipients) encrypter.addRecipient(recipient);
    else if (passphrase !== undefined) encrypter.setPassphrase(passphrase);
    return await encrypter.encrypt(dataKey);
  } catch {
    // The text of the error may repeat what it could not parse.
    throw invalidRecipient('a recipient of a sealed store is malformed');
  }
}

function invalidRecipient(message: string): PondError {
  return new PondError('usage', message, { hint: 'Write the public key that age-keygen prints: "age1…".' });
}

async function openAny(
  store: ObjectStore,
  files: readonly string[],
  { identities }: SealedAccess,
  options: RequestOptions,
): Promise<Uint8Array> {
  for (const key of files) {
    const file = await store.read(key, { ...options, sizeBytesMax: keyFileBytesMax });
    for (const identity of identities) {
      const dataKey = file && (await opened(file, identity));
      if (dataKey?.length === dataKeyBytes) return dataKey;
    }
  }
  throw new PondError('remote-denied', `${store.address} is sealed, and no identity opens its keys`, {
    hint: 'Set the variable of the identity to the secret key (AGE-SECRET-KEY-1…) of one of the recipients.',
  });
}

/** Undefined when the identity does not open the file, or the file is damaged. */
async function opened(file: Uint8Array, identity: string): Promise<Uint8Array | undefined> {
  try {
    const decrypter = new Decrypter();
    if (isSecretKey(identity)) decrypter.addIdentity(identity);
    else decrypter.addPassphrase(identity);
    return await decrypter.decrypt(file);
  } catch {
    return undefined;
  }
}

const isSecretKey = (identity: string): boolean => identity.startsWith('AGE-SECRET-KEY-');
