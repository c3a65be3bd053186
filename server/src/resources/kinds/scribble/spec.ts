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
    { value: 'table', doc: 'a table: its newest version is the whole' },
    { value: 'series', doc: 'a series: all its versions together are the whole' },
    { value: 'data', doc: 'a file of bytes' },
    { value: 'syntree', doc: 'a folder as well: entries that are made when asked for are not stored' },
    { value: 'symlink', doc: 'a symbolic link' },
  ],
};

/** The `spec` of a Scribble resource. */
export const scribbleSpec = object(
  {
    count_min: required(count, 'Least number of entries of a folder, at least 1.', '5'),
    count_max: required(count, 'Greatest number of entries of a folder, more than `count_min`.', '10'),
    probs: required(
      map(entryType, number(0, 1), { mayBeEmpty: false }),
      'How likely each type of entry is, from 0 to 1, compared with the others.',
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
