import { addressOf } from '../../../remote/location.ts';
import { type ResourceKind } from '../../model/kind.ts';
import { keyAccesses, locationOfStore } from '../../model/storeFields.ts';
import { type CopySpec, copySpec } from './spec.ts';

/** Copy: the tree of another pond, from its copy on a store. */
export const copy: ResourceKind<CopySpec> = {
  kind: 'Copy',
  icon: 'copy',
  summary: 'shows the tree of another pond, from the copy that a Backup made of it',
  doc: [
    'Each run reads the latest commit of the other pond at the store, and commits the difference below `/Copy/NAME/`. [Copies of other ponds](copy.md) describes it.',
    '',
    '- Files, tables, links and attributes are the same, and a series has the same versions. What the other pond removed is removed here.',
    '- Directories without a change are not visited, and contents that this pond has are not fetched.',
    '- What is below `/Copy/NAME/` is read-only. Resources in it do not run. What they compute is shown, from what is copied.',
    '- The record of the run names the commit and the root hash of the other pond. Without `paths`, the copy has that hash.',
    '',
    '**Errors.** `not-allowed`: the document is from somebody else, and you did not allow it to read from this store. `secret-missing`: a variable is not set, or the copy is encrypted and the document has no `identity`. `pond-not-found`: the store has no such pond. `version-not-found`: it has no version `at`. `remote-denied`, `remote-failed`: the store rejects the credentials, or cannot be reached. `remote-damaged`: something there is altered. `remote-diverged`: it has another pond. `resource-cycle`: the other pond has a copy of this one.',
    '',
    'A run that fails changes nothing, and the next one continues with what was fetched.',
    '',
    '**Changing it.** Apply the document with other `paths`, `into` or `at`: the next run adds what is missing and removes the rest.',
  ].join('\n'),
  spec: copySpec,
  flows: () => [{ writes: '**', reads: [] }],
  hostAccess(spec) {
    const address = addressOf(locationOfStore(spec));
    const { identity } = spec;
    return [
      `copies a pond from ${address}`,
      ...(identity === undefined ? [] : [`decrypts what it reads from ${address} with ${identity.variable}`]),
      ...keyAccesses(spec, []),
    ];
  },
  copiedTree: ({ into = '' }) => into,
  async run(context) {
    return await (await import('./run.ts')).runCopy(context);
  },
  example: `apiVersion: duckpond/v1
kind: Copy
name: harbor
desc: Readings of the harbor pond, from its backup
spec:
  bucket: pond-backup
  region: auto
  key: \${env:S3_KEY}
  secret: \${env:S3_SECRET}
  endpoint: https://s3.example.org
  pond: 6f8f2a1e-0c5d-4e8b-9a51-3f2f6f1f9c11
  paths: [/sensors, "/reports/*.csv"]
`,
};
