import { itemsOf, scalarOf } from '../../../documents/specValue.ts';
import { checkPatterns, patternFields } from '../../model/patternFields.ts';
import { type ResourceKind } from '../../model/kind.ts';
import { entryOf, type MapNode, type ScalarNode, textOf } from '../../../documents/yamlNode.ts';
import { type Problem } from '../../../documents/problem.ts';
import { optional, required } from '../../../documents/schema.ts';
import { hasTemplate } from '../../../documents/templateText.ts';
import { bucketText, isConstant, nameText, plainText } from '../../../documents/fieldTypes.ts';

/** Reduce: aggregates series by hour, day, month and so on. */
export const reduce: ResourceKind = {
  kind: 'Reduce',
  summary: 'downsamples series to time buckets',
  doc: [
    'Each output and resolution is a series `/Reduce/NAME/COLLECTION/OUTPUT/res=RESOLUTION`: `Timestamp`, the start of each bucket that has a row (TIMESTAMP, UTC), and `COLUMN.avg`, `COLUMN.min` and `COLUMN.max` for each column of numbers or booleans, true being 1. NULL is no value; NaN is one, greater than all others, and makes an average NaN. Rows without a time are left out. All versions of a series count, each with the columns that have numbers in it, and files of other formats are read as in a query. Inputs that get the same output name are merged, their columns prefixed by what the wildcards matched. Buckets of months and years are those of the calendar; shorter ones are counted from Monday 2000-01-03 00:00. New data cost what is new: what is made of a file is kept, and only the parts of an output that it is about are made anew.',
    'Errors: `invalid-content` for an input without `Timestamp`, or whose times are mostly beyond the year 9999, as milliseconds are when they are taken for seconds, and for a column named in `columns` that has no average, as a text; `run-failed`, at its place in the document, where two inputs of one output bring a column of the same name; `resource-invalid` for outputs whose names cannot be. Other columns without an average are left out.',
  ].join('\n\n'),
  spec: {
    type: 'object',
    fields: {
      collections: required(
        {
          type: 'list',
          uniqueBy: 'name',
          item: {
            type: 'object',
            check: checkConstantNames,
            fields: {
              name: required(nameText, 'Name of the collection, a folder under the resource.', 'by_site'),
              resolutions: required(
                { type: 'list', item: bucketText, uniqueBy: '.' },
                'Lengths of the time buckets. Months and years are those of the calendar; `m` is minutes, `M` months.',
                '[1h, 1d, 1 month]',
              ),
              datasets: required(
                {
                  type: 'list',
                  item: {
                    type: 'object',
                    check: checkPatterns,
                    fields: {
                      ...patternFields,
                      columns: optional(
                        { type: 'list', item: plainText, uniqueBy: '.' },
                        'Columns to keep, by their full names. All columns when left out.',
                        '[Station.Temperature.C]',
                      ),
                    },
                  },
                },
                'Inputs and what their outputs are called.',
                '[…]',
              ),
            },
          },
        },
        'Sets of datasets with the same resolutions.',
        '[…]',
      ),
    },
  },
  flows: ({ spec }) =>
    itemsOf(spec, 'collections').map((collection) => ({
      writes: `${textOf(collection, 'name')}/**`,
      reads: itemsOf(collection, 'datasets').flatMap((dataset) => scalarOf(dataset, 'in_pattern')),
    })),
  derive: async () => (await import('./outputs.ts')).deriveReduce,
  example: `apiVersion: duckpond/v1
kind: Reduce
name: downsampled
desc: Station readings by hour, day and month
spec:
  collections:
    - name: by_site
      resolutions: [1h, 1d, 1 month]
      datasets:
        - in_pattern: /Combine/stations/*/combine
          out_pattern: site=$0
    - name: by_param
      resolutions: [1d]
      datasets:
        - in_pattern: /Combine/stations/*/combine
          out_pattern: param=temperature
          columns:
            - Station.Temperature.C
`,
};

/** Two datasets of a collection with the same name, without placeholders, would produce the same output twice. */
function checkConstantNames(collection: MapNode): readonly Problem[] {
  const seen = new Map<string, ScalarNode>();
  const problems: Problem[] = [];
  const datasets = entryOf(collection, 'datasets')?.value;
  for (const dataset of datasets?.type === 'list' ? datasets.items : []) {
    const node = entryOf(dataset, 'out_pattern')?.value;
    if (node?.type !== 'scalar' || typeof node.value !== 'string') continue;
    if (hasTemplate(node.value) || !isConstant(node.value)) continue;
    const first = seen.get(node.value);
    if (first === undefined) {
      seen.set(node.value, node);
      continue;
    }
    const message = `two datasets of one collection are called "${node.value}"`;
    const related = { message: 'the first is here', range: first.range };
    problems.push({ code: 'value-duplicate', severity: 'error', message, range: node.range, related });
  }
  return problems;
}
