import { bucketText, isConstant, nameText, plainText } from '../../../documents/fieldTypes.ts';
import { list, object, optional, required, type SpecOf } from '../../../documents/schema.ts';
import { hasTemplate } from '../../../documents/templateText.ts';
import { checkPatterns, patternFields } from '../../model/patternFields.ts';

/** The `spec` of a Reduce resource. */
export const reduceSpec = object({
  collections: required(
    list(
      object({
        name: required(nameText, 'Name of the collection, a folder under the resource.', 'by_site'),
        resolutions: required(
          list(bucketText, { uniqueBy: '.' }),
          'Lengths of the time buckets. Months and years are calendar months and years; `m` means minutes, `M` months.',
          '[1h, 1d, 1 month]',
        ),
        datasets: required(
          list(
            object(
              {
                ...patternFields,
                columns: optional(
                  list(plainText, { uniqueBy: '.' }),
                  'Columns to keep, by their full names; all columns without it.',
                  '[Station.Temperature.C]',
                ),
              },
              { check: checkPatterns },
            ),
            {
              // Two datasets with the same name, without placeholders, would produce the same output twice.
              uniqueBy: 'out_pattern',
              uniqueIf: (outPattern) => isConstant(outPattern) && !hasTemplate(outPattern),
              duplicateMessage: (outPattern) => `two datasets of one collection are called "${outPattern}"`,
            },
          ),
          'Inputs, and the names of their outputs.',
          '[…]',
        ),
      }),
      { uniqueBy: 'name' },
    ),
    'Sets of datasets with the same resolutions.',
    '[…]',
  ),
});

export type ReduceSpec = SpecOf<typeof reduceSpec>;

/** Datasets with the same resolutions. */
type ReduceCollection = ReduceSpec['collections'][number];

/** A resolution, as in the document and as a duration. */
export type ReduceResolution = ReduceCollection['resolutions'][number];

/** Inputs, with the pattern of the names of their outputs. */
export type Dataset = ReduceCollection['datasets'][number];
