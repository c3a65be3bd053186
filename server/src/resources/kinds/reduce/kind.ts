import { type ResourceKind } from '../../model/kind.ts';
import { type ReduceSpec, reduceSpec } from './spec.ts';

/** Reduce: aggregates series by hour, day, month and so on. */
export const reduce: ResourceKind<ReduceSpec> = {
  kind: 'Reduce',
  icon: 'filter',
  summary: 'downsamples series to time buckets',
  doc: [
    'Each output and resolution is a series `/Reduce/NAME/COLLECTION/OUTPUT/res=RESOLUTION`. It has a row for each bucket with data: `Timestamp`, the start of the bucket (TIMESTAMP, UTC), and for each column of numbers or booleans `COLUMN.avg`, `COLUMN.min` and `COLUMN.max`.',
    '',
    '- A boolean counts as 1 or 0. NULL is ignored. NaN is greater than all other values, and makes the mean NaN.',
    '- Rows without a time are skipped, and so are columns of other types. The notes of each run count the skipped rows, and the buckets with a value that is not finite.',
    '- All versions of a series count, each with the columns that have numbers in it. Files of other formats are read as in a query.',
    '- Inputs with the same output name are merged; the captures of the wildcards become a prefix of their columns.',
    '- Buckets of months and years are calendar months and years. Shorter buckets are counted from Monday 2000-01-03 00:00.',
    '- New data costs what is new: only the parts of an output that it concerns are built again.',
    '',
    '**Errors.**',
    '',
    '- `invalid-content`: an input has no `Timestamp`, or mostly times after the year 9999, which happens if milliseconds are read as seconds.',
    '- `invalid-content`: a column named in `columns` has no mean, for example a text.',
    '- `run-failed`: two inputs of one output have a column of the same name; at its position in the document.',
    '- `resource-invalid`: an output name is invalid.',
    '',
    '**Changing it.** Add a duration to `resolutions`, or a dataset, and apply the document: the new outputs appear at once, and the others do not change.',
  ].join('\n'),
  spec: reduceSpec,
  isCharted: true,
  flows: ({ collections }) =>
    collections.map(({ name, datasets }, collection) => ({
      writes: `${name}/**`,
      reads: datasets.map(({ in_pattern: pattern }, dataset) => ({
        pattern,
        path: ['collections', collection, 'datasets', dataset, 'in_pattern'],
      })),
    })),
  async derive(resource, inputs) {
    return (await import('./outputs.ts')).deriveReduce(resource, inputs);
  },
  async rowNotes(resource, inputs, materializer, job) {
    return (await import('./countRows.ts')).rowNotes(resource, inputs, materializer, job);
  },
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
