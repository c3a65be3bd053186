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
import { type IsAbsent, missingText, storeFields, storeIssues } from '../../model/storeFields.ts';
import { recipientText } from './recipient.ts';

/** A share of all blobs, such as `2%`: above 0, at most 1. */
const shareText = parsedText<number>('a share in percent', parseShare, {
  values: [
    { value: '2%', doc: 'two of a hundred' },
    { value: '100%', doc: 'all' },
  ],
});

/** A rate, such as `4 MiB/s`, in bytes per second. */
const rateText = parsedText<number>('a rate', parseRate);

/** Fields that only a bucket has, in addition to those of every store. */
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
  layout: optional(
    choice('a layout', {
      open: 'the pond as it is, which other programs can read',
      sealed: 'names and contents are encrypted on this computer first: see [Encryption](stores.md#encryption)',
    }),
    'Layout of the copy, by default `open`. It is chosen once: a later change needs another prefix.',
    'sealed',
  ),
  recipients: optional(
    list(recipientText),
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

function check(fields: Partial<BackupSpec>, isAbsent: IsAbsent): readonly FieldIssue[] {
  const store = storeIssues(fields, isAbsent, Object.keys(bucketFields));
  const isFolder = /^file:/i.test(fields.endpoint ?? '');
  return [...store, ...(isFolder ? [] : pairIssues(isAbsent)), ...sealedIssues(fields, isAbsent)];
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

/** Issues of fields that need another one. */
function pairIssues(isAbsent: IsAbsent): readonly FieldIssue[] {
  const pairs = [
    { key: 'prune_key', needs: 'prune_secret', hint: 'Name both keys of the pruner.' },
    { key: 'prune_secret', needs: 'prune_key', hint: 'Name both keys of the pruner.' },
    { key: 'kms_key', needs: 'server_encryption', hint: 'Write "server_encryption: aws:kms".' },
  ];
  return pairs
    .filter(({ key, needs }) => !isAbsent(key) && isAbsent(needs))
    .map(({ key, needs, hint }) => ({ key, code: 'key-missing', message: missingText(key, needs), hint }));
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
