import { type ResourceKind } from '../../model/kind.ts';
import { type InboxSpec, inboxSpec } from './spec.ts';

/** Inbox: files of the host. */
export const inbox: ResourceKind<InboxSpec> = {
  kind: 'Inbox',
  summary: 'copies files of the host into the pond',
  doc: [
    "Files that match the pattern are copied to `/Inbox/NAME/`, into the folders they have below the pattern's fixed part, which is a folder of this machine. A pattern without wildcards is one file.",
    'A file that is new becomes version 1, one whose content changed the next version; one that is the same is not read again, as long as its size and times are the same. A file that is removed on the host stays in the pond. A file that is changed or removed in the pond is copied again.',
    'Names that begin with a dot are names as any other. Links to files count as files; links to folders are not followed. A file that changes while it is read is left for the next run. Files called `resource.yaml`, `runs.jsonl` or `progress.json` at the top are left out, and so are names that a pond cannot hold. What is left out is in the notes of the run.',
    'A run tells files and bytes; rows are not counted. It fails with `run-failed` when the folder is not there; and when some files cannot be read, but then the others are kept. When the disk of the pond is full (`storage-full`), nothing of the run is kept.',
  ].join('\n\n'),
  spec: inboxSpec,
  async run(context) {
    return await (await import('./run.ts')).runInbox(context);
  },
  flows: () => [{ writes: '**', reads: [] }],
  example: `apiVersion: duckpond/v1
kind: Inbox
name: weather
desc: Weather station files, dropped here once a day
spec:
  pattern: /data/inbox/**/*.csv
`,
};
