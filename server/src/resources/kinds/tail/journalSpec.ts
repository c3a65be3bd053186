/** The `journal` section of a Tail: which entries of the journal of systemd it follows. */
import { hostFolderText } from '../../../documents/fieldTypes.ts';
import { type Issue } from '../../../documents/issue.ts';
import { choice, list, object, optional, type SpecOf, text } from '../../../documents/schema.ts';

/** Levels of syslog, by their names for journalctl. */
const priorities = choice('a priority', {
  emerg: '0: the system is unusable',
  alert: '1: action must be taken at once',
  crit: '2: critical conditions',
  err: '3: errors',
  warning: '4: warnings',
  notice: '5: normal, but significant',
  info: '6: informational',
  debug: '7: messages for debugging, which is everything',
});

/** Schema of what becomes of invalid lines. */
export const invalidLines = choice('a treatment of invalid lines', {
  skip: 'the lines are left out; a note of the run has their number and the first one',
});

const unitText = text('the name of a unit', {
  check: (name) => checkName(name, /^[A-Za-z0-9:_.\\@*?[\]][-A-Za-z0-9:_.\\@*?[\]]*$/),
});
const identifierText = text('an identifier', { check: (name) => checkName(name, /^[^-\p{C}][^\p{C}]*$/u) });

/** Schema of the section. */
export const journalSchema = object({
  units: optional(
    list(unitText, { uniqueBy: '.' }),
    'Units of systemd whose entries are read; `*` stands for any text. All units without it.',
    '[ssh.service]',
  ),
  identifiers: optional(
    list(identifierText, { uniqueBy: '.' }),
    'Identifiers of syslog whose entries are read. All identifiers without it.',
    '[sshd]',
  ),
  priority: optional(priorities, 'The least important priority that is read. All priorities without it.', 'warning'),
  invalid: optional(
    invalidLines,
    'Treatment of lines that are not entries, as a damaged journal may give them; the run fails at such a line if omitted.',
    'skip',
  ),
  directory: optional(
    hostFolderText,
    'Absolute folder with journal files, such as those of another computer; the journal of this computer without it.',
    '/var/log/journal/remote',
  ),
});

export type JournalSpec = SpecOf<typeof journalSchema>;

/** Returns the access to the journal as a person allows it, from everything in the section. */
export function journalAccess({ units = [], identifiers = [], priority, directory }: JournalSpec): string {
  const narrowed = [
    ...(units.length > 0 ? [`units ${units.join(', ')}`] : []),
    ...(identifiers.length > 0 ? [`identifiers ${identifiers.join(', ')}`] : []),
    ...(priority === undefined ? [] : [`priority ${priority}`]),
  ];
  const where = directory === undefined ? 'of this computer' : `in ${directory}`;
  return `reads the journal of systemd ${where}, by journalctl${narrowed.length > 0 ? `: ${narrowed.join('; ')}` : ''}`;
}

function checkName(name: string, form: RegExp): readonly Issue[] {
  if (form.test(name)) return [];
  const hint = 'It begins with a letter or a digit, and has no control characters.';
  return [{ code: 'name-invalid', message: `journalctl has no such name: ${JSON.stringify(name)}`, hint }];
}
