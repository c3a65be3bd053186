import { hostGlobText, nameText, plainText } from '../../../documents/fieldTypes.ts';
import { choice, type FieldIssue, list, object, optional, type SpecOf } from '../../../documents/schema.ts';
import { type LineFormat, lineFormatSchema } from './format.ts';
import { invalidLines, journalSchema, type JournalSpec } from './journalSpec.ts';

const lineFormats = choice('a format of lines', {
  csv: 'rows of a CSV file, with the names of the columns in its first line',
  ndjson: 'a JSON object on each line',
  text: 'lines of text, each with the time at which it was read',
});

/** The `spec` of a Tail resource. */
export const tailSpec = object(
  {
    pattern: optional(
      hostGlobText,
      'Absolute pattern of the host files that grow, with `/` between folders on every system.',
      '/var/log/station/*.csv',
    ),
    lines: optional(lineFormats, 'What the lines of the files are.', 'csv', { neededWith: 'pattern' }),
    journal: optional(
      journalSchema,
      'Which entries of the journal of systemd are followed, in place of files; all with `{}`.',
      '{ units: [ssh.service] }',
    ),
    series: optional(
      nameText,
      'Name of one series for all files; without it each file has a series of its own, with its name.',
      'readings',
    ),
    time: optional(plainText, 'Name of the time column; without it, it is found as by `pond append`.', 'TmStamp'),
    names: optional(
      list(plainText, { uniqueBy: '.' }),
      'Names of the columns, for CSV files without a header.',
      '[time, level]',
    ),
    format: optional(
      lineFormatSchema,
      'How the lines of CSV files are read; see [reading files](reading.md).',
      '{ dates: day-first }',
    ),
    invalid: optional(
      invalidLines,
      'Treatment of lines of NDJSON that are not JSON objects; the run fails at such a line if omitted.',
      'skip',
    ),
  },
  {
    check: (fields) =>
      [checkSource, checkNames, checkFormat, checkInvalid, checkTime].flatMap((check) => check(fields)),
    exactlyOneOf: ['pattern', 'journal'],
  },
);

export type TailSpec = SpecOf<typeof tailSpec>;

/** Reading of the lines of files. */
export interface LinesSpec extends Pick<TailSpec, 'names' | 'format' | 'invalid'> {
  readonly lines: SpecOf<typeof lineFormats>;
}

/** A Tail of files, with what its document must have then. */
export interface FilesSpec extends LinesSpec {
  readonly pattern: string;
}

interface Fields {
  readonly journal?: JournalSpec;
  readonly lines?: SpecOf<typeof lineFormats>;
  readonly names?: readonly string[];
  readonly time?: string;
  readonly format?: LineFormat;
  readonly invalid?: 'skip';
}

/** Files have lines of a format; entries of the journal have fields. */
function checkSource({ journal, ...fields }: Fields): readonly FieldIssue[] {
  if (journal === undefined) return [];
  return (['lines', 'time', 'names', 'format'] as const)
    .filter((key) => fields[key] !== undefined)
    .map((key) => ({ key, code: 'key-conflict', message: `entries of the journal have no \`${key}\`` }));
}

function checkNames({ lines, names, format }: Fields): readonly FieldIssue[] {
  if (names === undefined) return [];
  if (lines !== undefined && lines !== 'csv') {
    return [{ key: 'names', code: 'key-conflict', message: `lines of ${lines} have no names of columns` }];
  }
  if (format?.units !== true && (format?.below ?? 0) === 0) return [];
  return [
    {
      key: 'names',
      code: 'key-conflict',
      message: 'units, and lines to leave out, are below a header, and names are for files without',
    },
  ];
}

function checkFormat({ lines, format }: Fields): readonly FieldIssue[] {
  if (format === undefined || lines === undefined || lines === 'csv') return [];
  return [{ key: 'format', code: 'key-conflict', message: `the format of ${lines} has no options` }];
}

/** Lines of CSV have an option of their own, lines of text are all valid. */
function checkInvalid({ lines, journal, invalid }: Fields): readonly FieldIssue[] {
  if (invalid === undefined || lines === 'ndjson' || (lines === undefined && journal === undefined)) return [];
  const hints = {
    csv: '`format: { ragged: skip }` leaves out lines with another number of fields.',
    text: 'Remove it.',
  };
  return [
    {
      key: 'invalid',
      code: 'key-conflict',
      message: '`invalid` is for lines of ndjson',
      hint:
        journal !== undefined || lines === undefined
          ? 'The section `journal` has an option of that name.'
          : hints[lines],
    },
  ];
}

function checkTime({ lines, time }: Fields): readonly FieldIssue[] {
  if (time === undefined || lines !== 'text') return [];
  return [{ key: 'time', code: 'key-conflict', message: 'lines of text have the time at which they were read' }];
}
