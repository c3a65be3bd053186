import { bucketText, plainText, secretText } from '../../../documents/fieldTypes.ts';
import {
  boolean,
  choice,
  integer,
  type FieldIssue,
  object,
  type ObjectSchema,
  optional,
  type Parsed,
  parsedText,
  required,
  type SpecOf,
} from '../../../documents/schema.ts';
import { type IsAbsent, missingText, storeFields, storeIssues } from './storeFields.ts';

/** A share of all blobs, such as `2%`: above 0, at most 1. */
const shareText = parsedText<number>('a share in percent', parseShare, {
  values: [
    { value: '2%', doc: 'two of a hundred' },
    { value: '100%', doc: 'all' },
  ],
});

/** A rate, such as `4 MiB/s`, in bytes per second. */
const rateText = parsedText<number>('a rate', parseRate);

/** More fields that only a bucket has. */
const bucketFields = {
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
  ...storeFields,
  ...bucketFields,
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

function check(fields: Partial<BackupSpec>, isAbsent: IsAbsent): readonly FieldIssue[] {
  const issues = [...storeIssues(fields, isAbsent, Object.keys(bucketFields))];
  const missing = (at: string, name: string, hint: string): void => {
    if (!isAbsent(name) || isAbsent(at) || /^file:/i.test(fields.endpoint ?? '')) return;
    issues.push({ key: at, code: 'key-missing', message: missingText(at, name), hint });
  };
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
