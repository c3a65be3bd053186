import { bucketText, isConstant, nameText, plainText } from '../../../documents/fieldTypes.ts';
import { type FieldIssue, list, number, object, optional, required, type SpecOf } from '../../../documents/schema.ts';
import { hasTemplate } from '../../../documents/templateText.ts';
import { checkPatterns, patternFields } from '../../model/patternFields.ts';
import { statisticText } from './statistics.ts';

/** Statistics of some columns. */
const statisticRule = object({
  columns: required(
    list(plainText, { uniqueBy: '.' }),
    'Names or patterns of columns, as in `columns`.',
    '["*.Rain.mm"]',
  ),
  statistics: required(list(statisticText, { uniqueBy: '.' }), 'Statistics of these columns.', '[sum]'),
});

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
                  'Columns to keep: full names, or patterns in which `*` stands for any text and `?` for one character. All columns without it.',
                  '[Station.Temperature.C, "*.Rain.mm"]',
                ),
                statistics: optional(
                  list(statisticText, { uniqueBy: '.' }),
                  'Statistics of each column, in the order of the output; `[avg, min, max]` without it.',
                  '[avg, min, max, count, p95]',
                ),
                rules: optional(
                  list(statisticRule),
                  'Statistics of columns that differ from the others; the first rule whose `columns` match applies.',
                  '[…]',
                ),
                coverage: optional(
                  number(0, 1),
                  'Part of the expected number of values that a bucket needs; with fewer, all its statistics of the column but `count` are NULL. Needs `step`.',
                  '0.75',
                ),
                step: optional(
                  bucketText,
                  'Time between two readings: a bucket is expected to have its length divided by `step` values.',
                  '10m',
                ),
              },
              { check: (fields) => [...checkPatterns(fields), ...checkCoverage(fields)] },
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

interface CoverageFields {
  readonly coverage?: number;
  readonly step?: SpecOf<typeof bucketText>;
}

function checkCoverage({ coverage, step }: CoverageFields): readonly FieldIssue[] {
  const hint = 'State the time between two readings, for example `step: 10m`.';
  if (coverage !== undefined && step === undefined) {
    return [{ key: 'coverage', code: 'key-missing', message: '`coverage` needs `step`', hint }];
  }
  if (step === undefined || step.duration.months === 0) return [];
  return [{ key: 'step', code: 'duration-unusable', message: 'a step of months has no exact length' }];
}
