import { type ResourceKind } from '../../model/kind.ts';
import { s3Fields } from '../../model/s3.ts';
import { object, required } from '../../../documents/schema.ts';
import { uuidText } from '../../../documents/fieldTypes.ts';

/** Copy: another pond, fetched from a bucket. */
export const copy: ResourceKind = {
  kind: 'Copy',
  icon: 'copy',
  summary: 'is for a backup of another pond; it does nothing in this version',
  doc: [
    'The document is checked and stored, with a warning (`kind-not-implemented`). A run of the resource fails, and nothing is fetched.',
  ].join('\n'),
  spec: object({
    ...s3Fields,
    backup_uuid: required(
      uuidText,
      'Id of the Backup resource that wrote to the bucket.',
      '2f1d8a4e-6c3b-4f5a-9d7e-0b1c2d3e4f50',
    ),
  }),
  flows: () => [],
  example: `apiVersion: duckpond/v1
kind: Copy
name: restored
desc: The harbor pond, from its backup
spec:
  bucket: pond-backup
  region: auto
  key: \${env:S3_KEY}
  secret: \${env:S3_SECRET}
  endpoint: https://s3.example.org
  backup_uuid: 2f1d8a4e-6c3b-4f5a-9d7e-0b1c2d3e4f50
`,
};
