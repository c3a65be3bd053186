import { bucketText, secretText } from '../../../documents/fieldTypes.ts';
import {
  boolean,
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

const unchecked = object({
  ...storeFields,
  single_writer: optional(
    boolean,
    'True to use a store that does not protect objects from being written twice. Then only one computer may ever back up this pond there.',
    'false',
  ),
  verify: optional(
    object({
      every: required(bucketText, 'Time between two verifications; a run that is due makes one.', '7d'),
      sample: optional(shareText, 'Share of the large contents that each reads back, by default `2%`.', '2%'),
    }),
    'Verifies the copy from time to time, as `pond backup verify` does.',
    '{ every: 7d, sample: 2% }',
  ),
  prune_key: optional(
    secretText,
    'Access key id for `pond backup prune`, which alone removes objects. Runs never use it.',
    '"${env:S3_PRUNE_KEY}"',
  ),
  prune_secret: optional(secretText, 'Secret access key for `pond backup prune`.', '"${env:S3_PRUNE_SECRET}"'),
});

export type BackupSpec = SpecOf<typeof unchecked>;

/** The `spec` of a Backup resource. */
export const backupSpec: ObjectSchema<BackupSpec> = { ...unchecked, check };

function check(fields: Partial<BackupSpec>, isAbsent: IsAbsent): readonly FieldIssue[] {
  const issues = [...storeIssues(fields, isAbsent, ['prune_key', 'prune_secret'])];
  const missing = (at: string, name: string): void => {
    if (!isAbsent(name) || isAbsent(at) || /^file:/i.test(fields.endpoint ?? '')) return;
    const hint = 'Name both keys of the pruner.';
    issues.push({ key: at, code: 'key-missing', message: missingText(at, name), hint });
  };
  missing('prune_key', 'prune_secret');
  missing('prune_secret', 'prune_key');
  return issues;
}

function parseShare(text: string): Parsed<number> {
  const percent = Number(/^(\d{1,3}(?:\.\d{1,6})?) ?%$/.exec(text)?.[1]);
  if (percent > 0 && percent <= 100) return { value: percent / 100 };
  const message = `expected a share above 0% and up to 100%, got "${text}"`;
  return { issues: [{ code: 'format-invalid', message, hint: 'Write for example "2%".' }] };
}
