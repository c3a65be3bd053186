import { isPondError } from '../../../base/error.ts';
import { bucketText, plainText, secretText } from '../../../documents/fieldTypes.ts';
import {
  boolean,
  choice,
  integer,
  type FieldIssue,
  list,
  object,
  type ObjectSchema,
  optional,
  type Parsed,
  parsedText,
  required,
  type SpecOf,
} from '../../../documents/schema.ts';
import { locationOf, type RemoteLocation } from '../../../remote/location.ts';

/** A share of all blobs, such as `2%`: above 0, at most 1. */
const shareText = parsedText<number>('a share in percent', parseShare, {
  values: [
    { value: '2%', doc: 'two of a hundred' },
    { value: '100%', doc: 'all' },
  ],
});

/** A rate, such as `4 MiB/s`, in bytes per second. */
const rateText = parsedText<number>('a rate', parseRate);

/** Fields that only a bucket has. */
const s3Fields = {
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
  path_style: optional(
    boolean,
    'True when the name of the bucket is in the path of requests: the default, except at Amazon.',
    'true',
  ),
  storage_class: optional(
    plainText,
    'Storage class of large contents. Log entries and rows are read often, and stay in the class of the bucket.',
    'STANDARD_IA',
  ),
  server_encryption: optional(
    choice('how the store encrypts objects', {
      AES256: 'with keys of the store',
      'aws:kms': 'with a key of the key management service, which `kms_key` names',
    }),
    'Encryption by the store, by default as the bucket says.',
    'AES256',
  ),
  kms_key: optional(plainText, 'Id of the key, with `aws:kms`.', 'alias/ponds'),
  object_lock: optional(
    object({
      mode: required(
        choice('a mode of locks', {
          governance: 'users with a special permission can remove a locked object',
          compliance: 'no user can remove a locked object',
        }),
        'Mode of the lock.',
        'governance',
      ),
      days: required(integer(1, 36_500), 'Days for which each new object is locked.', '30'),
    }),
    'Locks each new object against removal. The bucket must allow locks.',
    '{ mode: governance, days: 30 }',
  ),
  bandwidth: optional(
    rateText,
    'The most that is sent or received in a second; as fast as possible if omitted.',
    '4 MiB/s',
  ),
  single_writer: optional(
    boolean,
    'True to use a store that does not protect objects from being written twice. Then only one computer may ever back up this pond there.',
    'false',
  ),
  prune_key: optional(
    secretText,
    'Access key id for `pond backup prune`, which alone removes objects. Runs never use it.',
    '"${env:S3_PRUNE_KEY}"',
  ),
  prune_secret: optional(secretText, 'Secret access key for `pond backup prune`.', '"${env:S3_PRUNE_SECRET}"'),
};

const unchecked = object({
  ...s3Fields,
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
  layout: optional(
    choice('a layout', {
      open: 'the pond as it is, which other programs can read',
      sealed: 'names and contents are encrypted on this computer first: see [Encryption](stores.md#encryption)',
    }),
    'Layout of the copy, by default `open`. It is chosen once: a later change needs another prefix.',
    'sealed',
  ),
  recipients: optional(
    list(plainText),
    'Public keys (`age1…`) that can each read a sealed copy; without any, the identity is a passphrase.',
    '[age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p]',
  ),
  identity: optional(
    secretText,
    'Secret key (`AGE-SECRET-KEY-1…`) of a recipient, or a passphrase, as a reference to an environment variable. A sealed copy needs it.',
    '"${env:POND_IDENTITY}"',
  ),
  verify: optional(
    object({
      every: required(bucketText, 'Time between two verifications; a run that is due makes one.', '7d'),
      sample: optional(shareText, 'Share of the large contents that each reads back, by default `2%`.', '2%'),
    }),
    'Verifies the copy from time to time, as `pond backup verify` does.',
    '{ every: 7d, sample: 2% }',
  ),
});

export type BackupSpec = SpecOf<typeof unchecked>;

/** The `spec` of a Backup resource. */
export const backupSpec: ObjectSchema<BackupSpec> = { ...unchecked, check };

/** Returns the store that a Backup names. Fails `usage` and `remote-denied`, which checked documents do not. */
export function locationOfBackup(spec: BackupSpec): RemoteLocation {
  const { endpoint, bucket, region, prefix, path_style: isPathStyle } = spec;
  return locationOf({ endpoint, bucket, region, prefix, isPathStyle });
}

type IsAbsent = (key: string) => boolean;

function check(fields: Partial<BackupSpec>, isAbsent: IsAbsent): readonly FieldIssue[] {
  const { endpoint } = fields;
  if (endpoint === undefined) return [];
  const place = /^file:/i.test(endpoint) ? folderIssues(isAbsent) : bucketIssues(isAbsent);
  const issues = [...place, ...sealedIssues(fields, isAbsent)];
  const names: readonly (keyof BackupSpec)[] = ['bucket', 'region', 'prefix', 'path_style'];
  const isWhole = names.every((name) => isAbsent(name) || fields[name] !== undefined);
  if (issues.length > 0 || !isWhole) return issues;
  try {
    locationOfBackup({ ...fields, endpoint });
    return [];
  } catch (error) {
    if (!isPondError(error)) throw error;
    const { message, hint } = error;
    return [{ key: 'endpoint', code: 'format-invalid', message, ...(hint !== undefined && { hint }) }];
  }
}

function folderIssues(isAbsent: IsAbsent): readonly FieldIssue[] {
  return Object.keys(s3Fields)
    .filter((name) => !isAbsent(name))
    .map((key) => ({
      key,
      code: 'key-conflict',
      message: `a folder as the endpoint has no ${key}`,
      hint: `Remove ${key}, or name an endpoint with https.`,
    }));
}

function sealedIssues({ layout }: Partial<BackupSpec>, isAbsent: IsAbsent): readonly FieldIssue[] {
  if (layout === 'sealed' && isAbsent('identity')) {
    const message = 'with "layout: sealed", the key "identity" is missing';
    return [{ key: 'layout', code: 'key-missing', message, hint: 'Write "identity: ${env:POND_IDENTITY}".' }];
  }
  if (layout === 'sealed' || (layout === undefined && !isAbsent('layout'))) return [];
  return ['recipients', 'identity']
    .filter((key) => !isAbsent(key))
    .map((key) => ({
      key,
      code: 'key-conflict',
      message: `a copy that is not sealed has no ${key}`,
      hint: `Write "layout: sealed", or remove ${key}.`,
    }));
}

function bucketIssues(isAbsent: IsAbsent): readonly FieldIssue[] {
  const issues: FieldIssue[] = [];
  const missing = (at: string, name: string, hint: string): void => {
    if (!isAbsent(name) || isAbsent(at)) return;
    issues.push({ key: at, code: 'key-missing', message: `with this ${at}, the key "${name}" is missing`, hint });
  };
  const keysHint = 'Write "${env:NAME}", or "credentials: environment" in place of both keys.';
  missing('endpoint', 'bucket', 'Name the bucket, or write "file:///FOLDER" as the endpoint.');
  if (isAbsent('credentials')) {
    missing('endpoint', 'key', keysHint);
    missing('endpoint', 'secret', keysHint);
  } else if (!['key', 'secret', 'session_token'].every(isAbsent)) {
    const message = 'credentials stands in place of key, secret and session_token';
    issues.push({ key: 'credentials', code: 'key-conflict', message, hint: 'Remove either.' });
  }
  missing('prune_key', 'prune_secret', 'Name both keys of the pruner.');
  missing('prune_secret', 'prune_key', 'Name both keys of the pruner.');
  missing('kms_key', 'server_encryption', 'Write "server_encryption: aws:kms".');
  return issues;
}

function parseShare(text: string): Parsed<number> {
  const percent = Number(/^(\d{1,3}(?:\.\d{1,6})?) ?%$/.exec(text)?.[1]);
  if (percent > 0 && percent <= 100) return { value: percent / 100 };
  const message = `expected a share above 0% and up to 100%, got "${text}"`;
  return { issues: [{ code: 'format-invalid', message, hint: 'Write for example "2%".' }] };
}

function parseRate(text: string): Parsed<number> {
  const [, number, unit = ''] = /^(\d{1,9}(?:\.\d{1,3})?) ?([KMG]iB|[kMG]B)\/s$/.exec(text) ?? [];
  const bytes = Number(number) * (unitBytes[unit] ?? NaN);
  if (bytes >= 1000) return { value: Math.floor(bytes) };
  const message = `expected a rate of at least 1 kB/s, got "${text}"`;
  return { issues: [{ code: 'format-invalid', message, hint: 'Write for example "4 MiB/s" or "500 kB/s".' }] };
}

const unitBytes: Readonly<Record<string, number>> = {
  ...{ kB: 1e3, MB: 1e6, GB: 1e9 },
  ...{ KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 },
};
