import { hostGlobText } from '../../../documents/fieldTypes.ts';
import { object, required, type SpecOf } from '../../../documents/schema.ts';

/** The `spec` of an Inbox resource. */
export const inboxSpec = object({
  pattern: required(
    hostGlobText,
    'Absolute pattern of host files, with `/` between folders on every system. `**` matches any number of folders.',
    '/data/inbox/**/*.csv',
  ),
});

export type InboxSpec = SpecOf<typeof inboxSpec>;
