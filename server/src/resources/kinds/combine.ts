import { itemsOf, scalarOf } from '../specValue.ts';
import { textOf } from '../node.ts';
import { type ResourceKind } from '../kind.ts';
import { optional, required } from '../shape.ts';
import { nameText, plainText, pondGlobText } from '../texts.ts';

/** Combine: several series side by side. */
export const combine: ResourceKind = {
  kind: 'Combine',
  summary: 'joins several series by time into one wide series',
  doc: 'Each scope is one series, `/Combine/NAME/SCOPE/combine`. Files that one pattern matches follow each other in time, as when an instrument is replaced; the patterns of a scope stand side by side, joined by `Timestamp`.',
  spec: {
    type: 'object',
    fields: {
      scopes: required(
        {
          type: 'list',
          uniqueBy: 'name',
          item: {
            type: 'object',
            fields: {
              name: required(
                { ...nameText, verbatim: true },
                'Name of the scope, a folder under the resource: often a site.',
                'harbour',
              ),
              series: required(
                {
                  type: 'list',
                  uniqueBy: 'pattern',
                  item: {
                    type: 'object',
                    fields: {
                      pattern: required(
                        pondGlobText,
                        'Pond paths of series that follow each other in time.',
                        '/Derive/weather-series/daily/*',
                      ),
                    },
                  },
                },
                'What stands side by side in the wide series.',
                '[…]',
              ),
              columns: optional(
                { type: 'list', item: plainText, uniqueBy: '.' },
                'Columns to keep, by their full names. All columns when left out.',
                '[Station.Temperature.C]',
              ),
            },
          },
        },
        'The wide series to make.',
        '[…]',
      ),
    },
  },
  flows: ({ spec }) =>
    itemsOf(spec, 'scopes').map((scope) => ({
      writes: `${textOf(scope, 'name')}/combine`,
      reads: itemsOf(scope, 'series').flatMap((series) => scalarOf(series, 'pattern')),
    })),
  derive: async () => (await import('../combine/outputs.ts')).deriveOutputs,
  example: `apiVersion: duckpond/v1
kind: Combine
name: stations
desc: All instruments of a station side by side
spec:
  scopes:
    - name: harbour
      series:
        - pattern: /Derive/weather-series/daily/harbour*
        - pattern: /HydroVu/buoys/data/Harbour*
    - name: field
      series:
        - pattern: /Derive/weather-series/daily/field*
      columns:
        - Station.Temperature.C
`,
};
