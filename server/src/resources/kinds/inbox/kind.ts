import { type ResourceKind } from '../../model/kind.ts';
import { type InboxSpec, inboxSpec } from './spec.ts';

/** Inbox: files of the host. */
export const inbox: ResourceKind<InboxSpec> = {
  kind: 'Inbox',
  icon: 'inbox',
  summary: 'copies files of the host into the pond',
  doc: [
    'Each run copies the files that match the pattern to `/Inbox/NAME/`. A file keeps its path relative to the part of the pattern before the first wildcard, which must be an existing folder. A pattern without wildcards is one file.',
    '',
    '- A new file becomes version 1; a file with changed content becomes the next version. The notes of the run say which files became shorter, as a log that was emptied: what is gone is in their earlier versions. A file whose size and times are unchanged is not read again.',
    '- A file removed on the host stays in the pond. A file changed or removed in the pond is copied again.',
    '- Names that begin with a dot are included. Links to files count as files; links to folders are not followed.',
    '- A file that changes while it is read is left for the next run.',
    '- Files called `resource.yaml`, `runs.jsonl` or `progress.json` at the top, and files whose names a pond cannot store, are skipped. The notes of the run list them.',
    '',
    'A run counts files and bytes, not rows.',
    '',
    '**Errors.** `not-allowed`: the document is from somebody else, and you did not allow it to read these files. `run-failed`: the folder does not exist, or some files cannot be read; the others are kept. `storage-full`: the disk of the pond is full; nothing of the run is kept.',
    '',
    '**Changing it.** Change the `pattern` and apply the document. Files that no longer match stay in the pond until you remove them.',
  ].join('\n'),
  spec: inboxSpec,
  async run(context) {
    return await (await import('./run.ts')).runInbox(context);
  },
  flows: () => [{ writes: '**', reads: [] }],
  filesFormat: ({ format }) => format,
  hostAccess: ({ pattern }) => [`reads ${pattern}`],
  example: `apiVersion: duckpond/v1
kind: Inbox
name: weather
desc: Weather station files, dropped here once a day
spec:
  pattern: /data/inbox/**/*.csv
`,
};
