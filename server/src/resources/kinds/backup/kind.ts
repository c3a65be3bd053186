import { type ResourceKind } from '../../model/kind.ts';
import { object } from '../../../documents/schema.ts';
import { s3Fields } from '../../model/s3.ts';

/** Backup: the pond, sent to a bucket. */
export const backup: ResourceKind = {
  kind: 'Backup',
  icon: 'archive',
  summary: 'is for a copy of the pond in an S3-compatible store; it does nothing in this version',
  doc: [
    'The document is checked and stored, with a warning (`kind-not-implemented`). A run of the resource fails, and nothing is sent.',
  ].join('\n'),
  spec: object(s3Fields),
  flows: () => [],
  example: `apiVersion: duckpond/v1
kind: Backup
name: offsite
desc: Nightly copy of the pond
spec:
  bucket: pond-backup
  region: auto
  key: \${env:S3_KEY}
  secret: \${env:S3_SECRET}
  endpoint: https://s3.example.org
`,
};
