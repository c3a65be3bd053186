import { hostGlobText, nameText, plainText } from '../../../documents/fieldTypes.ts';
import {
  type ChoiceSchema,
  type FieldIssue,
  list,
  object,
  optional,
  required,
  type SpecOf,
} from '../../../documents/schema.ts';

/** What the lines of a log are. */
type LineFormat = 'csv' | 'ndjson' | 'text';

const lineFormats: ChoiceSchema<LineFormat> = {
  type: 'choice',
  label: 'a format of lines',
  choices: [
    { value: 'csv', doc: 'rows of a CSV file, with the names of the columns in its first line' },
    { value: 'ndjson', doc: 'a JSON object on each line' },
    { value: 'text', doc: 'lines of text, each with the time at which it was read' },
  ],
  ignoreCase: false,
  unknownCode: 'value-unknown',
};

/** The `spec` of a Tail resource. */
export const tailSpec = object(
  {
    pattern: required(
      hostGlobText,
      'Absolute pattern of the host files that grow, with `/` between folders on every system.',
      '/var/log/station/*.csv',
    ),
    lines: required(lineFormats, 'What the lines are.', 'csv'),
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
  },
  { check: ({ lines, names, time }) => [...checkNames(lines, names), ...checkTime(lines, time)] },
);

export type TailSpec = SpecOf<typeof tailSpec>;

function checkNames(lines: LineFormat | undefined, names: readonly string[] | undefined): readonly FieldIssue[] {
  if (names === undefined || lines === undefined || lines === 'csv') return [];
  return [{ key: 'names', code: 'key-conflict', message: `lines of ${lines} have no names of columns` }];
}

function checkTime(lines: LineFormat | undefined, time: string | undefined): readonly FieldIssue[] {
  if (time === undefined || lines !== 'text') return [];
  return [{ key: 'time', code: 'key-conflict', message: 'lines of text have the time at which they were read' }];
}
