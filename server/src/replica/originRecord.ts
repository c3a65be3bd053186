/** The origin of a thin clone, as `_pond/origin.json` names it. The file may come from a stranger. */
import { PondError } from '../base/error.ts';
import { fieldsOf, parseJson } from '../base/json.ts';
import { originPath } from '../storage/pondStorage.ts';
import { type Environment, addressOf, parseLocation, type RemoteLocation } from '../remote/location.ts';
import { openObjectStore } from '../remote/openStore.ts';
import { type StoreCredentials } from '../remote/s3Settings.ts';
import { openLayout } from './layout.ts';
import { type ObjectStore } from '../remote/objectStore.ts';
import { type Disk, fewValuesBytesMax } from '../storage/disk.ts';
import { makeDirectoryDurable, replaceFile } from '../storage/durable.ts';

/** Names of the environment variables with the keys of a store; their values are never stored. */
export interface KeyVariables {
  readonly key: string;
  readonly secret: string;
  readonly sessionToken: string | undefined;
}

/** The store that a thin clone was made from. */
export interface OriginRecord {
  /** UUID of the pond. */
  readonly pond: string;
  /** Location of the pond on its store: keys are relative to it. */
  readonly location: RemoteLocation;
  /** As it is stored: see `urlOf`. */
  readonly url: string;
  /** Undefined for the keys that the environment provides by itself. */
  readonly keys: KeyVariables | undefined;
}

const format = 1;
const recordBytesMax = 64 * 1024;
const idLengthMax = 100;

/**
 * Returns the origin of the pond on a disk; undefined without one. Fails `pond-damaged`, and `remote-denied` as a
 * location.
 */
export function readOrigin(disk: Disk): OriginRecord | undefined {
  const stat = disk.stat(originPath);
  if (stat?.kind !== 'file') return undefined;
  if (stat.sizeBytes > recordBytesMax) throw malformed(`it has ${stat.sizeBytes} bytes`);
  const fields = fieldsOf(parseJson(disk.readFile(originPath, fewValuesBytesMax) ?? new Uint8Array()));
  if (fields['format'] !== format) throw malformed(`its format is ${JSON.stringify(fields['format'])}, not ${format}`);
  const { pond, url } = fields;
  if (typeof url !== 'string') throw malformed('it has no URL');
  if (typeof pond !== 'string' || pond.length > idLengthMax) throw malformed('it has no id of a pond');
  // Nothing of the environment may complete what a stranger wrote.
  return { pond, url, location: parseLocation(url, () => undefined), keys: keysIn(fields) };
}

/** Stores the origin of the pond on a disk, durably. */
export function writeOrigin(disk: Disk, { pond, url, keys }: Omit<OriginRecord, 'location'>): void {
  makeDirectoryDurable(disk, '_pond');
  const references = keys && {
    key: referenceTo(keys.key),
    secret: referenceTo(keys.secret),
    ...(keys.sessionToken !== undefined && { session_token: referenceTo(keys.sessionToken) }),
  };
  replaceFile(disk, originPath, Buffer.from(`${JSON.stringify({ format, pond, url, ...references }, null, 2)}\n`));
}

/** Access of fetching from an origin to this computer, in words that follow the name of the pond. */
export function originAccess({ location, keys }: OriginRecord): string {
  const address = addressOf(location);
  if (location.kind === 'folder') return `reads contents from ${address}`;
  const variables = keys === undefined ? ['the keys of the environment'] : variablesOf(keys);
  return `fetches contents from ${address} with ${variables.join(', ')}`;
}

/** Opens the copy of an origin. Fails `secret-missing`, and as openLayout. */
export async function openOrigin({ location, keys }: OriginRecord, env: Environment): Promise<ObjectStore> {
  const isUnkeyed = location.kind === 'folder' || keys === undefined;
  const store = await openObjectStore(location, isUnkeyed ? {} : { credentials: credentialsOf(keys, env) });
  return await openLayout(store, { env });
}

function credentialsOf({ key, secret, sessionToken }: KeyVariables, env: Environment): StoreCredentials {
  const valueOf = (variable: string): string => {
    const value = env(variable);
    if (value !== undefined && value !== '') return value;
    throw new PondError('secret-missing', `the environment variable ${variable} is not set`, {
      hint: `Set ${variable} to the key of the store from which this pond was cloned.`,
    });
  };
  const keys = { keyId: valueOf(key), secret: valueOf(secret) };
  return sessionToken === undefined ? keys : { ...keys, sessionToken: valueOf(sessionToken) };
}

const variablesOf = ({ key, secret, sessionToken }: KeyVariables): readonly string[] =>
  [key, secret, sessionToken].filter((name) => name !== undefined);

const referenceTo = (variable: string): string => `\${env:${variable}}`;

function keysIn(fields: Readonly<Record<string, unknown>>): KeyVariables | undefined {
  const variableIn = (name: string): string | undefined => {
    const text = fields[name];
    if (text === undefined) return undefined;
    const variable = typeof text === 'string' ? /^\$\{env:([A-Za-z_]\w*)\}$/.exec(text)?.[1] : undefined;
    if (variable === undefined) throw malformed(`its ${name} is not a reference \${env:NAME}`);
    return variable;
  };
  const [key, secret, sessionToken] = [variableIn('key'), variableIn('secret'), variableIn('session_token')];
  if (key === undefined && secret === undefined && sessionToken === undefined) return undefined;
  if (key === undefined || secret === undefined) throw malformed('it has only one of key and secret');
  return { key, secret, sessionToken };
}

function malformed(problem: string): PondError {
  return new PondError('pond-damaged', `the origin of this pond is not well formed: ${problem}`, {
    path: originPath,
    hint: "Clone the pond again, or remove the file if all contents are here: 'pond check' counts those that are not.",
  });
}
