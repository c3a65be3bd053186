import { type ResourceKind } from '../kind.ts';
import { required } from '../shape.ts';
import { hostGlobText } from '../texts.ts';

/** Inbox: files of the host. */
export const inbox: ResourceKind = {
  kind: 'Inbox',
  summary: 'copies files of the host into the pond',
  doc: "Files that match the pattern appear under `/Inbox/NAME/`, in the folders they have below the pattern's fixed part.",
  spec: {
    type: 'object',
    fields: {
      pattern: required(
        hostGlobText,
        'Absolute pattern of host files, with `/` between folders on every system. `**` stands for any number of folders.',
        '/data/inbox/**/*.csv',
      ),
    },
  },
  run: async () => (await import('../inbox/run.ts')).runInbox,
  flows: () => [{ writes: '**', reads: [] }],
  example: `apiVersion: duckpond/v1
kind: Inbox
name: weather
desc: Weather station files, dropped here once a day
spec:
  pattern: /data/inbox/**/*.csv
`,
};
