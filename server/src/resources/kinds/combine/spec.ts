import { plainText, pondGlobText, verbatimNameText } from '../../../documents/fieldTypes.ts';
import { list, object, optional, required, type SpecOf } from '../../../documents/schema.ts';

/** The `spec` of a Combine resource. */
export const combineSpec = object({
  scopes: required(
    list(
      object({
        name: required(verbatimNameText, 'Name of the scope, a folder under the resource: often a site.', 'harbor'),
        series: required(
          list(
            object({
              pattern: required(
                pondGlobText,
                'Pond paths of series that follow each other in time.',
                '/Derive/weather-series/daily/*',
              ),
            }),
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

export type CombineSpec = SpecOf<typeof combineSpec>;
