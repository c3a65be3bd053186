import {
  type ChoiceSchema,
  type FieldIssue,
  integer,
  map,
  number,
  object,
  required,
  type SpecOf,
} from '../../../documents/schema.ts';

const count = integer(1, 2_147_483_647);

/** Types of random entries. */
export type EntryType = 'tree' | 'table' | 'series' | 'data' | 'syntree' | 'symlink';

const entryType: ChoiceSchema<EntryType> = {
  type: 'choice',
  label: 'a type of entry',
  ignoreCase: true,
  unknownCode: 'value-unknown',
  choices: [
    { value: 'tree', doc: 'a folder' },
    { value: 'table', doc: 'a table, whose latest version is its content' },
    { value: 'series', doc: 'a series, whose content is all its versions together' },
    { value: 'data', doc: 'a file of bytes' },
    { value: 'syntree', doc: 'a folder, like `tree`' },
    { value: 'symlink', doc: 'a symbolic link' },
  ],
};

/** The `spec` of a Scribble resource. */
export const scribbleSpec = object(
  {
    count_min: required(count, 'Minimum number of entries of a folder, at least 1.', '5'),
    count_max: required(count, 'Maximum number of entries of a folder, more than `count_min`.', '10'),
    probs: required(
      map(entryType, number(0, 1), { mayBeEmpty: false }),
      'Weight of each type of entry, from 0 to 1.',
      '{ tree: 0.05, table: 0.4 }',
    ),
  },
  {
    check: ({ count_min: min, count_max: max }) =>
      min === undefined || max === undefined ? [] : checkCounts(min, max),
  },
);

export type ScribbleSpec = SpecOf<typeof scribbleSpec>;

function checkCounts(min: number, max: number): readonly FieldIssue[] {
  if (min < max) return [];
  const message = `count_max is expected to be more than count_min, got ${max} and ${min}`;
  const related = { message: 'count_min is here', key: 'count_min' };
  return [{ key: 'count_max', code: 'number-range', message, related }];
}
