import { momentText, plainText, pondGlobText, verbatimNameText } from '../../../documents/fieldTypes.ts';
import {
  choice,
  type FieldIssue,
  list,
  map,
  object,
  optional,
  required,
  type SpecOf,
} from '../../../documents/schema.ts';

/** Types to which columns are cast: numbers and texts, which contradict each other between inputs. */
const castType = choice('a type', {
  BIGINT: 'whole numbers',
  DOUBLE: 'numbers with fractions',
  VARCHAR: 'texts',
});

/** The `spec` of a Combine resource. */
export const combineSpec = object({
  scopes: required(
    list(
      object({
        name: required(verbatimNameText, 'Name of the scope, a folder under the resource: often a site.', 'harbor'),
        series: required(
          list(
            object(
              {
                pattern: required(
                  pondGlobText,
                  'Pond paths of series that follow each other in time.',
                  '/Derive/weather-series/daily/*',
                ),
                begin: optional(momentText, 'First time (UTC) of its rows; earlier ones are left out.', '2024-06-01'),
                end: optional(momentText, 'Time (UTC) from which on its rows are left out.', '2024-06-01T12:00Z'),
                rename: optional(
                  map(plainText, plainText, { mayBeEmpty: false }),
                  'New names of its columns, by their present names.',
                  '{ temp: Station.Temperature.C }',
                ),
                cast: optional(
                  map(plainText, castType, { mayBeEmpty: false }),
                  'Types of its columns, by their names after `rename`. A value that the type cannot hold exactly is an error.',
                  '{ Station.Temperature.C: DOUBLE }',
                ),
              },
              { check: checkTime },
            ),
            { uniqueBy: 'pattern' },
          ),
          'Series to join by time, each with its pattern.',
          '[…]',
        ),
        columns: optional(
          list(plainText, { uniqueBy: '.' }),
          'Columns to keep, by their full names; all columns without it.',
          '[Station.Temperature.C]',
        ),
      }),
      { uniqueBy: 'name' },
    ),
    'Wide series, one for each scope.',
    '[…]',
  ),
});

interface TimeFields {
  readonly begin?: SpecOf<typeof momentText>;
  readonly end?: SpecOf<typeof momentText>;
}

function checkTime({ begin, end }: TimeFields): readonly FieldIssue[] {
  if (begin === undefined || end === undefined || begin.us < end.us) return [];
  const hint = 'A row counts from `begin` on, and before `end`.';
  return [{ key: 'end', code: 'number-range', message: '`end` is not after `begin`: no row is between them', hint }];
}

export type CombineSpec = SpecOf<typeof combineSpec>;

/** A series of a scope. */
export type CombineSeries = CombineSpec['scopes'][number]['series'][number];
