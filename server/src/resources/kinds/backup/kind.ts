import { addressOf } from '../../../remote/location.ts';
import { copyAtStore } from '../../../replica/storeCopy.ts';
import { type ResourceKind } from '../../model/kind.ts';
import { keyAccesses, locationOfStore } from '../../model/storeFields.ts';
import { type BackupSpec, backupSpec } from './spec.ts';

/** Backup: the pond, sent to a store. */
export const backup: ResourceKind<BackupSpec> = {
  kind: 'Backup',
  icon: 'archive',
  summary: 'copies the whole pond to an S3-compatible store, or to a folder',
  doc: [
    'Each run sends the commits since the last one. Runs of a Backup come after all others of their round, however those ended. [Backup](backup.md) describes the copy, and how to verify and restore it.',
    '',
    '- The copy is the pond itself, file by file. Other programs that read Delta tables can open it, at every version.',
    '- At every moment it is a whole version of the pond. A run that is cancelled or fails leaves an older one, and the next continues.',
    '- Nothing is replaced or removed: permission to write and read new objects is enough. Staged changes are not sent.',
    '- The record of a run alone is not sent; it travels with the next commit.',
    '',
    '**Errors.** `not-allowed`: the document is from somebody else, and you did not allow it to send the pond to this store. `secret-missing`: a variable is not set. `remote-denied`: the store rejects the credentials. `remote-failed`: the store cannot be reached. `remote-diverged`: it holds another pond, or other commits. `remote-damaged`: an object there is altered. `remote-unsafe`: it does not protect objects from being written twice. `pond-damaged`: a file of the pond is altered; the commits before it are sent.',
    '',
    '**Changing it.** With another endpoint, bucket or prefix, the next run makes a new copy there, and the old one stays.',
  ].join('\n'),
  spec: backupSpec,
  flows: () => [],
  hostAccess(spec) {
    const address = addressOf(locationOfStore(spec));
    const { identity } = spec;
    return [
      `sends the pond to ${address}`,
      ...(identity === undefined ? [] : [`encrypts what it sends to ${address} with ${identity.variable}`]),
      ...keyAccesses(spec, [spec.prune_key, spec.prune_secret]),
    ];
  },
  async copyState(resource, stored) {
    return await (await import('./copyInfo.ts')).copyInfo(resource, stored);
  },
  async openCopy(resource, pond, { env, signal }) {
    const { openBackup } = await import('./openBackup.ts');
    return copyAtStore(await openBackup(resource, pond, env), signal);
  },
  async run(context) {
    return await (await import('./run.ts')).runBackup(context);
  },
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
