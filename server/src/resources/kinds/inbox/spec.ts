import { hostGlobText } from '../../../documents/fieldTypes.ts';
import { textFormatSchema } from '../../../documents/textFormat.ts';
import { object, optional, required, type SpecOf } from '../../../documents/schema.ts';

/** The `spec` of an Inbox resource. */
export const inboxSpec = object({
  pattern: required(
    hostGlobText,
    'Absolute pattern of host files, with `/` between folders on every system. `**` matches any number of folders.',
    '/data/inbox/**/*.csv',
  ),
  format: optional(
    textFormatSchema,
    'How the CSV files are read; see [reading files](reading.md).',
    '{ dates: day-first }',
  ),
});

export type InboxSpec = SpecOf<typeof inboxSpec>;
