import { type ResourceKind } from '../kind.ts';
import { s3Fields } from '../s3.ts';

/** Backup: the pond, sent to a bucket. */
export const backup: ResourceKind = {
  kind: 'Backup',
  summary: 'keeps a copy of the pond in an S3-compatible store',
  doc: 'This version checks the document and keeps it; runs skip the resource, and say so. Nothing is sent.',
  spec: { type: 'object', fields: s3Fields },
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
