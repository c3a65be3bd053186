import { nameText, plainText, pondGlobText, secretText, uuidText } from '../../../documents/fieldTypes.ts';
import {
  choice,
  type FieldIssue,
  list,
  object,
  type ObjectSchema,
  optional,
  type SpecOf,
} from '../../../documents/schema.ts';
import { type IsAbsent, storeFields, storeIssues } from '../../model/storeFields.ts';

const unchecked = object({
  ...storeFields,
  pond: optional(
    uuidText,
    'Id of the other pond. If left out, the store must have only one.',
    '6f8f2a1e-0c5d-4e8b-9a51-3f2f6f1f9c11',
  ),
  backup_uuid: optional(
    uuidText,
    'Id of the Backup resource that wrote the copy of the other pond to the store, in place of `pond`.',
    '2f1d8a4e-6c3b-4f5a-9d7e-0b1c2d3e4f50',
  ),
  identity: optional(
    secretText,
    'Secret key (`AGE-SECRET-KEY-1…`) of a recipient, or the passphrase, as a reference to an environment variable: for a copy that is encrypted.',
    '"${env:POND_IDENTITY}"',
  ),
  paths: optional(
    list(pondGlobText),
    'Patterns of paths in the other pond. Each match is copied with everything below it. Everything if left out.',
    '[/sensors, "/reports/*.csv"]',
  ),
  into: optional(
    nameText,
    'Name of a directory below `/Copy/NAME` that gets the copy, by default `/Copy/NAME` itself.',
    'harbor',
  ),
  mode: optional(
    choice('how long the copy follows the other pond', {
      follow: 'each run copies the latest commit',
      pinned: 'the copy stays at the version `at`',
    }),
    'By default `follow`.',
    'pinned',
  ),
  at: optional(plainText, 'Version of the other pond, for `mode: pinned`: a commit number, or an ISO time.', '12'),
});

export type CopySpec = SpecOf<typeof unchecked>;

/** The `spec` of a Copy resource. */
export const copySpec: ObjectSchema<CopySpec> = { ...unchecked, check };

const versionForm = /^(\d{1,15}|\d{4}-\d\d-\d\d.*)$/;

function check(fields: Partial<CopySpec>, isAbsent: IsAbsent): readonly FieldIssue[] {
  const issues = [...storeIssues(fields, isAbsent, [])];
  const add = (key: string, code: FieldIssue['code'], message: string, hint: string): void =>
    void issues.push({ key, code, message, hint });
  if (!isAbsent('pond') && !isAbsent('backup_uuid')) {
    add('backup_uuid', 'key-conflict', 'backup_uuid replaces pond', 'Remove either.');
  }
  const { mode, at, paths } = fields;
  if (paths?.length === 0) add('paths', 'list-empty', 'paths has no items', 'Leave paths out to copy everything.');
  if (mode === 'pinned' && isAbsent('at')) {
    add('mode', 'key-missing', 'with this mode, the key "at" is missing', 'Write the number of a commit, or a time.');
  }
  if (mode !== 'pinned' && !isAbsent('at') && (mode !== undefined || isAbsent('mode'))) {
    add('at', 'key-conflict', 'at is for "mode: pinned"', 'Add "mode: pinned", or remove at.');
  }
  if (at !== undefined && !versionForm.test(at)) {
    const message = `expected the number of a commit or an ISO time, got "${at}"`;
    add('at', 'format-invalid', message, 'A version such as HEAD~1 would change with each commit.');
  }
  return issues;
}
