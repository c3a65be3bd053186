/** Fields of a spec that name a store and its keys. */
import { isPondError } from '../../base/error.ts';
import { plainText, type SecretReference, secretText } from '../../documents/fieldTypes.ts';
import { boolean, choice, type FieldIssue, object, optional, required, type SpecOf } from '../../documents/schema.ts';
import { type Environment, locationOf, type RemoteLocation } from '../../remote/location.ts';
import { type StoreCredentials } from '../../remote/s3Settings.ts';
import { documentError } from './documentError.ts';
import { type Resource } from './kind.ts';
import { titleOf } from './resourcePath.ts';

const keyFields = {
  bucket: optional(plainText, 'Name of the bucket.', 'pond-backup'),
  region: optional(
    plainText,
    'Region of the store, by default `auto`. Many compatible stores accept that; at Amazon the region is named.',
    'auto',
  ),
  key: optional(
    secretText,
    'Access key id, as a reference to an environment variable. Its value is never stored in the pond.',
    '"${env:S3_KEY}"',
  ),
  secret: optional(
    secretText,
    'Secret access key, as a reference to an environment variable. Its value is never stored in the pond.',
    '"${env:S3_SECRET}"',
  ),
  session_token: optional(
    secretText,
    'Token of temporary credentials, as a reference to an environment variable.',
    '"${env:S3_TOKEN}"',
  ),
  credentials: optional(
    choice('where the credentials are', {
      environment:
        'on this computer: an AWS profile, the variables `AWS_…`, a single sign-on, or the role of the machine',
    }),
    'In place of `key` and `secret`.',
    'environment',
  ),
};

/** The fields, as they are listed in the reference. */
export const storeFields = {
  ...keyFields,
  endpoint: required(
    plainText,
    'Address of the store: `https://HOST`, or `file:///FOLDER` for a folder of this computer, such as a network drive. The folder must exist, and the fields of buckets and keys are left out then.',
    'file:///mnt/nas/ponds',
  ),
  prefix: optional(
    plainText,
    'Start of the names of all objects, by default `ponds` in a bucket. Several ponds can share it.',
    'ponds',
  ),
  path_style: optional(
    boolean,
    'True when the name of the bucket is in the path of requests: the default, except at Amazon.',
    'true',
  ),
};

const storeSpec = object(storeFields);

/** A spec that names a store. */
type StoreSpec = SpecOf<typeof storeSpec>;

/** Returns the store that a spec names. Fails `usage` and `remote-denied`, which checked documents do not. */
export function locationOfStore(spec: StoreSpec): RemoteLocation {
  const { endpoint, bucket, region, prefix, path_style: isPathStyle } = spec;
  return locationOf({ endpoint, bucket, region, prefix, isPathStyle });
}

/** True for a key that the document does not have. */
export type IsAbsent = (key: string) => boolean;

/** Returns issues of the fields; `otherKeys` are more fields that a folder does not have. */
export function storeIssues(
  fields: Partial<StoreSpec>,
  isAbsent: IsAbsent,
  otherKeys: readonly string[],
): readonly FieldIssue[] {
  const { endpoint } = fields;
  if (endpoint === undefined) return [];
  const issues = /^file:/i.test(endpoint) ? folderIssues(isAbsent, otherKeys) : bucketIssues(isAbsent);
  const names: readonly (keyof StoreSpec)[] = ['bucket', 'region', 'prefix', 'path_style'];
  const isWhole = names.every((name) => isAbsent(name) || fields[name] !== undefined);
  if (issues.length > 0 || !isWhole) return issues;
  try {
    locationOfStore({ ...fields, endpoint });
    return [];
  } catch (error) {
    if (!isPondError(error)) throw error;
    const { message, hint } = error;
    return [{ key: 'endpoint', code: 'format-invalid', message, ...(hint !== undefined && { hint }) }];
  }
}

function folderIssues(isAbsent: IsAbsent, otherKeys: readonly string[]): readonly FieldIssue[] {
  const names = [...Object.keys(keyFields), 'path_style', ...otherKeys];
  return names
    .filter((name) => !isAbsent(name))
    .map((key) => ({
      key,
      code: 'key-conflict',
      message: `a folder as the endpoint has no ${key}`,
      hint: `Remove ${key}, or name an endpoint with https.`,
    }));
}

function bucketIssues(isAbsent: IsAbsent): readonly FieldIssue[] {
  const issues: FieldIssue[] = [];
  const missing = (name: string, hint: string): void => {
    if (!isAbsent(name)) return;
    issues.push({ key: 'endpoint', code: 'key-missing', message: missingText('endpoint', name), hint });
  };
  const keysHint = 'Write "${env:NAME}", or "credentials: environment" in place of both keys.';
  missing('bucket', 'Name the bucket, or write "file:///FOLDER" as the endpoint.');
  if (isAbsent('credentials')) {
    missing('key', keysHint);
    missing('secret', keysHint);
  } else if (!['key', 'secret', 'session_token'].every(isAbsent)) {
    const message = 'credentials replaces key, secret and session_token';
    issues.push({ key: 'credentials', code: 'key-conflict', message, hint: 'Remove either.' });
  }
  return issues;
}

/** Text of an issue: a key needs another. */
export const missingText = (key: string, name: string): string => `with this ${key}, the key "${name}" is missing`;

/** Accesses to the host of a spec with keys: what is sent to the store. */
export function keyAccesses(spec: StoreSpec, more: readonly (SecretReference | undefined)[]): readonly string[] {
  const location = locationOfStore(spec);
  const sent = [spec.key, spec.secret, spec.session_token, ...more];
  const variables = sent.flatMap((reference) => (reference === undefined ? [] : [reference.variable]));
  const origin = location.kind === 's3' ? location.endpoint : '';
  return [
    ...variables.map((variable) => `sends ${variable} to ${origin}`),
    ...(spec.credentials === undefined ? [] : [`uses the AWS credentials of this computer at ${origin}`]),
  ];
}

/** References to the keys of a store. */
export interface KeyReferences {
  readonly key: readonly [field: string, reference: SecretReference | undefined];
  readonly secret: readonly [field: string, reference: SecretReference | undefined];
  readonly token?: readonly [field: string, reference: SecretReference | undefined];
}

/** Returns the keys of a store. Fails `secret-missing` with the name of the unset variable. */
export function credentialsOf(
  resource: Resource,
  env: Environment,
  { key: [keyField, key], secret: [secretField, secret], token: [tokenField, token] = ['', undefined] }: KeyReferences,
): StoreCredentials {
  if (key === undefined || secret === undefined) return 'environment';
  return {
    keyId: secretOf(resource, env, keyField, key),
    secret: secretOf(resource, env, secretField, secret),
    ...(token && { sessionToken: secretOf(resource, env, tokenField, token) }),
  };
}

/** Returns the value of the variable that a field refers to. Fails `secret-missing`. */
export function secretOf(resource: Resource, env: Environment, field: string, { variable }: SecretReference): string {
  const value = env(variable);
  if (value !== undefined && value !== '') return value;
  const message = `${titleOf(resource)}: the environment variable ${variable} is not set`;
  const hint = `Set ${variable} to the ${field} of the store before the resource runs.`;
  throw documentError(resource, 'secret-missing', message, { at: [field], hint });
}
