/** The `journal` section of a Tail: which entries of the journal of systemd it follows. */
import { hostFolderText } from '../../../documents/fieldTypes.ts';
import { type Issue } from '../../../documents/issue.ts';
import { type ChoiceSchema, list, object, optional, type SpecOf, text } from '../../../documents/schema.ts';

/** Names of the levels of syslog, as journalctl takes them. */
type Priority = 'emerg' | 'alert' | 'crit' | 'err' | 'warning' | 'notice' | 'info' | 'debug';

const priorities: ChoiceSchema<Priority> = {
  type: 'choice',
  label: 'a priority',
  choices: [
    { value: 'emerg', doc: '0: the system is unusable' },
    { value: 'alert', doc: '1: action must be taken at once' },
    { value: 'crit', doc: '2: critical conditions' },
    { value: 'err', doc: '3: errors' },
    { value: 'warning', doc: '4: warnings' },
    { value: 'notice', doc: '5: normal, but significant' },
    { value: 'info', doc: '6: informational' },
    { value: 'debug', doc: '7: messages for debugging, which is everything' },
  ],
  ignoreCase: false,
  unknownCode: 'value-unknown',
};

/** Schema of what becomes of invalid lines. */
export const invalidLines: ChoiceSchema<'skip'> = {
  type: 'choice',
  label: 'a treatment of invalid lines',
  choices: [{ value: 'skip', doc: 'the lines are left out; a note of the run has their number and the first one' }],
  ignoreCase: false,
  unknownCode: 'value-unknown',
};

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
