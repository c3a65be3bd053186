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
          'What stands side by side in the wide series.',
          '[…]',
        ),
        columns: optional(
          list(plainText, { uniqueBy: '.' }),
          'Columns to keep, by their full names. All columns when left out.',
          '[Station.Temperature.C]',
        ),
      }),
      { uniqueBy: 'name' },
    ),
    'The wide series to make.',
    '[…]',
  ),
});

export type CombineSpec = SpecOf<typeof combineSpec>;
